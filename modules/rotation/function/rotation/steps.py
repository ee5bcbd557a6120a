"""The four steps of a rotation, by strategy.

Single user: the user changes its password, or a superuser changes it. Alternating users: a
superuser sets the password of NAME_clone while NAME is in use, and the password of NAME while
NAME_clone is in use.

After every call of these steps, the password in AWSCURRENT or the password in AWSPENDING logs in.
"""

import secrets
from collections.abc import Iterator
from dataclasses import replace

from botocore.exceptions import ClientError

from rotation.database import login
from rotation.errors import RotationError
from rotation.secret import CURRENT, UNFINISHED, Credentials, Secret, new_password, read
from rotation.session import Session

CLONE_SUFFIX = "_clone"
# https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
# https://dev.mysql.com/doc/refman/8.4/en/user-names.html
# https://mariadb.com/docs/server/reference/sql-structure/sql-language-structure/identifier-names
LONGEST_NAMES = {
    "postgres": (63, "bytes"),
    "mysql": (32, "characters"),
    "mariadb": (128, "characters"),
}


def create_for_same_user(secret: Secret) -> str:
    """Create a new password for the user."""
    current = secret.current()
    if secret.find_pending():
        return "already created"
    password = taken_over(secret, current)
    secret.put_pending({**current.document, "password": password or new_password()})
    return "taken over" if password else "created"


def taken_over(secret: Secret, current: Credentials) -> str | None:
    """The user's password, if an abandoned rotation has already changed it.

    Otherwise the database would have a password that AWSCURRENT and AWSPENDING lack.
    """
    left = with_password_of(secret.unfinished(), current)
    if not left:
        return None
    with login(left) as session:
        return left.password if session else None


def with_password_of(version: Credentials | None, current: Credentials) -> Credentials | None:
    """The current credentials with the password of another version for the same user.

    Only the password: the connection data can have been corrected since then.
    """
    if version and (version.engine, version.username) == (current.engine, current.username):
        return replace(current, password=version.password)
    return None


def create_for_other_user(secret: Secret) -> str:
    """Create a new password for the user that is not in use."""
    current = secret.current()
    if secret.find_pending():
        return "already created"
    other = other_user(current.username)
    check_length(current.engine, other)
    login_fields = {"username": other, "password": new_password()}
    secret.put_pending({**current.document, **login_fields})
    return "created"


def other_user(username: str) -> str:
    """NAME_clone for NAME, and NAME for NAME_clone."""
    if username.endswith(CLONE_SUFFIX):
        return username.removesuffix(CLONE_SUFFIX)
    return username + CLONE_SUFFIX


def check_length(engine: str, username: str) -> None:
    """Raise RotationError if a name is too long. PostgreSQL would truncate it to another name."""
    longest, unit = LONGEST_NAMES[engine]
    length = len(username.encode() if unit == "bytes" else username)
    if length > longest:
        raise RotationError(
            f"The other user's name is longer than {longest} {unit}, with {CLONE_SUFFIX} at its "
            "end. Rotate a user with a shorter name, or use the strategy single_user."
        )


def set_by_user(secret: Secret) -> str:
    """Let the user change its password to the new one."""
    pending, current = secret.pending(), secret.current()
    if (pending.server, pending.username) != (current.server, current.username):
        raise other_target(secret)
    with login(pending) as session:
        if session:
            return "already set"
    for credentials in in_use(secret, current):
        with login(credentials) as session:
            if session:
                set_and_try(secret, session, credentials, pending)
                return "set"
    raise RotationError(
        f"No password in {secret.arn} logs in: not the new, the current or the previous password. "
        "Unlock the user, or set its password in the database to the password in AWSCURRENT."
    )


def set_and_try(secret: Secret, session: Session, old: Credentials, pending: Credentials) -> None:
    """Set the new password. Set the old password again if the new one does not log in."""
    superuser = readable_superuser(secret, old)

    def set_password(credentials: Credentials) -> None:
        if superuser:
            set_by(superuser, old, session, credentials)
        else:
            session.set_own_password(credentials.password)

    set_password(pending)
    with login(pending) as new_session:
        if new_session:
            return
    set_password(old)
    raise RotationError(
        "The new password did not log in, so the function set the old password again. A pooler "
        "can store separate passwords. Let it get them from the server, or let the secret name the "
        "server itself."
    )


def in_use(secret: Secret, current: Credentials) -> Iterator[Credentials]:
    """Credentials that can log in while the new password does not, the most likely first."""
    yield current
    if previous := with_password_of(secret.previous(), current):
        yield previous


def set_by_superuser(secret: Secret) -> str:
    """Let the superuser set the new password, and create a missing user."""
    pending, current = secret.pending(), secret.current()
    if pending.server != current.server or pending.username != other_user(current.username):
        raise other_target(secret)
    with login(pending) as session:
        if session:
            return "already set"
    # A caller that can write the secret but knows no password must not use the superuser.
    with login(current) as session:
        if not session:
            raise RotationError(
                f"AWSCURRENT of {secret.arn} does not log in: unlock the user, or set its password "
                "in the database to the password in AWSCURRENT."
            )
        superuser = superuser_of(secret, current)
        set_by(superuser, current, session, pending)
    return "set"


def set_by(
    superuser: Credentials, current: Credentials, session: Session, pending: Credentials
) -> None:
    """Let the superuser set the new password. `session` belongs to the user in use."""
    with login(replace(superuser, database=current.database)) as superusers_session:
        if not superusers_session:
            raise RotationError(
                f"AWSCURRENT of the superuser's secret {current.superuser_secret_arn} does not log "
                "in: correct it, or unlock the superuser."
            )
        key = secrets.randbits(63)
        with session.marked(key):
            is_same_server = superusers_session.sees(key)
        if not is_same_server:
            raise RotationError(
                f"The superuser's secret {current.superuser_secret_arn} is for another server than "
                "the user's secret: make both name the same server."
            )
        if pending.username != current.username:
            superusers_session.prepare_other(session.account, pending.username)
            session.hand_over(pending.username)
        # This is last, so that a repeated step has nothing more to do.
        superusers_session.set_password(session.account, pending.username, pending.password)


def readable_superuser(secret: Secret, current: Credentials) -> Credentials | None:
    """Credentials of the superuser, if the secret names one that this function can read.

    Other single-user functions keep the field and do not read it.
    """
    if not current.superuser_secret_arn:
        return None
    try:
        return superuser_of(secret, current)
    except ClientError as error:
        if "AccessDenied" in error.response["Error"]["Code"]:
            return None
        raise


def superuser_of(secret: Secret, current: Credentials) -> Credentials:
    """Credentials of the superuser of the same server; raises RotationError."""
    arn = current.superuser_secret_arn
    if not arn:
        raise RotationError(
            f'AWSCURRENT of {secret.arn} has no "masterarn": add the ARN of a superuser\'s secret, '
            "or use the strategy single_user."
        )
    superuser = read(arn, of_server=current, VersionStage=CURRENT)
    if not superuser:
        raise RotationError(f"The superuser's secret {arn} has no AWSCURRENT value: store one.")
    if superuser.engine != current.engine:
        raise RotationError(
            f"The superuser's secret {arn} is for another engine than {secret.arn}: make both name "
            "the same engine."
        )
    return superuser


def test(secret: Secret) -> str:
    """Check that the new password logs in."""
    with login(secret.pending()) as session:
        if not session:
            raise RotationError(
                f"AWSPENDING of {secret.arn} does not log in. Check whether the user is locked, "
                "its password was changed by other means, or a pooler stores separate passwords."
            )
        session.check()
    return "tested"


def finish(secret: Secret) -> str:
    """Make the new version the current one."""
    labels = secret.labels
    old_version_id = next(version_id for version_id in labels if CURRENT in labels[version_id])
    secret.make_current(old_version_id)
    if UNFINISHED in labels[secret.version_id]:
        secret.mark_finished()
    return "finished"


def other_target(secret: Secret) -> RotationError:
    """The secret has changed to another user or server since this rotation began."""
    return RotationError(
        f"AWSPENDING of {secret.arn} is for another user or server than AWSCURRENT, which changed "
        "later: remove AWSPENDING from that version, and rotate again."
    )


STEPS = {
    "single_user": {
        "createSecret": create_for_same_user,
        "setSecret": set_by_user,
        "testSecret": test,
        "finishSecret": finish,
    },
    "alternating_users": {
        "createSecret": create_for_other_user,
        "setSecret": set_by_superuser,
        "testSecret": test,
        "finishSecret": finish,
    },
}
