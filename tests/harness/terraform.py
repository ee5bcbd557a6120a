"""Runs Terraform in one folder, raises its diagnostics, and reads its plans."""

import contextlib
import json
import logging
import os
import re
import signal
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import python_terraform
from python_terraform import IsFlagged

from harness.processes import children
from tools.environments import VENV

TIME_LIMIT_SECONDS = 540  # for all examples at once, on a busy machine
REGISTRY = "registry.terraform.io"
_HASHES = re.compile(r"^  hashes = \[.*?\]\n", re.MULTILINE | re.DOTALL)
_PLUGIN_FOLDERS = (
    "~/.terraform.d/plugins",
    "~/.local/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
)

# At DEBUG, its log would hold command lines and Terraform's output.
logging.getLogger("python_terraform").setLevel(logging.ERROR)


# Held while a command starts, because the command inherits this process's environment.
_starting = threading.Lock()


class TerraformError(Exception):
    """A Terraform command failed; the message is Terraform's own diagnostics."""

    def __init__(self, diagnostics: str, exit_code: int | None = None) -> None:
        super().__init__(diagnostics)
        self.exit_code = exit_code

    @property
    def on_one_line(self) -> str:
        """The diagnostics without the line breaks that Terraform inserts to fit its width."""
        return " ".join(str(self).split())


@dataclass(frozen=True)
class Change:
    """A plan's change of one resource. `actions` as in plan JSON: `("delete", "create")`."""

    address: str
    type: str
    actions: tuple[str, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    after_unknown: Mapping[str, Any]

    def __str__(self) -> str:
        changed = [
            name
            for name in sorted({*self.before, *self.after, *self.after_unknown})
            if self.after_unknown.get(name) or self.before.get(name) != self.after.get(name)
        ]
        # Only names: a value may be secret.
        names = f" ({', '.join(changed)})" if "update" in self.actions else ""
        return f"{' and '.join(self.actions)} {self.address}{names}"


@dataclass(frozen=True, repr=False, eq=False)
class Plan:
    """A saved plan. `is_empty` is Terraform's verdict: no change to resources or outputs."""

    path: Path
    is_empty: bool
    terraform: "Terraform"

    @cached_property
    def json(self) -> str:
        """Output of `terraform show -json` for the plan file."""
        return self.terraform.run("show", self.path.name, json=IsFlagged)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every managed resource of the plan, including those that do not change."""
        return tuple(
            Change(
                address=resource["address"],
                type=resource["type"],
                actions=tuple(resource["change"]["actions"]),
                before=resource["change"]["before"] or {},
                after=resource["change"]["after"] or {},
                after_unknown=resource["change"]["after_unknown"] or {},
            )
            for resource in json.loads(self.json).get("resource_changes", [])
            if resource["mode"] == "managed"
        )

    @property
    def creates(self) -> list[str]:
        """Sorted types of the resources that the plan creates, one for each resource."""
        return self._types({"create"})

    @property
    def updates(self) -> list[str]:
        """Types of the resources that the plan updates in place."""
        return self._types({"update"})

    @property
    def replaces(self) -> list[str]:
        """Types of the resources that the plan deletes and creates again."""
        return self._types({"create", "delete"})

    @property
    def deletes(self) -> list[str]:
        """Types of the resources that the plan deletes without creating them again."""
        return self._types({"delete"})

    def actions_on(self, address_suffix: str) -> tuple[str, ...]:
        """Actions on the only resource whose address ends with this; else LookupError."""
        found = [change for change in self.changes if change.address.endswith(address_suffix)]
        if len(found) != 1:
            addresses = [change.address for change in found or self.changes]
            raise LookupError(f"not one address ends in {address_suffix}: {addresses}")
        return found[0].actions

    def __repr__(self) -> str:
        changes = [str(change) for change in self.changes if change.actions != ("no-op",)]
        return "\n  ".join([f"a plan of {len(changes)} resource changes", *changes])

    def _types(self, actions: set[str]) -> list[str]:
        return sorted(change.type for change in self.changes if set(change.actions) == actions)


class Terraform:
    """Terraform in the working folder `folder`.

    A command gets variables by name through TF_VAR_*, so no file holds them. None leaves one
    unset. `environment` adds to that of this process, as in `{"TF_LOG": "INFO"}`. `transcript`
    holds all output of the commands. A command can take up to `time_limit_seconds`. Every method
    raises TerraformError.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {}
        self.transcript = ""
        self.time_limit_seconds = TIME_LIMIT_SECONDS
        self._cli = python_terraform.Terraform(working_dir=str(folder))
        self._applied: Mapping[str, object] = {}
        self._plans = 0

    def init(self, *, keep_hashes: bool = False) -> None:
        """Install the modules and providers that the folder's HCL names.

        Unless `keep_hashes`, it then deletes the verified hashes from the lock file. With them,
        each command would hash the provider of 700 MB again.
        """
        self.run("init", input=False, no_color=IsFlagged)
        lock_file = self.folder / ".terraform.lock.hcl"
        if lock_file.exists() and not keep_hashes:  # there is none if no provider is needed
            lock_file.write_text(_HASHES.sub("", lock_file.read_text()))

    def plan(self, *options: str, **variables: object) -> Plan:
        """Plan with options as on the command line: `"-destroy"`, `"-replace=ADDRESS"`."""
        self._plans += 1
        path = self.folder / f"{self._plans}.tfplan"
        exit_code, _ = self._run(
            "plan", *options, variables=variables, out=path.name, detailed_exitcode=IsFlagged
        )
        return Plan(path, is_empty=exit_code == 0, terraform=self)

    def apply(self, *options: str, **variables: object) -> None:
        """Plan and apply in one command."""
        self._applied = variables
        self._run("apply", *options, variables=variables, auto_approve=IsFlagged)

    def apply_plan(self, plan: Plan, **variables: object) -> None:
        """Apply a saved plan; ephemeral variables must be given again."""
        self._run("apply", plan.path.name, variables=variables)

    def destroy(self, *options: str, **variables: object) -> None:
        """Destroy everything; variables default to those of the last `apply`."""
        variables = variables or dict(self._applied)
        self._run("destroy", *options, variables=variables, auto_approve=IsFlagged)

    def show_state(self) -> dict[str, Any]:
        """The state as `terraform show -json` prints it."""
        state: dict[str, Any] = json.loads(self.run("show", json=IsFlagged))
        return state

    def output(self) -> dict[str, Any]:
        """Value of each output by name."""
        outputs = json.loads(self.run("output", json=IsFlagged))
        return {name: output["value"] for name, output in outputs.items()}

    def run(
        self,
        command: str,
        *arguments: str,
        variables: Mapping[str, object] | None = None,
        **options: object,
    ) -> str:
        """Run any other command, such as `run("state rm", address)`; return its output.

        Options have python-terraform's names: `json=IsFlagged`, `lock_timeout="30s"`.
        """
        return self._execute(command, *arguments, variables=variables or {}, **options)[1]

    def kill(self) -> None:
        """End the command that another thread runs, and its providers, with SIGKILL."""
        _kill(self._process)

    def _run(
        self, command: str, *arguments: str, variables: Mapping[str, object], **options: object
    ) -> tuple[int, str]:
        common = {"input": False, "no_color": IsFlagged, "lock_timeout": "30s"}
        return self._execute(command, *arguments, variables=variables, **common, **options)

    def _execute(
        self, command: str, *arguments: str, variables: Mapping[str, object], **options: object
    ) -> tuple[int, str]:
        settings = {**self.environment, **as_environment(variables)}
        with _starting, mock.patch.dict(os.environ, settings):
            # None, because False would become an option of Terraform. With None this method waits,
            # because python-terraform has no time limit.
            process, _, _ = self._cli.cmd(command, *arguments, synchronous=None, **options)
        self._process = process
        time_out = ""
        try:
            output, errors = process.communicate(timeout=self.time_limit_seconds)
        except subprocess.TimeoutExpired:
            output, errors = _interrupt(process)
            time_out = f"\nTerraform was ended after {self.time_limit_seconds} s."
        except BaseException:
            _interrupt(process)
            raise
        self.transcript += f"$ terraform {command}\n{output.decode()}{errors.decode()}"
        changes_planned = command == "plan" and process.returncode == 2
        if time_out or not (process.returncode == 0 or changes_planned):
            diagnostics = (errors.strip() or output.strip()).decode()
            raise TerraformError(diagnostics + time_out, process.returncode)
        return process.returncode, output.decode()


def as_environment(variables: Mapping[str, object]) -> dict[str, str]:
    """Variables by name as TF_VAR_*; None leaves one unset."""
    return {f"TF_VAR_{k}": _literal(v) for k, v in variables.items() if v is not None}


def environment(endpoint_url: str, folder: Path) -> dict[str, str]:
    """Environment in which Terraform and boto3 talk only to the emulator at `endpoint_url`.

    It is that of this process without its settings for AWS and Terraform. If there is a provider
    mirror, `folder` gets Terraform's CLI configuration. Raises the same errors as `find_mirror`.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **without_terraform(kept),
        **terraform_settings(folder),
        **past_proxy(endpoint_url),
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # By default, the provider retries a failing call for an hour.
        "AWS_MAX_ATTEMPTS": "2",
    }


def past_proxy(url: str) -> dict[str, str]:
    """Settings that bypass the proxy for this URL, loopback, and the hosts of the user's NO_PROXY.

    Clients use the user's proxy for everything else, such as a package registry.
    """
    # Clients differ in which spelling they prefer.
    names = ("NO_PROXY", "no_proxy")
    hosts = [host.strip() for name in names for host in os.environ.get(name, "").split(",")]
    hosts += ["127.0.0.1", "localhost", urlsplit(url).hostname or ""]
    # Python reads an asterisk as every host only if the list has nothing else.
    merged = "*" if "*" in hosts else ",".join(dict.fromkeys(filter(None, hosts)))
    return dict.fromkeys(names, merged)


def callers_environment(folder: Path) -> dict[str, str]:
    """Environment of this process, with its settings for AWS and the tests' for Terraform.

    `folder` and errors are those of `environment`.
    """
    return {**without_terraform(os.environ), **terraform_settings(folder)}


def without_terraform(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings without those for Terraform, such as variables, or a log that would hold values."""
    return {name: value for name, value in settings.items() if not name.startswith("TF_")}


def terraform_settings(folder: Path) -> dict[str, str]:
    """Settings for Terraform with any judge; `folder` and errors are those of `environment`."""
    return {
        **provider_installation(folder),
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        # No garbage collection below 1 GiB in Terraform and its provider saves a third of the work.
        "GOGC": "off",
        "GOMEMLIMIT": "1GiB",
    }


def provider_installation(folder: Path) -> dict[str, str]:
    """Environment in which Terraform takes providers from a mirror, or else caches its downloads.

    With a mirror, this writes a CLI configuration into `folder`. It replaces the user's, which may
    name a file that does not exist.
    """
    mirror = find_mirror()
    if mirror:
        providers = sorted(
            f"{REGISTRY}/{provider.parent.name}/{provider.name}"
            for provider in (mirror / REGISTRY).glob("*/*")
        )
        configuration = folder / "terraform.rc"
        # Without the exclusion, Terraform also asks the registry, and fails if there is none.
        configuration.write_text(
            f"""provider_installation {{
              filesystem_mirror {{ path = {json.dumps(str(mirror))} }}
              direct {{ exclude = {json.dumps(providers)} }}
            }}"""
        )
        return {"TF_CLI_CONFIG_FILE": str(configuration)}
    cache = VENV / "cache" / "providers"
    cache.mkdir(parents=True, exist_ok=True)
    users_own = os.environ.get("TF_CLI_CONFIG_FILE", "")
    kept = {"TF_CLI_CONFIG_FILE": users_own} if Path(users_own).is_file() else {}
    return {"TF_PLUGIN_CACHE_DIR": str(cache), **kept}


def find_mirror() -> Path | None:
    """Folder that holds the AWS provider as a filesystem mirror, if this machine has one.

    TF_PROVIDER_MIRROR names it (FileNotFoundError if it does not hold the provider). Otherwise it
    is one of Terraform's plug-in folders or a folder directly under /opt.
    """

    def holds_aws(folder: Path) -> bool:
        return (folder / REGISTRY / "hashicorp" / "aws").is_dir()

    if named := os.environ.get("TF_PROVIDER_MIRROR"):
        if not holds_aws(Path(named)):
            raise FileNotFoundError(f"TF_PROVIDER_MIRROR={named} holds no {REGISTRY}/hashicorp/aws")
        return Path(named)
    usual = [Path(folder).expanduser() for folder in _PLUGIN_FOLDERS]
    return next(filter(holds_aws, [*usual, *sorted(Path("/opt").glob("*"))]), None)


def _literal(value: object) -> str:
    """The text for TF_VAR_*: a string unchanged, everything else as an HCL expression."""
    if isinstance(value, str):
        return value
    return json.dumps(value).replace("${", "$${").replace("%{", "%%{")


def _interrupt(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    # At the first interrupt, Terraform saves its state. At the second, it ends immediately. Both
    # times it also ends its providers, which SIGKILL would not.
    for seconds in (10, 5):
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            continue
    _kill(process)
    return process.communicate()


def _kill(process: subprocess.Popen[bytes]) -> None:
    for each in (process.pid, *children(process.pid)):
        with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
            os.kill(each, signal.SIGKILL)
