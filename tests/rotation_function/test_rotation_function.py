"""The rotation function, on real servers: what it changes, and that no fault locks a user out.

The handler runs in this process. Other tests cover RotateSecret itself, Lambda and Terraform.
"""

import contextlib
import functools
import itertools
import json
import re
import socket
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from emulator.localstack import free_port
from harness import leaks
from harness.databases import MariaDB, PgBouncer, PostgreSQL, Server
from harness.rewriter import Rewriter
from harness.rotated_user import (
    STEPS,
    Context,
    RotatedUser,
    disturbed,
    kill,
    lose_answer,
    throttled_function,
    watched,
)
from harness.workspace import Workspace
from rotation import handler, mysql, postgres, secret, steps
from rotation.errors import RotationError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

type MakeUser = Callable[..., RotatedUser]


@pytest.fixture(params=["postgresql", "mariadb", "mysql"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Each server in turn, whose CA the function trusts."""
    running: Server = request.getfixturevalue(request.param)
    monkeypatch.setenv("CA_BUNDLE", str(running.ca_file))
    return running


@pytest.fixture(params=["single_user", "alternating_users"])
def strategy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each strategy in turn, as the function's setting."""
    monkeypatch.setenv("STRATEGY", request.param)
    return str(request.param)


@pytest.fixture(scope="module")
def function_arn() -> str:
    """A Lambda function that RotateSecret invokes and that does nothing."""
    return throttled_function()


@pytest.fixture
def make_user(
    server: Server,
    strategy: str,
    secretsmanager: "SecretsManagerClient",
    function_arn: str,
) -> MakeUser:
    """A factory of users of the server, each a RotatedUser, which the strategy rotates."""
    alone: dict[str, Any] = {"masterarn": None} if strategy == "single_user" else {}
    return functools.partial(RotatedUser, server, secretsmanager, function_arn, **alone)


# With fewer calls, the tests do not watch the calls as they should.
FEWEST_CALLS = 15

SINGLE = pytest.mark.parametrize("strategy", ["single_user"], indirect=True)
ALTERNATING = pytest.mark.parametrize("strategy", ["alternating_users"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("server", ["postgresql"], indirect=True)
ON_POSTGRESQLS = pytest.mark.parametrize(
    "server", ["postgresql", "newest_postgresql"], indirect=True
)
ON_MARIADB = pytest.mark.parametrize("server", ["mariadb"], indirect=True)
ON_MYSQL = pytest.mark.parametrize("server", ["mysql"], indirect=True)
ON_MYSQLS = pytest.mark.parametrize("server", ["mariadb", "mysql"], indirect=True)


def test_a_rotation_sets_a_new_password_and_keeps_all_else(
    make_user: MakeUser, strategy: str
) -> None:
    user = make_user()
    for turn in range(3):
        before = user.value("AWSCURRENT")
        token = user.start()
        user.steps(token)

        user.assert_rotated(before, token)
        clone_is_next = strategy == "alternating_users" and turn % 2 == 0
        name = f"{user.username}_clone" if clone_is_next else user.username
        assert user.value("AWSCURRENT")["username"] == name
        assert user.logs_in("AWSPREVIOUS") == (strategy == "alternating_users")


def test_a_step_may_be_repeated_and_changes_nothing_more(
    make_user: MakeUser,
) -> None:
    user = make_user()
    before = user.value("AWSCURRENT")
    token = user.start()
    for number, name in enumerate(STEPS):
        user.step(name, token)
        made, labels = user.value("AWSPENDING"), user.labels()
        for again in STEPS[: number + 1]:
            user.step(again, token)
            assert (user.value("AWSPENDING"), user.labels()) == (made, labels), again
    user.assert_rotated(before, token)


def test_an_engine_is_known_by_the_name_that_rds_gives_to_aurora(make_user: MakeUser) -> None:
    user = make_user()
    in_rds, in_json = {
        "postgres": ("aurora-postgresql", "postgres"),
        "mariadb": ("aurora-mysql", "mysql"),
        "mysql": ("aurora-mysql", "mysql"),
    }[user.server.engine]
    superuser = user.make_secret(
        {
            "engine": in_json,
            "username": user.server.superuser,
            "password": user.server.superuser_password,
        }
    )
    user.change(engine=in_rds, masterarn=superuser)
    before = user.value("AWSCURRENT")
    token = user.start()

    user.steps(token)

    user.assert_rotated(before, token)
    assert user.value("AWSCURRENT")["engine"] == in_rds


def test_a_password_logs_in_after_every_call_that_a_rotation_makes(
    make_user: MakeUser,
) -> None:
    user = make_user(ssl=False)
    calls = []

    def check(_: int, name: str) -> None:
        calls.append(name)
        user.assert_a_password_logs_in(f"after {name}")

    with watched(after=check):
        for _ in range(2):
            user.rotate()

    assert len(calls) > 2 * FEWEST_CALLS


FAULTS: dict[str, dict[str, Callable[[str], None]]] = {
    "killed, given up, new token": {"before": kill},
    # As if killed after a call that succeeded, except that the function handles an error.
    "answer lost, same token": {"after": lose_answer},
}


@pytest.mark.parametrize(
    "fault",
    [
        "killed, given up, new token",
        pytest.param("answer lost, same token", marks=pytest.mark.exhaustive),
    ],
)
def test_a_retry_heals_a_fault_at_any_call(
    make_user: MakeUser, strategy: str, fault: str, record_property: Callable[[str, object], None]
) -> None:
    for number in itertools.count():
        user = make_user(ssl=False)
        before = user.value("AWSCURRENT")
        token = user.start()
        call = disturbed(user, token, number, **FAULTS[fault])
        if not call:
            break
        when = f"after: {fault}, call {number}, {call}"
        user.assert_a_password_logs_in(when)
        if "new token" in fault and "AWSCURRENT" not in user.labels()[token]:
            user.give_up(token)
            token = user.start()
        for name in STEPS:
            user.step(name, token)
            user.assert_a_password_logs_in(f"{when}, then {name}")
        user.assert_rotated(before, token, when)

    assert number > FEWEST_CALLS
    record_property(f"faults healed, {user.server.engine}, {strategy}, {fault}", number)


@pytest.mark.exhaustive
def test_two_runs_of_a_rotation_at_once_do_no_harm(
    make_user: MakeUser,
    strategy: str,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    # Both runs are in this thread, so one cannot wait for the other's lock.
    monkeypatch.setattr(postgres, "STATEMENT_SECONDS", 0.2)
    for number in itertools.count():
        user = make_user(ssl=False)
        before = user.value("AWSCURRENT")
        token = user.start()
        call = disturbed(user, token, number, before=functools.partial(try_steps, user, token))
        if not call:
            break
        when = f"after another run at call {number}, {call}"
        user.assert_a_password_logs_in(when)
        user.steps(token)
        user.assert_rotated(before, token, when)

    assert number > FEWEST_CALLS
    record_property(f"other runs in between, {user.server.engine}, {strategy}", number)


def try_steps(user: RotatedUser, token: str, _: str = "") -> None:
    with contextlib.suppress(RotationError):
        user.steps(token)


def test_two_runs_in_two_threads_do_no_harm(make_user: MakeUser) -> None:
    user = make_user(ssl=False)
    for _ in range(5):
        before = user.value("AWSCURRENT")
        token = user.start()
        threads = [threading.Thread(target=try_steps, args=(user, token)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        user.assert_a_password_logs_in("after two runs at once")
        user.steps(token)
        user.assert_rotated(before, token)


class Refusal:
    """Runs a rotation that must fail, with a clear message and no value in its output."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, user: RotatedUser, run: Callable[[], None] | None = None) -> str:
        """Return the failure message of `run`, by default of a whole rotation."""
        with pytest.raises(RotationError) as caught:
            (run or user.rotate)()
        message = str(caught.value)
        last = self._capsys.readouterr().out.splitlines()[-1]
        assert json.loads(last)["error"] == message
        assert caught.value.__context__ is None
        said = {"log": last, "error": "".join(traceback.format_exception(caught.value))}
        for value in user.passwords():
            assert not leaks.find(value, texts=said)
        return message


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]) -> Refusal:
    """A runner of rotations that must fail."""
    return Refusal(capsys)


@SINGLE
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"engine": "oracle"}, "is none of postgres, mysql, mariadb, aurora-postgresql, aurora-m"),
        ({"engine": None}, 'has no text as "engine": add it'),
        ({"host": None}, 'has no text as "host": add it'),
        ({"username": ""}, 'has no text as "username": add it'),
        ({"password": 12345678}, 'has no text as "password": add it'),
        ({"ssl": "perhaps"}, 'has an "ssl" that is not true or false'),
        ({"port": "first"}, 'has a "port" that is not a number'),
    ],
    ids=str,
)
def test_a_secret_with_a_wrong_field_is_refused(
    make_user: MakeUser, refusal: Refusal, fields: dict[str, object], told: str
) -> None:
    user = make_user()
    user.put({**user.value("AWSCURRENT"), **fields})

    assert told in refusal(user)


@SINGLE
@pytest.mark.parametrize("text", ["only a password", '["password"]', '"password"', "{"])
def test_a_secret_that_is_not_a_json_object_is_refused(
    make_user: MakeUser, refusal: Refusal, text: str
) -> None:
    user = make_user()
    user.put_text(text)

    assert "is not a JSON object: store the credentials as JSON" in refusal(user)


def test_a_server_that_is_down_is_told_and_harms_nothing(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user()
    port = user.server.port
    user.change(port=free_port())

    assert "gives no connection (" in refusal(user)

    # The pending version is for the wrong port. When a new value is stored, AWS removes its label.
    user.change(port=port)
    user.rotate()
    assert user.logs_in("AWSCURRENT")


@SINGLE
def test_a_server_that_says_nothing_is_given_up(
    make_user: MakeUser, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in (mysql, postgres):
        monkeypatch.setattr(engine, "NETWORK_SECONDS", 0.3)
    user = make_user()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        user.change(port=silent.getsockname()[1], host="127.0.0.1")

        assert "gives no connection (" in refusal(user)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the function's waits, and so the test's."""
    for engine in (mysql, postgres):
        monkeypatch.setattr(engine, "NETWORK_SECONDS", 0.5)
    monkeypatch.setattr(handler, "PAUSE_SECONDS", 0.1)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(("sleeps", "drops"), [(3, 0), (0, 3)])
def test_a_server_that_wakes_slowly_or_drops_connections_is_tried_again(
    server: Server, make_user: MakeUser, sleeps: float, drops: int
) -> None:
    user = make_user(ssl=False)
    user.seconds = 40
    with Rewriter(server.port, sleeps=sleeps, drops=drops) as way:
        user.change(port=way.port)
        user.rotate()

        assert way.connections > 3
    assert user.logs_in("AWSCURRENT")


@SINGLE
@pytest.mark.usefixtures("hurried")
def test_a_server_that_does_not_wake_in_time_is_told_in_time(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user()
    user.change(port=free_port())
    user.seconds = handler.RESERVE_SECONDS + 2
    start = time.monotonic()

    assert "gives no connection" in refusal(user)
    assert 1.5 < time.monotonic() - start < user.seconds


@pytest.mark.usefixtures("hurried")
@pytest.mark.exhaustive
@pytest.mark.parametrize("server", ["postgresql", "mariadb"], indirect=True)
def test_a_step_heals_the_loss_of_any_connection_by_itself(make_user: MakeUser) -> None:
    lost = 0
    for number in itertools.count():
        user = make_user(ssl=False)
        user.seconds = 40
        before = user.value("AWSCURRENT")
        token = user.start()
        call = disturbed(user, token, number, after=lose_answer)
        if not call:
            break
        if not call.startswith("botocore"):
            lost += 1
            user.assert_rotated(before, token, call)
    assert lost > FEWEST_CALLS / 2


@SINGLE
def test_a_server_of_an_unknown_ca_is_not_trusted(
    make_user: MakeUser,
    refusal: Refusal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    monkeypatch.setenv("CA_BUNDLE", str(tmp_path / "other.pem"))
    user = make_user()

    assert re.search(r"is not trusted \(.*certificate.*\): package its CA", refusal(user))
    user.assert_a_password_logs_in("with an unknown CA")


@SINGLE
def test_a_server_under_another_host_name_is_not_trusted(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user(host="127.0.0.1")

    assert re.search(r"is not trusted \(IP address mismatch.*\): package", refusal(user))


@SINGLE
@pytest.mark.usefixtures("strategy")
@pytest.mark.parametrize("kind", [PostgreSQL, MariaDB])
def test_a_server_without_tls_is_refused_unless_the_secret_allows_it(
    kind: type[Server],
    secretsmanager: "SecretsManagerClient",
    function_arn: str,
    refusal: Refusal,
) -> None:
    with kind(tls=False) as server:
        user = RotatedUser(server, secretsmanager, function_arn)
        assert 'refuses TLS: turn TLS on, or store "ssl": false' in refusal(user)

        RotatedUser(server, secretsmanager, function_arn, ssl=False).rotate()
        RotatedUser(server, secretsmanager, function_arn, ssl="False").rotate()


@SINGLE
@pytest.mark.parametrize(
    ("bundle", "told"),
    [("missing.pem", "not in the package: add it"), (__file__, "is not PEM")],
)
def test_a_ca_bundle_that_is_no_file_of_certificates_is_told(
    make_user: MakeUser,
    refusal: Refusal,
    monkeypatch: pytest.MonkeyPatch,
    bundle: str,
    told: str,
) -> None:
    monkeypatch.setenv("CA_BUNDLE", bundle)

    assert told in refusal(make_user())


@SINGLE
def test_a_database_that_is_not_there_is_told_with_the_servers_code(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user(dbname="nowhere")

    assert re.search(r"gives no connection \((SQLSTATE 3D000|error 1044)", refusal(user))


def test_a_locked_user_is_told(make_user: MakeUser, refusal: Refusal) -> None:
    user = make_user()
    user.server.lock_user(user.username)

    assert re.search("logs? in.*[:.] [Uu]nlock the user", refusal(user))


def test_a_changed_host_stops_a_rotation_that_began_before(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user()
    token = user.start()
    user.step("createSecret", token)
    user.change(host="elsewhere.example.com")

    run = functools.partial(user.step, "setSecret", token)
    assert "its rotation was abandoned. Start another rotation" in refusal(user, run)


def test_a_rollback_to_another_host_stops_a_rotation_that_began_before(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user()
    user.change(host="elsewhere.example.com")
    user.change(host=user.server.host)
    token = user.start()
    user.step("createSecret", token)
    user.roll_back()

    run = functools.partial(user.step, "setSecret", token)
    assert "is for another user or server than AWSCURRENT" in refusal(user, run)


@ALTERNATING
@pytest.mark.parametrize(
    ("superuser", "told"),
    [
        ({"password": "not-the-password"}, "does not log in: correct it"),
        ({"host": "127.0.0.1"}, "is not trusted"),
        ({"engine": "another"}, "is for another engine than"),
        ({"username": "plain", "password": "plain-password"}, "The (server|superuser) "),
        ({"password": None}, 'has no text as "password"'),
    ],
    ids=str,
)
def test_a_wrong_superuser_secret_is_refused(
    make_user: MakeUser, refusal: Refusal, superuser: dict[str, object], told: str
) -> None:
    user = make_user()
    if superuser.get("username") == "plain":
        superuser = superuser | {"username": make_user(password="plain-password").username}
    if "engine" in superuser:
        superuser = {"engine": "mariadb" if user.server.engine == "mysql" else "mysql"}
    known = {"username": user.server.superuser, "password": user.server.superuser_password}
    arn = user.make_secret({**known, **superuser})
    user.change(masterarn=arn)

    assert re.search(told, refusal(user))
    user.assert_a_password_logs_in("with a wrong superuser secret")

    # Without a new rotation: the retry uses the superuser's secret as it is at that time.
    user.put({**user.server_fields, **known}, arn)
    user.steps(next(token for token, labels in user.labels().items() if "AWSPENDING" in labels))
    assert user.logs_in("AWSCURRENT")


@ALTERNATING
def test_the_superusers_secret_may_name_the_server_otherwise(make_user: MakeUser) -> None:
    user = make_user()
    fields = {"username": user.server.superuser, "password": user.server.superuser_password}
    # Another name of the server, like a CNAME beside the name from RDS.
    user.change(masterarn=user.make_secret({**fields, "host": "127.0.0.1", "ssl": False}))
    for _ in range(2):
        user.rotate()
        assert user.logs_in("AWSCURRENT")


@ALTERNATING
def test_a_superuser_of_another_server_is_refused(
    server: Server, make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user()
    with type(server)() as other:
        fields = {"username": other.superuser, "password": other.superuser_password}
        away = {"host": "127.0.0.1", "port": other.port, "ssl": False}
        user.change(masterarn=user.make_secret({**fields, **away}))

        assert "is for another server than" in refusal(user)
        assert not other.logs_in(f"{user.username}_clone", user.value("AWSPENDING")["password"])
    assert user.logs_in("AWSCURRENT")


@pytest.mark.parametrize("ssl", [None, False])
def test_a_superuser_that_rds_manages_is_for_the_users_server(
    make_user: MakeUser, secretsmanager: "SecretsManagerClient", *, ssl: bool | None
) -> None:
    user = make_user(ssl=ssl)
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
    value = {"username": user.server.superuser, "password": user.server.superuser_password}
    superuser = secretsmanager.create_secret(
        Name=f"test-rds-cluster-{uuid.uuid4()}", SecretString=json.dumps(value)
    )["ARN"]
    user.change(masterarn=superuser)
    for _ in range(2):
        before = user.value("AWSCURRENT")
        token = user.start()
        user.steps(token)
        user.assert_rotated(before, token)


@ALTERNATING
def test_a_secret_that_names_no_superuser_is_refused(make_user: MakeUser, refusal: Refusal) -> None:
    assert 'has no "masterarn": add the ARN' in refusal(make_user(masterarn=None))


@ALTERNATING
def test_a_superuser_secret_without_a_value_is_refused(
    make_user: MakeUser, refusal: Refusal, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    empty = secretsmanager.create_secret(Name=secret_name)["ARN"]

    assert "has no AWSCURRENT value: store one" in refusal(make_user(masterarn=empty))


@ALTERNATING
def test_a_superuser_is_of_no_help_to_who_does_not_know_the_current_password(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user()
    user.change(password="a-guess-at-it")

    assert "AWSCURRENT of" in refusal(user)


@SINGLE
def test_the_previous_password_serves_where_the_current_one_never_got_to_the_server(
    make_user: MakeUser,
) -> None:
    user = make_user()
    user.change(password="stored-but-never-set")
    before = user.value("AWSCURRENT")
    token = user.start()
    user.steps(token)

    user.assert_rotated(before, token)


@SINGLE
def test_a_password_that_was_set_is_taken_over_after_terraform_has_changed_the_host(
    make_user: MakeUser, capsys: pytest.CaptureFixture[str]
) -> None:
    user = make_user(ssl=False, host="127.0.0.1")
    token = user.start()
    user.step("createSecret", token)
    user.step("setSecret", token)
    password = user.value("AWSPENDING")["password"]
    # This makes AWS abandon the rotation, so no version in use has the password any more.
    user.change(host=user.server.host)
    assert not user.logs_in("AWSCURRENT")
    capsys.readouterr()

    token = user.start()
    user.step("createSecret", token)
    user.assert_a_password_logs_in("after createSecret")
    assert json.loads(capsys.readouterr().out)["outcome"] == "taken over"
    user.steps(token)
    assert user.value("AWSCURRENT")["password"] == password
    assert user.logs_in("AWSCURRENT")


def test_a_previous_value_of_another_form_is_no_hindrance(make_user: MakeUser) -> None:
    user = make_user()
    before = user.value("AWSCURRENT")
    user.put_text("a placeholder")
    user.put(before)
    token = user.start()
    user.steps(token)

    user.assert_rotated(before, token)


@SINGLE
def test_a_user_of_no_known_password_is_told(make_user: MakeUser, refusal: Refusal) -> None:
    user = make_user()
    for number in range(2):
        user.change(password=f"stored-but-never-set-{number}")

    assert "No password in" in refusal(user)


EVERY_CHARACTER = "".join(map(chr, range(ord(" "), ord("~") + 1)))
PASSWORDS = [
    EVERY_CHARACTER,
    EVERY_CHARACTER[::-1],
    "pässwörd-ключ-密码",
    "%s %(x)s %% :name $1 \\'",
]
NAMES = [
    "o'b \"; DROP ROLE x",
    "Mixed-Case.Name@x",
    "100%s %(x)s",
    "back\\slash\\'",
    "a@b `c`",
    "ключ:name",
]


def test_every_character_that_an_engine_allows_survives_in_a_password(make_user: MakeUser) -> None:
    user = make_user(password=EVERY_CHARACTER[1:])
    for password in PASSWORDS:
        user.rotate_to(password)

        assert user.value("AWSCURRENT")["password"] == password
        assert user.logs_in("AWSCURRENT")


@pytest.mark.parametrize("name", NAMES)
def test_a_user_may_have_any_name(make_user: MakeUser, name: str) -> None:
    user = make_user(username=f"{name}{uuid.uuid4().hex[:8]}")
    for _ in range(2):
        before = user.value("AWSCURRENT")
        token = user.start()
        user.steps(token)
        user.assert_rotated(before, token)


@ON_POSTGRESQL
@ALTERNATING
def test_what_one_user_makes_in_postgresql_belongs_to_both(make_user: MakeUser) -> None:
    user = make_user()
    user.server.run(f"CREATE SCHEMA AUTHORIZATION {user.username}")
    for statement in ("CREATE TABLE t (id int)", "ALTER TABLE t ADD x int", "DROP TABLE t"):
        user.rotate()
        value = user.value("AWSCURRENT")
        connection = user.server.connect(value["username"], value["password"])
        connection.cursor().execute(f"SET search_path TO {user.username}; {statement}")
        connection.close()


@contextlib.contextmanager
def session_of(user: RotatedUser, stage: str = "AWSCURRENT") -> Iterator[Callable[..., None]]:
    """Yield a function that runs statements as the user of the version with this label."""
    value = user.value(stage)
    connection = user.server.connect(value["username"], value["password"])
    try:
        yield connection.cursor().execute
    finally:
        connection.close()


def make_clone_as_aws_does(user: RotatedUser) -> None:
    """Create NAME_clone as AWS's published function does, and rotate to it.

    https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas
    """
    clone = f"{user.username}_clone"
    user.server.run(f"CREATE ROLE {clone} WITH LOGIN PASSWORD 'clone-password'")
    user.server.run(f"GRANT {user.username} TO {clone}")
    user.change(username=clone, password="clone-password")


@ON_POSTGRESQLS
@ALTERNATING
@pytest.mark.parametrize("made_by_superuser", [True, False])
def test_both_users_read_what_a_clone_has_made_that_aws_made(
    make_user: MakeUser, *, made_by_superuser: bool
) -> None:
    user = make_user(ssl=False)
    server, schema = user.server, f"schema_{user.username}"
    if not made_by_superuser:
        name = make_role_maker(user)
        server.run(f'GRANT {user.username} TO "{name}" WITH ADMIN OPTION')
    server.run(f"CREATE SCHEMA {schema}; GRANT CREATE, USAGE ON SCHEMA {schema} TO public")
    make_clone_as_aws_does(user)
    if not made_by_superuser:
        server.run(f'GRANT {user.username}_clone TO "{name}" WITH ADMIN OPTION')
    with session_of(user) as run:
        run(f"CREATE TABLE {schema}.old (id int)")
    assert owners(server, schema) == {f"{user.username}_clone"}

    for turn in range(4):
        user.rotate()
        with session_of(user) as run:
            run(f"ALTER TABLE {schema}.old ADD x{turn} int")
            run(f"CREATE TABLE {schema}.new{turn} (id int)")
        assert owners(server, schema) == {user.username}


def owners(server: Server, schema: str) -> set[str]:
    rows = server.run("SELECT tableowner FROM pg_tables WHERE schemaname = %s", schema)
    return {owner for (owner,) in rows}


@ON_POSTGRESQL
@ALTERNATING
def test_what_cannot_be_handed_over_is_told_and_harms_nothing(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user()
    schema = f"schema_{user.username}"
    user.server.run(f"CREATE SCHEMA {schema}; GRANT CREATE, USAGE ON SCHEMA {schema} TO public")
    make_clone_as_aws_does(user)
    with session_of(user) as run:
        run(f"CREATE TABLE {schema}.old (id int)")
        # Unlike the new owner of a table, that of a function needs CREATE on its schema.
        run(f"CREATE FUNCTION {schema}.one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    user.server.run(f"REVOKE CREATE ON SCHEMA {schema} FROM public")

    clone = f"{user.username}_clone"
    told = refusal(user)
    assert f'run REASSIGN OWNED BY "{clone}" TO "{user.username}"' in told
    assert "SQLSTATE 42501" in told
    assert owners(user.server, schema) == {clone}
    assert user.logs_in("AWSCURRENT")


@ON_POSTGRESQL
@ALTERNATING
def test_a_user_that_is_a_member_of_its_clone_is_told(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user()
    clone = f"{user.username}_clone"
    user.server.run(f"CREATE ROLE {clone} LOGIN; GRANT {clone} TO {user.username}")

    assert f'run REVOKE "{clone}" FROM "{user.username}"' in refusal(user)
    assert user.logs_in("AWSCURRENT")


def make_role_maker(user: RotatedUser) -> str:
    """Create a user like RDS's master user; make it the secret's superuser and return its name."""
    assert isinstance(user.server, PostgreSQL)
    name = f"Role-Maker {uuid.uuid4().hex[:8]}"
    user.server.create_role_maker(name, "role-maker")
    fields = {"username": name, "password": "role-maker", "ssl": False}
    user.change(masterarn=user.make_secret(fields))
    return name


@ON_POSTGRESQLS
@ALTERNATING
def test_a_role_that_is_no_superuser_rotates_a_user_that_it_has_made(make_user: MakeUser) -> None:
    user = make_user(ssl=False)
    name = make_role_maker(user)
    role_maker = user.server.connect(name, "role-maker")
    own = f"Own-{uuid.uuid4().hex[:8]}"
    role_maker.cursor().execute(f"CREATE USER \"{own}\" PASSWORD 'first-password'")
    role_maker.close()
    user.server.run(f'GRANT SELECT ON {user.server.table} TO "{own}"')
    user.change(username=own)
    for _ in range(3):
        before = user.value("AWSCURRENT")
        token = user.start()
        user.steps(token)
        user.assert_rotated(before, token)


@ON_POSTGRESQLS
@ALTERNATING
def test_a_role_that_may_not_administer_the_user_is_told_what_to_grant(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user(ssl=False)
    name = make_role_maker(user)
    version = int(user.server.run("SHOW server_version_num")[0][0])
    if version < postgres.CREATEROLE_NEEDS_ADMIN:
        user.rotate()
        return
    grant = f'GRANT "{user.username}" TO "{name}" WITH ADMIN OPTION'
    assert f"Run {grant}" in refusal(user)
    assert user.logs_in("AWSCURRENT")

    user.server.run(grant)
    user.steps(next(token for token, labels in user.labels().items() if "AWSPENDING" in labels))
    user.rotate()
    assert user.logs_in("AWSCURRENT")


@ON_POSTGRESQLS
@ALTERNATING
def test_a_clone_that_somebody_else_made_is_told_what_to_grant(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user(ssl=False)
    user.rotate()
    user.rotate()
    name = make_role_maker(user)
    if int(user.server.run("SHOW server_version_num")[0][0]) < postgres.CREATEROLE_NEEDS_ADMIN:
        user.rotate()
        return
    user.server.run(f'GRANT {user.username} TO "{name}" WITH ADMIN OPTION')

    assert f'GRANT "{user.username}_clone" TO "{name}" WITH ADMIN OPTION' in refusal(user)
    assert user.logs_in("AWSCURRENT")


@ON_POSTGRESQLS
@ALTERNATING
def test_a_superuser_that_may_make_no_role_is_told(make_user: MakeUser, refusal: Refusal) -> None:
    user = make_user(ssl=False)
    name = make_role_maker(user)
    user.server.run(f'ALTER ROLE "{name}" NOCREATEROLE')

    assert f'run ALTER ROLE "{name}" CREATEROLE' in refusal(user)
    assert user.logs_in("AWSCURRENT")


@ON_MARIADB
@ALTERNATING
def test_the_other_user_of_mariadb_has_the_same_rights(make_user: MakeUser) -> None:
    user = make_user()
    server, name = user.server, user.username
    database, role = f"{name} `TO` 100%", f"{name}_role"
    quoted = database.replace("`", "``").replace("%", "%%")
    server.run(f"RENAME USER {name} TO {name}@'127.0.0.%'")
    account = f"{name}@'127.0.0.%%'"
    for statement in (
        f"CREATE DATABASE `{quoted}`",
        f"CREATE TABLE `{quoted}`.t (a int, `b '` int)",
        f"GRANT SELECT ON `{quoted}`.* TO {account} WITH GRANT OPTION",
        f"GRANT UPDATE (`b '`) ON `{quoted}`.t TO {account}",
        f"CREATE ROLE {role}",
        f"GRANT {role} TO {account} WITH ADMIN OPTION",
        f"SET DEFAULT ROLE {role} FOR {account}",
        f"ALTER USER {account} WITH MAX_USER_CONNECTIONS 7",
        f"GRANT CREATE TEMPORARY TABLES ON *.* TO {account}",
    ):
        server.run(statement + " -- %s", "")

    user.rotate()

    def rights(username: str) -> list[str]:
        shown = server.run("SHOW GRANTS FOR %s@%s", username, "127.0.0.%")
        return sorted(re.sub("PASSWORD '.*?'", "", row[0].replace("_clone", "")) for row in shown)

    assert len(rights(name)) == 6
    assert rights(f"{name}_clone") == rights(name)


@ALTERNATING
def test_rights_that_change_later_come_to_the_clone_and_go_from_it(
    make_user: MakeUser,
) -> None:
    user = make_user()
    server, name = user.server, user.username
    in_mysql = server.engine == "mysql"
    to = "TO" if in_mysql else "FOR"
    for statement in {
        "postgres": [
            f"CREATE ROLE {name}_role; GRANT {name}_role TO {name}",
            f"CREATE TABLE {name} (a int, b int); GRANT ALL ON {name} TO {name}",
        ],
        "mysql": [
            f"CREATE ROLE {name}_role",
            f"GRANT {name}_role TO {name} WITH ADMIN OPTION",
            f"SET DEFAULT ROLE {name}_role {to} {name}",
            f"CREATE TABLE shop.{name} (a int)",
            f"CREATE TABLE shop.{name}_2 (a int, `b '``,` int)",
            f"GRANT ALL ON shop.{name} TO {name} WITH GRANT OPTION",
            f"GRANT SELECT, INSERT, CREATE TEMPORARY TABLES ON shop.* TO {name}",
            f"GRANT SELECT (a), UPDATE (a, `b '``,`) ON shop.{name}_2 TO {name}",
            f"GRANT SELECT, PROCESS ON *.* TO {name} WITH GRANT OPTION",
        ],
    }["postgres" if server.engine == "postgres" else "mysql"]:
        server.run(statement)
    user.rotate()
    assert rights(server, f"{name}_clone") == rights(server, name)

    for statement in {
        "postgres": [
            f"REVOKE {name}_role FROM {name}; REVOKE ALL ON {name} FROM {name}",
            f"GRANT SELECT (a) ON {name} TO {name}; GRANT pg_monitor TO {name}",
        ],
        "mysql": [
            # MySQL revokes the option only with the role.
            f"REVOKE {'' if in_mysql else 'ADMIN OPTION FOR '}{name}_role FROM {name}",
            f"GRANT {name}_role TO {name}",
            f"SET DEFAULT ROLE NONE {to} {name}",
            f"REVOKE ALL ON shop.{name} FROM {name}",
            f"REVOKE GRANT OPTION ON shop.{name} FROM {name}",
            f"GRANT DELETE ON shop.{name} TO {name}",
            f"REVOKE INSERT ON shop.* FROM {name}",
            f"REVOKE UPDATE (`b '``,`) ON shop.{name}_2 FROM {name}",
            f"REVOKE PROCESS ON *.* FROM {name}",
            f"REVOKE GRANT OPTION ON *.* FROM {name}",
            f"GRANT RELOAD ON *.* TO {name}",
        ],
    }["postgres" if server.engine == "postgres" else "mysql"]:
        server.run(statement)
    changed = rights(server, name)
    user.rotate()
    assert rights(server, name) == changed
    user.rotate()
    assert user.value("AWSCURRENT")["username"] == f"{name}_clone"
    assert rights(server, f"{name}_clone") == changed


def show_create(server: Server, name: str) -> str:
    return str(server.run("SHOW CREATE USER %s", name)[0][0])


def rights(server: Server, name: str) -> list[str]:
    """Return a user's rights, for comparison with its clone's."""
    if server.engine != "postgres":
        shown = [text for (text,) in server.run("SHOW GRANTS FOR %s", name)]
        if server.engine == "mysql":
            shown += re.findall("DEFAULT ROLE .*? REQUIRE", show_create(server, name))
        return sorted(re.sub(r" IDENTIFIED BY PASSWORD '.*?'|_clone\b", "", text) for text in shown)
    columns = "SELECT has_column_privilege(%s, to_regclass(%s), unnest(array['a', 'b']), 'SELECT')"
    roles = "SELECT rolname FROM pg_roles WHERE pg_has_role(%s, oid, 'USAGE')"
    table = name.removesuffix("_clone")
    return [
        *(str(row) for row in server.run(columns, name, table)),
        *sorted({row[0].removesuffix("_clone") for row in server.run(roles, name)}),
    ]


@ON_POSTGRESQLS
@ALTERNATING
@pytest.mark.parametrize("owner_role", [True, False])
def test_the_settings_of_a_user_are_its_clones_too(
    make_user: MakeUser, *, owner_role: bool
) -> None:
    user = make_user(ssl=False)
    server, name = user.server, user.username
    make_role_maker(user)
    server.run(f'GRANT {name} TO "{superusers_name(user)}" WITH ADMIN OPTION')
    path = 'x, "a""b, c", "$user"'
    server.run(f"ALTER ROLE {name} SET search_path TO {path}")
    server.run(f"ALTER ROLE {name} IN DATABASE postgres SET work_mem TO '1234kB'")
    server.run(f"ALTER ROLE {name} SET application_name TO 'it''s'")
    server.run(f"ALTER ROLE {name} SET temp_tablespaces TO ''")
    # The superuser of the secret cannot set this one, so the function leaves it out.
    server.run(f"ALTER ROLE {name} SET log_min_duration_statement TO '1min'")
    if owner_role:
        server.run(f"CREATE ROLE {name}_owner; GRANT {name}_owner TO {name}")
        server.run(f"ALTER ROLE {name} SET role TO {name}_owner")

    def shown() -> list[Any]:
        value = user.value("AWSCURRENT")
        connection = server.connect(value["username"], value["password"])
        cursor = connection.cursor()
        names = ("search_path", "work_mem", "temp_tablespaces", "role", "application_name")
        said = []
        for each in names:
            cursor.execute(f"SHOW {each}")
            said += cursor.fetchone()
        connection.close()
        return said

    before = shown()
    user.rotate()
    after = shown()
    if not owner_role:
        assert after.pop(3) == name
        before.pop(3)
    assert after == before

    user.rotate()
    server.run(f"ALTER ROLE {name} RESET search_path")
    user.rotate()
    assert shown()[0] == '"$user", public'


def superusers_name(user: RotatedUser) -> str:
    """Return the name of the superuser that the secret names."""
    return str(user.read(user.value("AWSCURRENT")["masterarn"])["username"])


@pytest.fixture
def restricted(server: Server) -> Iterator[Rewriter]:
    """Yield a proxy of the server through which no user can change its own password, as in RDS.

    The server itself refuses, because the proxy asks it to change another user's password.
    """
    known = server.run("SELECT 1 FROM pg_roles WHERE rolname = 'someone_else'")
    if not known:
        server.run("CREATE ROLE someone_else")
    with Rewriter(server.port, b"ROLE SESSION_USER", b"ROLE someone_else") as rewriter:
        yield rewriter


@ON_POSTGRESQL
@SINGLE
def test_a_user_that_may_not_change_its_own_password_is_told_of_the_other_ways(
    make_user: MakeUser, refusal: Refusal, restricted: Rewriter
) -> None:
    user = make_user(ssl=False, port=restricted.port)
    told = refusal(user)

    assert "does not let users change their passwords (SQLSTATE 42501)" in told
    assert 'or store the ARN of the superuser\'s secret as "masterarn"' in told
    assert user.logs_in("AWSCURRENT")

    user.change(masterarn=user.superuser_secret)
    user.rotate()
    assert user.logs_in("AWSCURRENT")


@ON_POSTGRESQL
def test_a_pooler_that_asks_the_server_for_passwords_is_no_hindrance(
    server: Server, make_user: MakeUser
) -> None:
    assert isinstance(server, PostgreSQL)
    user = make_user(ssl=False)
    with PgBouncer(server) as pooler:
        user.change(port=pooler.port)
        for _ in range(3):
            user.rotate()
            assert user.logs_in("AWSCURRENT")


@ON_POSTGRESQL
@pytest.mark.parametrize("by_superuser", [True, False])
def test_a_pooler_that_keeps_passwords_is_told_and_the_old_password_works(
    server: Server, make_user: MakeUser, strategy: str, refusal: Refusal, *, by_superuser: bool
) -> None:
    assert isinstance(server, PostgreSQL)
    user = make_user(ssl=False)
    if by_superuser:
        user.change(masterarn=user.superuser_secret)
    with PgBouncer(server, known={user.username: "first-password"}) as pooler:
        user.change(port=pooler.port)
        told = refusal(user)

    if strategy == "single_user":
        assert "did not log in, so the function set the old password again. A pooler" in told
    else:
        assert "or a pooler stores separate passwords" in told
    assert user.logs_in("AWSCURRENT")
    user.change(port=server.port)
    user.rotate()
    assert user.logs_in("AWSCURRENT")


@SINGLE
def test_a_superuser_whose_secret_may_not_be_read_leaves_it_to_the_user(
    make_user: MakeUser, secretsmanager: "SecretsManagerClient", kms: "KMSClient"
) -> None:
    user = make_user()
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    arn = secretsmanager.create_secret(
        Name=f"test/{uuid.uuid4().hex}", SecretString="{}", KmsKeyId=key
    )["ARN"]
    # This tag makes the emulator refuse, as AWS does if no policy allows it.
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "emulator:deny-decrypt", "TagValue": "true"}])
    user.change(masterarn=arn)
    with pytest.raises(ClientError, match="AccessDenied"):
        user.read(arn)

    user.rotate()
    assert user.logs_in("AWSCURRENT")


@ON_MYSQL
@SINGLE
def test_a_user_that_must_name_its_password_to_change_it_does(make_user: MakeUser) -> None:
    user = make_user()
    user.server.run("ALTER USER %s PASSWORD REQUIRE CURRENT", user.username)
    user.rotate()

    assert user.logs_in("AWSCURRENT")


@ON_MYSQL
def test_caching_sha2_password_without_tls_is_told_and_harms_nothing(
    make_user: MakeUser, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user(ssl=False)
    # As in the function's package, which has no compiled code.
    with monkeypatch.context() as in_lambda:
        in_lambda.setattr("pymysql._auth._have_cryptography", False)
        told = refusal(user)

    assert "accepts this user's password only over TLS: turn TLS on, and remove" in told
    assert user.logs_in("AWSCURRENT")


HOSTS = ("127.0.0.%", "10.%", "localhost")


def make_accounts(user: RotatedUser, *, alike: bool = True) -> None:
    """Give the user an account for each of HOSTS in place of the account for every host."""
    server, name = user.server, user.username
    hash_of = "SELECT hex(authentication_string) FROM mysql.user WHERE User = %s"
    ((stored,),) = server.run(hash_of, name)
    for number, host in enumerate(HOSTS):
        if alike:
            how = "AS %s" if server.engine == "mariadb" else f"AS 0x{stored} -- %s"
            plugin = server.run("SELECT plugin FROM mysql.user WHERE User = %s", name)[0][0]
            value = bytes.fromhex(stored).decode() if server.engine == "mariadb" else ""
            server.run(f"CREATE USER %s@%s IDENTIFIED WITH {plugin} {how}", name, host, value)
        else:
            password = "first-password" if not number else f"of-{number}"
            server.run("CREATE USER %s@%s IDENTIFIED BY %s", name, host, password)
        server.run(f"GRANT SELECT ON {server.table} TO %s@%s", name, host)
    server.run("DROP USER %s", name)


def stored_passwords(server: Server, name: str) -> list[tuple[str, str]]:
    asked = "SELECT Host, hex(authentication_string) FROM mysql.user WHERE User = %s ORDER BY 1"
    return [(host, stored) for host, stored in server.run(asked, name)]


@ON_MYSQLS
@ALTERNATING
def test_all_accounts_of_a_name_get_the_new_password(make_user: MakeUser) -> None:
    user = make_user()
    server, name = user.server, user.username
    make_accounts(user)
    for _ in range(3):
        before = user.value("AWSCURRENT")
        old = stored_passwords(server, name)
        token = user.start()
        user.steps(token)
        user.assert_rotated(before, token)
        accounts = stored_passwords(server, user.value("AWSCURRENT")["username"])
        assert {host for host, _ in accounts} == set(HOSTS)
        assert len({stored for _, stored in accounts}) == 1
        assert accounts != old
        for host in HOSTS:
            clone = server.run("SHOW GRANTS FOR %s@%s", f"{name}_clone", host)
            assert any("SELECT" in text for (text,) in clone)


@ON_MYSQLS
@ALTERNATING
def test_accounts_of_a_name_with_other_passwords_are_refused(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user()
    make_accounts(user, alike=False)
    before = stored_passwords(user.server, user.username)

    told = refusal(user)
    assert "several hosts (10.%, 127.0.0.%, localhost), and their passwords differ" in told
    assert user.logs_in("AWSCURRENT")
    assert stored_passwords(user.server, user.username) == before


@ON_MYSQLS
@SINGLE
def test_a_single_user_that_sees_its_other_accounts_is_refused_before_it_changes(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user()
    make_accounts(user)
    user.server.run("GRANT SELECT ON mysql.* TO %s@%s", user.username, HOSTS[0])
    before = stored_passwords(user.server, user.username)

    assert "accounts for several hosts" in refusal(user)
    assert stored_passwords(user.server, user.username) == before


@ON_MYSQLS
@SINGLE
def test_a_superuser_sets_all_accounts_of_a_single_user(make_user: MakeUser) -> None:
    user = make_user()
    make_accounts(user)
    user.change(masterarn=user.superuser_secret)
    before = user.value("AWSCURRENT")
    token = user.start()
    user.steps(token)

    user.assert_rotated(before, token)
    accounts = stored_passwords(user.server, user.username)
    assert len(accounts) == len(HOSTS)
    assert len({stored for _, stored in accounts}) == 1


@pytest.mark.parametrize(
    ("shown", "copied"),
    [
        # As MySQL writes them: https://dev.mysql.com/doc/refman/8.4/en/show-create-user.html,
        # https://dev.mysql.com/doc/refman/8.4/en/show-grants.html and those of 5.7.
        (
            "CREATE USER `u1`@`localhost` IDENTIFIED WITH 'caching_sha2_password' AS "
            "'$A$005$T%0ZCZ' REQUIRE SSL ACCOUNT UNLOCK",
            "CREATE USER IF NOT EXISTS %s@%s IDENTIFIED WITH 'caching_sha2_password' AS "
            "'$A$005$T%%0ZCZ' REQUIRE SSL ACCOUNT UNLOCK",
        ),
        ("GRANT USAGE ON *.* TO `u1`@`%`", "GRANT USAGE ON *.* TO %s@%s"),
        (
            "GRANT SELECT (`a``b`) ON `d`.`t` TO 'u1'@'%'",
            "GRANT SELECT (`a``b`) ON `d`.`t` TO %s@%s",
        ),
        ("GRANT `r1`@`%`,`r2`@`%` TO `u1`@`%`", "GRANT `r1`@`%%`,`r2`@`%%` TO %s@%s"),
        (
            "GRANT PROXY ON ``@`` TO `u1`@`%` WITH GRANT OPTION",
            "GRANT PROXY ON ``@`` TO %s@%s WITH GRANT OPTION",
        ),
        ("REVOKE INSERT ON `mysql`.* FROM `u1`@`%`", "REVOKE INSERT ON `mysql`.* FROM %s@%s"),
        ("GRANT ALL ON ` TO ``u1``@`.* TO `u1`@`%`", "GRANT ALL ON ` TO ``u1``@`.* TO %s@%s"),
    ],
)
def test_a_right_is_written_for_the_other_user(shown: str, copied: str) -> None:
    assert mysql.for_another(shown) == copied


def test_a_right_in_an_unknown_form_is_refused() -> None:
    with pytest.raises(RotationError, match="in an unknown form"):
        mysql.for_another("PERMIT SELECT ON *.* TO `u1`@`%`")


# PostgreSQL counts bytes, the others count characters.
LONGEST_NAMES = {"postgres": 63, "mysql": 32, "mariadb": 128}


@pytest.mark.parametrize("letter", ["X", "ключ"])
def test_a_name_may_be_as_long_as_the_server_takes_it(
    server: Server, make_user: MakeUser, strategy: str, letter: str
) -> None:
    room = LONGEST_NAMES[server.engine] - (6 if strategy == "alternating_users" else 0)
    name = uuid.uuid4().hex[:7]
    size = len(letter.encode() if server.engine == "postgres" else letter)
    user = make_user(username=name + letter * ((room - len(name)) // size))
    for _ in range(2):
        user.rotate()
        assert user.logs_in("AWSCURRENT")


@ALTERNATING
def test_a_clones_name_that_is_too_long_is_refused_before_anything_is_made(
    server: Server, make_user: MakeUser, refusal: Refusal
) -> None:
    limit = LONGEST_NAMES[server.engine]
    user = make_user(username=uuid.uuid4().hex[:8].ljust(limit - len("_clone") + 1, "x"))
    token = user.start()

    told = refusal(user, functools.partial(user.step, "createSecret", token))
    assert f"is longer than {limit}" in told
    assert "Rotate a user with a shorter name, or use the strategy single_user" in told
    assert not user.value("AWSPENDING")


@ON_POSTGRESQL
def test_a_postgresql_that_stores_md5_goes_on_to(make_user: MakeUser) -> None:
    user = make_user()
    user.server.run("ALTER ROLE superuser SET password_encryption TO md5")
    user.server.run(f"ALTER ROLE {user.username} SET password_encryption TO md5")
    try:
        user.rotate()
    finally:
        user.server.run("ALTER ROLE superuser RESET password_encryption")

    name = user.value("AWSCURRENT")["username"]
    stored = user.server.run("SELECT rolpassword FROM pg_authid WHERE rolname = %s", name)
    assert stored[0][0].startswith("md5")
    assert user.logs_in("AWSCURRENT")


@ALTERNATING
def test_a_statement_that_has_to_wait_is_given_up(
    make_user: MakeUser, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in (mysql, postgres):
        monkeypatch.setattr(engine, "STATEMENT_SECONDS", 1)
    user = make_user()
    user.rotate()
    server = user.server
    blocker = server.connect(server.superuser, server.superuser_password)
    locks = ["FLUSH TABLES WITH READ LOCK"]
    if server.engine == "postgres":
        locks = ["BEGIN", f"ALTER ROLE {user.username} CONNECTION LIMIT 9"]
    for statement in locks:
        blocker.cursor().execute(statement)
    try:
        assert re.search(r"does not .* \((SQLSTATE 57014|error (1969|1205))\)", refusal(user))
    finally:
        blocker.close()
    user.assert_a_password_logs_in("after a statement that waited")


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"Step": None}, "The event has no Step: let Secrets Manager invoke"),
        ({"SecretId": None}, "The event has no SecretId"),
        ({"ClientRequestToken": ""}, "The event has no ClientRequestToken"),
        ({"Step": "otherSecret"}, "Step is none of createSecret, setSecret, testSecret, finish"),
        ({"ClientRequestToken": "unknown"}, "Version unknown of arn:.* is not AWSPENDING"),
        ({"Step": "setSecret"}, "has no value: rotate again"),
        ({"SecretId": "unknown"}, "DescribeSecret fails with ResourceNotFoundException"),
    ],
    ids=str,
)
@SINGLE
@ON_MARIADB
def test_an_event_that_breaks_the_contract_is_refused(
    make_user: MakeUser, refusal: Refusal, event: dict[str, str], told: str
) -> None:
    user = make_user()
    valid = {"Step": "createSecret", "SecretId": user.secret, "ClientRequestToken": user.start()}

    assert re.search(
        told, refusal(user, functools.partial(handler.handle, valid | event, Context(0)))
    )


@SINGLE
@ON_MARIADB
def test_nothing_is_rotated_while_rotation_is_not_enabled(
    make_user: MakeUser, refusal: Refusal, secretsmanager: "SecretsManagerClient"
) -> None:
    user = make_user()
    token = user.start()
    secretsmanager.cancel_rotate_secret(SecretId=user.secret)

    run = functools.partial(user.steps, token)
    assert "is off: turn it on" in refusal(user, run)


@SINGLE
@ON_MARIADB
def test_a_step_runs_where_secrets_manager_does_not_say_whether_rotation_is_enabled(
    make_user: MakeUser,
    secretsmanager: "SecretsManagerClient",
    capsys: pytest.CaptureFixture[str],
) -> None:
    user = make_user()
    token = str(uuid.uuid4())
    secretsmanager.put_secret_value(
        SecretId=user.secret,
        ClientRequestToken=token,
        SecretString=json.dumps(user.value("AWSCURRENT")),
        VersionStages=["AWSPENDING"],
    )
    assert "RotationEnabled" not in secretsmanager.describe_secret(SecretId=user.secret)

    user.step("testSecret", token)

    assert json.loads(capsys.readouterr().out)["outcome"] == "tested"


@SINGLE
@ON_MARIADB
def test_a_rotation_that_was_given_up_does_nothing_more(
    make_user: MakeUser, refusal: Refusal
) -> None:
    user = make_user()
    stale = user.start()
    user.step("createSecret", stale)
    user.give_up(stale)
    token = user.start()

    for name in STEPS:
        run = functools.partial(user.step, name, stale)
        assert "was abandoned. Start another rotation" in refusal(user, run)
    before = user.value("AWSCURRENT")
    user.steps(token)
    user.assert_rotated(before, token)


@SINGLE
@ON_MARIADB
def test_an_unknown_strategy_is_refused(
    make_user: MakeUser, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    monkeypatch.setenv("STRATEGY", "both")

    assert "STRATEGY is none of single_user, alternating_users" in refusal(user)


@SINGLE
@ON_MARIADB
def test_no_way_to_secrets_manager_is_told(
    make_user: MakeUser, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    token = user.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    secret.client.cache_clear()
    try:
        told = refusal(user, functools.partial(user.steps, token))
    finally:
        secret.client.cache_clear()

    assert "cannot reach Secrets Manager (EndpointConnectionError)" in told


@SINGLE
@ON_MARIADB
def test_a_fault_of_the_function_is_told_by_its_place_alone(
    make_user: MakeUser, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()

    def fail() -> None:
        raise KeyError(user.value("AWSCURRENT")["password"])

    monkeypatch.setattr(steps, "new_password", fail)

    assert re.fullmatch(r"KeyError at \S+:\d+: .* Report it\.", refusal(user))


def asked(run: Callable[[], None]) -> dict[str, dict[str, object]]:
    """Return the parameters that `run` sends to Secrets Manager, by operation."""
    calls: dict[str, dict[str, object]] = {}

    def record(params: dict[str, object], model: OperationModel, **_: object) -> None:
        calls[model.name] = dict(params)

    events = secret.client().meta.events
    events.register("before-parameter-build.secretsmanager", record)
    run()
    events.unregister("before-parameter-build.secretsmanager", record)
    return calls


@SINGLE
@ON_MARIADB
def test_passwords_follow_the_rules_in_the_environment(
    make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PASSWORD_LENGTH": "40",
        "EXCLUDE_CHARACTERS": "abc",
        "EXCLUDE_LOWERCASE": "true",
        "EXCLUDE_UPPERCASE": "True",
        "EXCLUDE_NUMBERS": "false",
        "EXCLUDE_PUNCTUATION": "true",
        "INCLUDE_SPACE": "true",
        "REQUIRE_EACH_INCLUDED_TYPE": "false",
    }.items():
        monkeypatch.setenv(name, value)
    user = make_user()

    assert asked(user.rotate)["GetRandomPassword"] == {
        "PasswordLength": 40,
        "ExcludeCharacters": "abc",
        "ExcludeLowercase": True,
        "ExcludeUppercase": True,
        "ExcludeNumbers": False,
        "ExcludePunctuation": True,
        "IncludeSpace": True,
        "RequireEachIncludedType": False,
    }
    assert re.fullmatch("[0-9 ]{40}", user.value("AWSCURRENT")["password"])


@SINGLE
@ON_MARIADB
def test_the_rules_of_passwords_are_by_default_those_of_terraform(
    make_user: MakeUser, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_default = asked(make_user().rotate)["GetRandomPassword"]

    changes = workspace.example("rotation-postgres").plan().changes
    (function,) = (change.after for change in changes if change.type == "aws_lambda_function")
    for name, value in function["environment"][0]["variables"].items():
        monkeypatch.setenv(name, value)

    assert asked(make_user().rotate)["GetRandomPassword"] == by_default


@SINGLE
@ON_MARIADB
def test_the_rotation_token_is_handed_on_and_not_logged(
    make_user: MakeUser, capsys: pytest.CaptureFixture[str]
) -> None:
    user = make_user()
    token = user.start()
    rotation_token = str(uuid.uuid4())
    step = functools.partial(user.step, "createSecret", token, RotationToken=rotation_token)

    assert asked(step)["PutSecretValue"]["RotationToken"] == rotation_token
    assert not leaks.find(rotation_token, texts={"log": capsys.readouterr().out})


@SINGLE
@ON_MARIADB
def test_a_step_logs_one_line_of_json(
    make_user: MakeUser, capsys: pytest.CaptureFixture[str]
) -> None:
    user = make_user()
    token = user.start()
    user.steps(token)
    user.step("finishSecret", token)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(line.pop("seconds") > 0 for line in lines)
    known = {"level": "INFO", "secret": user.secret, "token": token}
    outcomes = [*zip(STEPS, ("created", "set", "tested", "finished"), strict=True)]
    outcomes.append(("finishSecret", "already current"))
    assert lines == [known | {"step": step, "outcome": outcome} for step, outcome in outcomes]


def test_no_password_gets_into_a_log_of_the_function_or_the_server(
    make_user: MakeUser, capsys: pytest.CaptureFixture[str]
) -> None:
    user = make_user(password=f"first-{uuid.uuid4().hex}")
    first = user.value("AWSCURRENT")["password"]
    user.server.run(f"SELECT '{first}'")
    made = set()
    for _ in range(3):
        user.rotate()
        made |= user.passwords() - {first, user.server.superuser_password}
    logs = [file for file in user.server.folder.iterdir() if re.search("log|bin", file.name)]

    assert len(made) == 3
    # The password that the test set in plain text is there, so the search would find one.
    assert leaks.find(first, paths=logs)
    said = {"log": capsys.readouterr().out}
    for password in made:
        assert not leaks.find(password, paths=logs, texts=said)
