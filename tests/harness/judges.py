"""Judges of the module's guarantees: a repaired emulator, an independent one, and AWS itself."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.emulators import Ministack
from harness.forwarder import Forwarder
from harness.session import judge_is_aws

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

API = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_{}.html"
# The day of the last `make acceptance-aws` that passed, as in "2026-11-28".
PASSED_ON_AWS: str | None = None


@dataclass(frozen=True)
class Difference:
    """A difference between an emulator and what a page of AWS documents.

    `shows` tries it on a secret of the given name, which the caller deletes. `cases` are the
    acceptance tests that it makes impossible.
    """

    what: str
    page: str
    shows: Callable[["SecretsManagerClient", str], bool]
    cases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judge:
    """A service that answers AWS's calls. `environment` starts it and yields its settings.

    If it `ends` with the tests, they need not destroy what they create.
    """

    name: str
    environment: Callable[[Path], AbstractContextManager[dict[str, str]]]
    differences: tuple[Difference, ...] = ()
    ends: bool = False

    def lacks(self, case: str) -> Difference | None:
        """Return the difference that makes an acceptance test of this name impossible."""
        return next((each for each in self.differences if case in each.cases), None)


def _drops_labels(client: "SecretsManagerClient", name: str) -> bool:
    client.create_secret(Name=name)
    client.put_secret_value(
        SecretId=name, SecretString="value", VersionStages=["AWSCURRENT", "mine"]
    )
    return "mine" not in _labels(client, name)


def _first_version_is_empty(client: "SecretsManagerClient", name: str) -> bool:
    client.create_secret(Name=name)
    first = client.put_secret_value(SecretId=name, SecretString="value", VersionStages=["mine"])
    return client.get_secret_value(SecretId=name)["VersionId"] != first["VersionId"]


def _changes_versions(client: "SecretsManagerClient", name: str) -> bool:
    token = str(uuid.uuid4())
    client.create_secret(Name=name, SecretString="value", ClientRequestToken=token)
    try:
        client.put_secret_value(SecretId=name, SecretString="another", ClientRequestToken=token)
    except client.exceptions.ResourceExistsException:
        return False
    return True


def _doubles_labels(client: "SecretsManagerClient", name: str) -> bool:
    client.create_secret(Name=name, SecretString="value")
    for value in ("first", "second"):
        client.put_secret_value(SecretId=name, SecretString=value, VersionStages=["mine"])
    return _labels(client, name).count("mine") == 2


def _labels(client: "SecretsManagerClient", name: str) -> list[str]:
    versions = client.describe_secret(SecretId=name)["VersionIdsToStages"].values()
    return [label for labels in versions for label in labels]


LABELS = Difference(
    "PutSecretValue drops a custom label that is stored together with AWSCURRENT",
    API.format("PutSecretValue"),
    _drops_labels,
)
FIRST = Difference(
    "CreateSecret without a value creates an empty version with AWSCURRENT. A first value with"
    " another label does not get AWSCURRENT",
    API.format("PutSecretValue"),
    _first_version_is_empty,
)
TOKENS = Difference(
    "PutSecretValue changes the value of a version whose ClientRequestToken is used again",
    API.format("PutSecretValue"),
    _changes_versions,
)
MOVES = Difference(
    "PutSecretValue attaches a label and does not remove it from the version that has it",
    API.format("PutSecretValue"),
    _doubles_labels,
    # The provider removes the label from the version in the state, and the call fails.
    ("test_what_was_imported_after_a_lost_state_is_destroyed",),
)
DIFFERENCES = (LABELS, FIRST, TOKENS, MOVES)


@contextmanager
def _as_it_is(folder: Path) -> Iterator[dict[str, str]]:  # noqa: ARG001 - it starts nothing
    yield {}


@contextmanager
def _ministack(folder: Path) -> Iterator[dict[str, str]]:
    # It sends an answer in several packets. AWS's Go SDK can lose the last one and repeat the call.
    with Ministack(folder) as ministack, Forwarder(ministack.endpoint_url) as forwarder:
        yield {"AWS_ENDPOINT_URL": forwarder.endpoint_url}


# The whole run uses one emulator, or the credentials for AWS.
LOCALSTACK = Judge("LocalStack", _as_it_is)
MINISTACK = Judge("ministack", _ministack, DIFFERENCES, ends=True)
AWS = Judge("AWS", _as_it_is)

# The rows of the first table in docs/value.md, each with the test that shows it.
GUARANTEES = {
    "an apply follows directly after the first one": (
        "acceptance/test_life.py",
        "test_what_changes_beside_the_credential_keeps_it",
    ),
    "host, port or database name changes": (
        "acceptance/test_life.py",
        "test_what_changes_beside_the_credential_keeps_it",
    ),
    "`value_version` is raised": (
        "acceptance/test_life.py",
        "test_a_raised_version_stores_one_new_credential",
    ),
    "`value_version` is lowered": (
        "acceptance/test_life.py",
        "test_a_lowered_version_is_refused",
    ),
    "the rules for the password change": (
        "acceptance/test_life.py",
        "test_other_wishes_without_a_raised_version_keep_it",
    ),
    "something rotates it, once or 120 times": (
        "acceptance/test_life.py",
        "test_a_change_after_a_rotation_keeps_the_rotated_credential",
    ),
    "the version that Terraform knows is purged or lost from the state": (
        "module/test_adoption.py",
        "test_where_the_version_that_terraform_knew_is_purged_the_current_password_is_written",
    ),
    "the whole state is lost and you import the secret": (
        "acceptance/test_lost_or_found.py",
        "test_after_a_lost_state_the_imported_secret_keeps_its_credential",
    ),
    "another tool creates the secret, and you import it": (
        "acceptance/test_lost_or_found.py",
        "test_a_secret_made_by_hand_is_adopted_with_its_value",
    ),
    "no label records the version of the value, and `value_version` is above 1": (
        "module/test_adoption.py",
        "test_a_raised_version_of_an_adopted_value_waits_until_its_version_is_said",
    ),
    "the name comes from the same apply, or the module has `depends_on`": (
        "module/test_unknown_names.py",
        "test_a_name_made_in_the_same_apply_and_a_dependency_that_changes_keep_the_password",
    ),
    "the key changes": (
        "module/test_key_moves.py",
        "test_each_move_of_key_keeps_the_value_readable_after_every_call",
    ),
    "the key changes to the AWS managed key": (
        "module/test_key_moves.py",
        "test_each_move_of_key_keeps_the_value_readable_after_every_call",
    ),
    "`name` or the provider's region changes": (
        "module/test_rename.py",
        "test_a_changed_name_is_refused_while_planning",
    ),
    "`username` changes": (
        "acceptance/test_refusals.py",
        "test_another_username_is_refused",
    ),
    "`engine` changes, and the port is not the default port of the new engine": (
        "module/test_adoption.py",
        "test_another_engine_does_not_inherit_a_port_that_is_not_its_own",
    ),
    "`key_values_wo` or `secret_string_wo` replaces `database`": (
        "module/test_supplied_values.py",
        "test_a_value_that_takes_a_databases_place_has_nothing_of_it_and_needs_a_raised_version",
    ),
    "`database` replaces `key_values_wo` or `secret_string_wo`": (
        "module/test_supplied_values.py",
        "test_a_database_takes_over_the_password_of_a_supplied_value",
    ),
    "the current value is not JSON with a password": (
        "acceptance/test_refusals.py",
        "test_a_current_value_without_a_password_is_refused",
    ),
    "a rotation has not finished, and Terraform would store another value": (
        "acceptance/test_refusals.py",
        "test_another_value_is_refused_until_a_rotation_has_finished",
    ),
    "the secret is scheduled for deletion": (
        "module/test_secret.py",
        "test_a_secret_scheduled_for_deletion_is_not_made_twice_and_can_be_restored",
    ),
}


def rows(kind: str) -> list[tuple[str, ...]]:
    """Return heading and rows of a table in docs/judges.md: `judges` or `differences`."""
    if kind == "differences":
        heading: tuple[str, ...] = ("what ministack does", "what AWS documents", "not tried there")
        known = [
            (each.what, f"<{each.page}>", ", ".join(f"`{case}`" for case in each.cases) or "-")
            for each in MINISTACK.differences
        ]
        return [heading, *known]
    heading = ("guarantee", "LocalStack", "ministack", "AWS", "shown by")
    shown = [
        (guarantee, "shown", _on_ministack(file, case), _on_aws(file), f"`{case}` in tests/{file}")
        for guarantee, (file, case) in GUARANTEES.items()
    ]
    return [heading, *shown]


def _judged_by_all(file: str) -> bool:
    return file.startswith("acceptance/")


def _on_ministack(file: str, case: str) -> str:
    return "shown" if _judged_by_all(file) and not MINISTACK.lacks(case) else "not tried"


def _on_aws(file: str) -> str:
    if not PASSED_ON_AWS:
        return "not run here"
    return f"shown on {PASSED_ON_AWS}" if _judged_by_all(file) else "not tried"


def judges() -> list[Judge]:
    """Return the judges of this run."""
    return [AWS] if judge_is_aws() else [LOCALSTACK, MINISTACK]
