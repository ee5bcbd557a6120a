"""The secret in Secrets Manager: its versions, and the credentials in each.

JSON structure: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
"""

import functools
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from rotation.errors import RotationError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CURRENT = "AWSCURRENT"
PENDING = "AWSPENDING"
PREVIOUS = "AWSPREVIOUS"
# The new version has this label from createSecret to finishSecret. The database can already have
# its password. With the label AWS keeps the version, even without AWSPENDING.
UNFINISHED = "rotation-unfinished"

SERVER_FIELDS = ("engine", "host", "port", "ssl")
PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306}
# RDS's names of Aurora, which AWS's functions also accept.
OTHER_NAMES = {"aurora-postgresql": "postgres", "aurora-mysql": "mysql"}

# The options of GetRandomPassword, with the same defaults as in the root module's database.tf.
PASSWORD_LENGTH = 32
EXCLUDE_CHARACTERS = "\"#$%&'/:;?@[\\]`{|}"
PASSWORD_SWITCHES = {
    "EXCLUDE_LOWERCASE": ("ExcludeLowercase", False),
    "EXCLUDE_UPPERCASE": ("ExcludeUppercase", False),
    "EXCLUDE_NUMBERS": ("ExcludeNumbers", False),
    "EXCLUDE_PUNCTUATION": ("ExcludePunctuation", False),
    "INCLUDE_SPACE": ("IncludeSpace", False),
    "REQUIRE_EACH_INCLUDED_TYPE": ("RequireEachIncludedType", True),
}


@functools.cache
def client() -> "SecretsManagerClient":
    """Client of Secrets Manager, kept between invocations. It times out before Lambda does."""
    return boto3.client(
        "secretsmanager",
        config=Config(
            connect_timeout=3,
            read_timeout=5,
            retries={"mode": "standard", "total_max_attempts": 3},
        ),
    )


@dataclass(frozen=True)
class Credentials:
    """How a user logs in to a database, and the JSON document of the secret."""

    engine: str
    host: str
    port: int
    username: str
    password: str = field(repr=False)
    database: str | None
    tls: bool
    superuser_secret_arn: str | None
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def parse(
        cls, text: str | None, place: str, of_server: "Credentials | None" = None
    ) -> "Credentials":
        """Credentials in the SecretString at `place`, in words. Raises RotationError.

        Without a host they are for the server of `of_server`, if that is set.
        """
        try:
            document = json.loads(text or "")
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise RotationError(f"{place} is not a JSON object: store the credentials as JSON.")
        if of_server and "host" not in document:
            named = {name: of_server.document.get(name) for name in SERVER_FIELDS}
            known = {name: value for name, value in named.items() if value is not None}
            document = known | document
        for name in ("engine", "host", "username", "password"):
            if not isinstance(document.get(name), str) or not document[name]:
                raise RotationError(f'{place} has no text as "{name}": add it to the JSON.')
        engine = OTHER_NAMES.get(document["engine"], document["engine"])
        if engine not in PORTS:
            names = ", ".join([*PORTS, *OTHER_NAMES])
            raise RotationError(
                f'{place} has an "engine" that is none of {names}: store one of them.'
            )
        tls = {"true": True, "false": False}.get(str(document.get("ssl", True)).lower())
        if tls is None:
            raise RotationError(
                f'{place} has an "ssl" that is not true or false: store one of the two.'
            )
        try:
            port = int(document.get("port", PORTS[engine]))
        except (TypeError, ValueError):
            raise RotationError(
                f'{place} has a "port" that is not a number: store a number.'
            ) from None
        return cls(
            engine=engine,
            host=document["host"],
            port=port,
            username=document["username"],
            password=document["password"],
            database=document.get("dbname"),
            tls=tls,
            superuser_secret_arn=document.get("masterarn"),
            document=document,
        )

    @property
    def server(self) -> tuple[str, str, int]:
        """The server of the credentials."""
        return self.engine, self.host, self.port


@dataclass(frozen=True)
class Secret:
    """The secret to rotate, and the id of the version that this rotation creates.

    `rotation_token` identifies this rotation, if Secrets Manager sends one. It is never logged.
    """

    arn: str
    version_id: str
    rotation_token: str | None = field(default=None, repr=False)

    @functools.cached_property
    def labels(self) -> dict[str, list[str]]:
        """Staging labels by version id, read once. RotationError if rotation is not enabled.

        As in AWS's functions, a missing RotationEnabled counts as enabled.
        """
        description = client().describe_secret(SecretId=self.arn)
        if not description.get("RotationEnabled", True):
            raise RotationError(f"Rotation of {self.arn} is off: turn it on, then rotate again.")
        return description["VersionIdsToStages"]

    def current(self) -> Credentials:
        """Credentials in use."""
        credentials = read(self.arn, VersionStage=CURRENT)
        if not credentials:
            raise RotationError(f"{self.arn} has no {CURRENT} value: store one before it rotates.")
        return credentials

    def previous(self) -> Credentials | None:
        """Previous credentials, or None without any, or if the value has another form."""
        try:
            return read(self.arn, VersionStage=PREVIOUS)
        except RotationError:
            return None

    def find_pending(self) -> Credentials | None:
        """Credentials that this rotation created, or None."""
        return read(self.arn, VersionStage=PENDING, VersionId=self.version_id)

    def pending(self) -> Credentials:
        """Credentials that this rotation created."""
        credentials = self.find_pending()
        if not credentials:
            raise RotationError(
                f"Version {self.version_id} of {self.arn} has no value: rotate again, to start "
                "with createSecret."
            )
        return credentials

    def unfinished(self) -> Credentials | None:
        """Credentials of an earlier, abandoned rotation, or None."""
        others = [
            version_id
            for version_id, labels in self.labels.items()
            if UNFINISHED in labels and version_id != self.version_id
        ]
        return read(self.arn, VersionStage=UNFINISHED, VersionId=others[0]) if others else None

    def put_pending(self, document: Mapping[str, Any]) -> None:
        """Store the value of this rotation's version, unless it already has a value."""
        token = {"RotationToken": self.rotation_token} if self.rotation_token else {}
        try:
            client().put_secret_value(
                SecretId=self.arn,
                ClientRequestToken=self.version_id,
                SecretString=json.dumps(document),
                VersionStages=[PENDING, UNFINISHED],
                **token,
            )
        except client().exceptions.ResourceExistsException:
            pass  # Lambda can run a step twice at the same time; the first value counts for both.

    def make_current(self, old_version_id: str) -> None:
        """Move AWSCURRENT to this rotation's version; Secrets Manager moves AWSPREVIOUS."""
        client().update_secret_version_stage(
            SecretId=self.arn,
            VersionStage=CURRENT,
            MoveToVersionId=self.version_id,
            RemoveFromVersionId=old_version_id,
        )

    def mark_finished(self) -> None:
        """Remove UNFINISHED from this rotation's version."""
        client().update_secret_version_stage(
            SecretId=self.arn, VersionStage=UNFINISHED, RemoveFromVersionId=self.version_id
        )


def read(arn: str, *, of_server: Credentials | None = None, **version: str) -> Credentials | None:
    """Credentials in a version of a secret, None without a version. Raises RotationError.

    `of_server` names the server if the value does not, as in a secret that RDS manages.
    """
    try:
        value = client().get_secret_value(SecretId=arn, **version)
    except client().exceptions.ResourceNotFoundException:
        return None
    place = f"{version['VersionStage']} of {arn}"
    return Credentials.parse(value.get("SecretString"), place, of_server)


def new_password() -> str:
    """Password from Secrets Manager, with the rules in this process's environment."""
    switches = {
        option: os.environ.get(name, str(default)).lower() == "true"
        for name, (option, default) in PASSWORD_SWITCHES.items()
    }
    return client().get_random_password(
        PasswordLength=int(os.environ.get("PASSWORD_LENGTH", PASSWORD_LENGTH)),
        ExcludeCharacters=os.environ.get("EXCLUDE_CHARACTERS", EXCLUDE_CHARACTERS),
        **switches,
    )["RandomPassword"]
