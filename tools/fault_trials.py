"""Causes faults in the AWS calls of each of Terraform's commands: `make faults`.

Then it runs the command again. If that is not enough, it follows docs/value.md. At the end, it
examines AWS and all files from outside.
"""

import json
import math
import os
import re
import shutil
import sys
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from emulator.localstack import LocalStackError, new_account, session_in
from harness import leaks
from harness.forwarder import Call, Fault, Forwarder
from harness.session import own_emulator, temporary_folder
from harness.terraform import TerraformError
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

NAME = "faults/database/credentials"
ALIAS_NAME = f"alias/{NAME}"
# Each asks for, in order: a secret; other fields, readers and tags; these and a new password;
# another key; no secret.
COMMANDS = ("apply", "update", "raise", "rekey", "destroy")
WORKERS = 3
RUN_AGAIN = "run again"
CONSOLE = Console(highlight=False)

HCL = """
provider "aws" {
  region      = "us-east-1"
  max_retries = var.attempts
}

variable "attempts" {
  type = number
}

variable "name" {
  type = string
}

variable "generation" {
  type = number
}

variable "value_version" {
  type = number
}

variable "existing_key" {
  type    = string
  default = null
}

data "aws_caller_identity" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
}

module "credentials" {
  source = "./module"

  name          = var.name
  description   = "Generation ${var.generation}"
  database      = { engine = "mysql", username = "app", host = "db${var.generation}.example.com" }
  value_version = var.value_version
  key           = { existing = var.existing_key == null ? null : { arn = var.existing_key } }
  access        = { readers = ["arn:aws:iam::${local.account}:role/reader-${var.generation}"] }
  tags          = { Generation = tostring(var.generation) }
}
"""

SECRET = "module.credentials.aws_secretsmanager_secret.this"
ALIAS = "module.credentials.aws_kms_alias.this[0]"
# Part of the refusal of a value whose version no staging label says.
_SAY_VERSION = re.compile(r"--version-stage value-version-N --move-to-version-id (\S+)")


class Point(NamedTuple):
    """A call of a command, and the fault in it."""

    command: str
    call: Call
    fault: Fault


class Outcome(NamedTuple):
    """The steps that a command needed after a point to reach its goal, in order; may be none.

    `reached` says whether the call came at all.
    """

    point: Point
    reached: bool
    steps: tuple[str, ...]

    @property
    def by_hand(self) -> str:
        """The steps other than running the command again."""
        return ", ".join(dict.fromkeys(step for step in self.steps if step != RUN_AGAIN))


class FaultError(AssertionError):
    """After a point, the result is wrong."""


@dataclass
class Life:
    """Points to try in order on one secret: of its creation, of some changes, of its deletion.

    None leaves the creation or the deletion without a fault.
    """

    apply: Point | None
    changes: list[Point]
    destroy: Point | None

    def points(self) -> list[Point]:
        """All points."""
        return [point for point in (self.apply, *self.changes, self.destroy) if point]


class Stack:
    """A secret and its key in a separate AWS account, and Terraform in a separate folder.

    `forwarder` is Terraform's endpoint, and nothing else may use it.
    """

    def __init__(self, folder: Path, templates: Path, forwarder: Forwarder) -> None:
        account = new_account()
        session = session_in(account)
        self.secretsmanager: SecretsManagerClient = session.client("secretsmanager")
        self.kms: KMSClient = session.client("kms")
        self.forwarder = forwarder
        self.terraform = Workspace(folder, templates)(HCL)
        temporary = self.terraform.folder / "tmp"
        temporary.mkdir()
        self.terraform.environment = {
            "AWS_ENDPOINT_URL": forwarder.endpoint_url,
            "AWS_ACCESS_KEY_ID": account,
            "TMPDIR": str(temporary),
            "TF_LOG": "INFO",
            "TF_LOG_PATH": str(self.terraform.folder / "terraform.log"),
        }
        self._generation = 0
        self._value_version = 2  # not 1, which is valid with any stored value
        self._other_key = self.kms.create_key()["KeyMetadata"]["Arn"]
        self._existing_key: str | None = None
        self._has_moved = False
        self._values: set[str] = set()

    def run(self, command: str, attempts: int = 3) -> None:
        """Run one of COMMANDS with the current inputs; TerraformError if it fails.

        `attempts` is how often the provider tries a call.
        """
        run = self.terraform.destroy if command == "destroy" else self.terraform.apply
        run(**self._variables(attempts))

    def want(self, command: str) -> None:
        """Change the inputs for one of COMMANDS; before that, go back to a key of the module."""
        if self._has_moved:
            self._existing_key = None
            self.run("apply")
            self._has_moved = False
        if command in ("apply", "update", "raise"):
            self._generation += 1
        if command == "raise":
            self._value_version += 1
        if command == "rekey":
            # After this, the version that Terraform knows stays encrypted with the old key.
            self._rotate()
            self._rotate()
            self._existing_key = self._other_key

    def calls_of(self, command: str) -> Counter[str]:
        """Run a command without a fault; return how often it makes each call."""
        self.want(command)
        with self.forwarder.recording() as calls:
            self.run(command)
        self._has_moved = command == "rekey"
        return calls.copy()

    def try_point(self, point: Point) -> Outcome:
        """Run a command with a fault in one call, converge, and check the result.

        Raises FaultError.
        """
        stored_version = self._value_version
        self.want(point.command)
        before = self._current_password()
        steps: list[str] = []
        attempts = 3 if point.fault in (Fault.REPEATED, Fault.SLOW) else 1
        with self.forwarder.spoiling(point.call, point.fault, self.terraform.kill) as has_come:
            try:
                self.run(point.command, attempts)
            except TerraformError:
                steps.append(RUN_AGAIN)
        between = self._current_password()
        if steps:
            steps = self._converge(point.command, stored_version)
        steps += self._remove_orphaned_keys()
        if point.command == "destroy":
            self._check_destroyed(before)
        else:
            self._check_password(point.command, before, between)
            self._check_applied()
        self._check_files()
        self._has_moved = point.command == "rekey"
        return Outcome(point, has_come(), tuple(steps))

    def _variables(self, attempts: int = 3) -> dict[str, object]:
        return {
            "attempts": attempts,
            "name": NAME,
            "generation": self._generation,
            "value_version": self._value_version,
            "existing_key": self._existing_key,
        }

    def _rotate(self) -> None:
        """Store a new password as a rotation does."""
        value = {**self._value(), "password": uuid.uuid4().hex}
        self.secretsmanager.put_secret_value(SecretId=NAME, SecretString=json.dumps(value))
        self._values.add(value["password"])

    def _converge(self, command: str, stored_version: int) -> list[str]:
        """Run a command again until it succeeds, with the steps by hand of docs/value.md."""
        steps = self._restore_state()
        for _ in range(4):
            if self._is_tainted(SECRET):
                self.terraform.run("untaint", SECRET)
                steps.append("untaint the secret")
            steps.append(RUN_AGAIN)
            try:
                self.run(command)
            except TerraformError as error:
                steps.append(self._follow(error.on_one_line, stored_version))
            else:
                return steps
        raise FaultError("no end of running again: " + ", ".join(steps))

    def _restore_state(self) -> list[str]:
        """Restore the state's backup if the kill interrupted a write of the state."""
        state, backup = (
            self.terraform.folder / f"terraform.tfstate{suffix}" for suffix in ("", ".backup")
        )
        if not backup.exists() or state.stat().st_size:
            return []
        shutil.copy(backup, state)
        return ["restore the state"]

    def _follow(self, diagnostics: str, stored_version: int) -> str:
        """Do the step by hand that docs/value.md gives for an error."""
        variables = self._variables()
        if said := _SAY_VERSION.search(diagnostics):
            self.secretsmanager.update_secret_version_stage(
                SecretId=NAME,
                VersionStage=f"value-version-{stored_version}",
                MoveToVersionId=said[1],
            )
            return "say the version"
        if "ResourceExistsException" in diagnostics:
            arn = self.secretsmanager.describe_secret(SecretId=NAME)["ARN"]
            self.terraform.run("import", SECRET, arn, variables=variables, input=False)
            return "import the secret"
        if "AlreadyExistsException" in diagnostics:
            self.terraform.run("import", ALIAS, ALIAS_NAME, variables=variables, input=False)
            return "import the alias"
        raise FaultError(f"run again, it fails: {diagnostics}")

    def _check_password(self, command: str, before: str | None, between: str | None) -> None:
        """Raise FaultError unless the password is the one that the inputs ask for.

        `between` is the password that applications read after the command, before its next run.
        """
        password = self._current_password()
        if before and not between:
            raise FaultError("the current password was lost until the command was run again")
        if before and command != "raise" and not before == between == password:
            raise FaultError("the password changed, and nothing asked for it")
        is_new_once = password != before and between in (before, password)
        if command in ("apply", "raise") and not is_new_once:
            raise FaultError("not one new password")

    def _remove_orphaned_keys(self) -> list[str]:
        """Schedule the deletion of keys created for the secret that are not in the state."""
        known = {
            instance["attributes"]["arn"]
            for resource in self._state()
            for instance in resource["instances"]
            if resource["type"] == "aws_kms_key" and resource["mode"] == "managed"
        }
        orphans = [arn for arn in self._keys() if arn not in known]
        for arn in orphans:
            self.kms.schedule_key_deletion(KeyId=arn)
        return ["delete the orphaned key"] * len(orphans)

    def _check_applied(self) -> None:
        """Raise FaultError unless AWS holds what the inputs ask for, once, and nothing else."""
        described = self.secretsmanager.describe_secret(SecretId=NAME)
        policy = self.secretsmanager.get_resource_policy(SecretId=NAME)["ResourcePolicy"]
        value = self._value()
        plan = self.terraform.plan(**self._variables())
        expectations = {
            "the description": described.get("Description") == f"Generation {self._generation}",
            "the tags of the secret": described.get("Tags") == self._tags,
            "the secret's policy": self._reader in policy,
            "the host": value.get("host") == f"db{self._generation}.example.com",
            "the length of the password": len(value["password"]) == 32,
            "the empty plan": plan.is_empty,
            **self._key_expectations(described["KmsKeyId"]),
        }
        if missing := [name for name, is_met in expectations.items() if not is_met]:
            raise FaultError(f"not as asked for: {', '.join(missing)}; {plan}")

    def _key_expectations(self, secrets_key: str) -> dict[str, bool]:
        aliases = [
            alias
            for alias in self.kms.list_aliases()["Aliases"]
            if alias["AliasName"] == ALIAS_NAME
        ]
        if self._existing_key:
            return {
                "the key": secrets_key == self._existing_key,
                "no key of the module": not self._keys() and not aliases,
            }
        (key,) = self._keys()
        key_id = key.rpartition("/")[2]
        key_policy = self.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        tags = self.kms.list_resource_tags(KeyId=key)["Tags"]
        rotation = self.kms.get_key_rotation_status(KeyId=key)
        return {
            "the key": secrets_key == key,
            "the alias": [alias["TargetKeyId"] for alias in aliases] == [key_id],
            "the key's policy": self._reader in key_policy,
            "the tags of the key": [
                {"Key": tag["TagKey"], "Value": tag["TagValue"]} for tag in tags
            ]
            == self._tags,
            "the rotation of the key": rotation["KeyRotationEnabled"],
        }

    @property
    def _tags(self) -> list[dict[str, str]]:
        return [{"Key": "Generation", "Value": str(self._generation)}]

    @property
    def _reader(self) -> str:
        return f":role/reader-{self._generation}"

    def _check_destroyed(self, password: str | None) -> None:
        """Raise FaultError unless all is deleted but secret and key can be restored for 30 days."""
        described = self.secretsmanager.describe_secret(SecretId=NAME)
        if "DeletedDate" not in described or self._state() or self._keys():
            raise FaultError("something is left")
        if any(a["AliasName"] == ALIAS_NAME for a in self.kms.list_aliases()["Aliases"]):
            raise FaultError("the alias is left")
        self.secretsmanager.restore_secret(SecretId=NAME)
        self.kms.cancel_key_deletion(KeyId=described["KmsKeyId"])
        self.kms.enable_key(KeyId=described["KmsKeyId"])
        if not password or self._current_password() != password:
            raise FaultError("the secret that was restored has another password")

    def _check_files(self) -> None:
        """Raise FaultError if a password is in a file or in Terraform's output."""
        paths = [path for path in self.terraform.folder.iterdir() if path.name != "module"]
        texts = {"what Terraform printed": self.terraform.transcript}
        found = leaks.find_each(self._values, paths, texts)
        if any(found.values()):
            raise FaultError(f"a password is in {sorted(*found.values())}")

    def _current_password(self) -> str | None:
        """The password that an application reads; None if there is no value or no secret."""
        errors = self.secretsmanager.exceptions
        try:
            password = str(self._value()["password"])
        except (errors.ResourceNotFoundException, errors.InvalidRequestException):
            return None
        self._values.add(password)
        return password

    def _value(self) -> dict[str, Any]:
        text = self.secretsmanager.get_secret_value(SecretId=NAME)["SecretString"]
        value: dict[str, Any] = json.loads(text)
        return value

    def _keys(self) -> list[str]:
        """ARNs of the enabled keys that the module has created."""
        keys = [
            self.kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
            for key in self.kms.list_keys()["Keys"]
        ]
        return [
            key["Arn"]
            for key in keys
            if key["KeyState"] == "Enabled"
            and key["KeyManager"] == "CUSTOMER"
            and key["Arn"] != self._other_key
        ]

    def _state(self) -> list[dict[str, Any]]:
        """The resources in the state's file, because `terraform show` would take too long."""
        file = self.terraform.folder / "terraform.tfstate"
        # A kill can leave it empty.
        text = file.read_text() if file.exists() else ""
        resources: list[dict[str, Any]] = json.loads(text)["resources"] if text else []
        return resources

    def _is_tainted(self, address: str) -> bool:
        return any(
            f"{resource['module']}.{resource['type']}.{resource['name']}" == address
            and instance.get("status") == "tainted"
            for resource in self._state()
            if resource["mode"] == "managed"
            for instance in resource["instances"]
        )


def live(
    life: Life, folder: Path, templates: Path, deadline: float
) -> Iterator[Outcome | FaultError]:
    """Try the points of a life in order, until the deadline or the first failure."""
    with Forwarder(os.environ["AWS_ENDPOINT_URL"]) as forwarder:
        stack = Stack(folder, templates, forwarder)
        if not life.apply:
            stack.calls_of("apply")
        for point in life.points():
            if time.monotonic() > deadline:
                return
            try:
                yield stack.try_point(point)
            except (BotoCoreError, ClientError, FaultError, TerraformError, ValueError) as error:
                yield FaultError(f"{point}: {error}\n{stack.terraform.transcript}")
                return


def all_points(folder: Path, templates: Path) -> list[Point]:
    """Every point of every command: of the secret's calls first, then of its key's.

    For a call that only reads, a fault after it is the same as one before it, so it is omitted.
    """
    with Forwarder(os.environ["AWS_ENDPOINT_URL"]) as forwarder:
        stack = Stack(folder, templates, forwarder)
        calls = [
            (command, Call(name, number + 1))
            for command in COMMANDS
            for name, count in sorted(stack.calls_of(command).items(), reverse=True)
            for number in range(count)
        ]
    return [
        Point(command, call, fault)
        for command, call in calls
        for fault in Fault
        if call.changes or not fault.is_after
    ]


def lives(points: Iterable[Point]) -> list[Life]:
    """Lives that together try all these points; the points of calls that change something first."""
    reads: dict[bool, list[Point]] = defaultdict(list)
    for point in points:
        reads[not point.call.changes].append(point)
    return [life for _, some in sorted(reads.items()) for life in _lives(some)]


def _lives(points: list[Point]) -> list[Life]:
    of_command: dict[str, list[Point]] = defaultdict(list)
    for point in points:
        of_command[point.command].append(point)
    ends = list(zip_longest(of_command.pop("apply", []), of_command.pop("destroy", [])))
    changes = list(chain.from_iterable(of_command.values()))
    number = max(len(ends), 1 if changes else 0)
    ends += [(None, None)] * (number - len(ends))
    return [
        Life(apply, changes[index::number], destroy) for index, (apply, destroy) in enumerate(ends)
    ]


def try_all(
    points: list[Point], folder: Path, templates: Path, seconds: float = math.inf
) -> Iterator[Outcome | FaultError]:
    """Try points, with several lives at a time, until all are tried or the time is over."""
    deadline = time.monotonic() + seconds

    def try_life(number: int, life: Life) -> list[Outcome | FaultError]:
        if time.monotonic() > deadline:
            return []
        place = folder / str(number)
        try:
            return list(live(life, place, templates, deadline))
        finally:
            shutil.rmtree(place, ignore_errors=True)

    with ThreadPoolExecutor(WORKERS) as pool:
        tried = [pool.submit(try_life, *numbered) for numbered in enumerate(lives(points))]
        try:
            for future in as_completed(tried):
                yield from future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def table(outcomes: Iterable[Outcome]) -> Table:
    """Number of points by command and call, and the steps that they needed.

    After a step by hand, it lists the faults that needed the step.
    """
    result = Table("command", "call", "points", "came through", "run again", "and by hand")
    rows: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        rows[outcome.point.command, outcome.point.call.name].append(outcome)
    for command in COMMANDS:
        for (of, name), tried in sorted(rows.items()):
            if of == command:
                result.add_row(command, name, *map(str, _numbers(tried)), _by_hand(tried))
        result.add_section()
    everything = list(chain.from_iterable(rows.values()))
    result.add_row("all", "", *map(str, _numbers(everything)), f"{_hands(everything)}")
    return result


def _numbers(tried: list[Outcome]) -> tuple[int, int, int]:
    """Numbers of points, of commands that came through, and of those that succeeded when rerun."""
    came_through = sum(not outcome.steps for outcome in tried)
    return len(tried), came_through, len(tried) - came_through - _hands(tried)


def _hands(tried: list[Outcome]) -> int:
    return sum(bool(outcome.by_hand) for outcome in tried)


def _by_hand(tried: list[Outcome]) -> str:
    faults: dict[str, set[str]] = defaultdict(set)
    for outcome in tried:
        if outcome.by_hand:
            faults[outcome.by_hand].add(outcome.point.fault)
    return "; ".join(f"{steps} ({', '.join(sorted(of))})" for steps, of in sorted(faults.items()))


def main() -> int:
    """Exit code: 0, 1 after a wrong result or an error, 130 after Ctrl-C.

    MINUTES ends the run after about that time.
    """
    seconds = 60 * float(os.environ.get("MINUTES") or "inf")
    outcomes: list[Outcome] = []
    errors = 0
    try:
        with temporary_folder() as folder, own_emulator(folder):
            points = all_points(folder / "unspoiled", folder / "templates")
            for outcome in try_all(points, folder / "lives", folder / "templates", seconds):
                if isinstance(outcome, FaultError):
                    errors += 1
                    CONSOLE.print(str(outcome), markup=False)
                    continue
                outcomes.append(outcome)
                command, (name, number), fault = outcome.point
                steps = ", ".join(outcome.steps) or "came through"
                steps = steps if outcome.reached else "the call did not come"
                CONSOLE.print(f"{command}, {name} {number}, {fault}: {steps}", soft_wrap=True)
    except KeyboardInterrupt:
        return 130
    except (LocalStackError, TerraformError) as error:
        CONSOLE.print(str(error), markup=False)
        return 1
    reached = [outcome for outcome in outcomes if outcome.reached]
    CONSOLE.print(table(reached))
    CONSOLE.print(
        f"Points tried: {len(reached)} of {len(points)}; calls that did not come: "
        f"{len(outcomes) - len(reached)}; failures: {errors}"
    )
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
