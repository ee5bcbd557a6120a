"""Plans and applies many calls of the root module at once, and reads which are refused and how."""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from python_terraform import IsFlagged

from harness import inputs
from harness.terraform import Terraform, TerraformError
from harness.workspace import Workspace

type Inputs = Mapping[str, object]

ROOT = """
provider "aws" {
  region = "us-east-1"
}

variable "calls" {
  type = any
}
"""
HCL = ROOT + 'module "calls" {\n  source = "./module"\n}\n'

# Summaries of Terraform's errors for a condition of the module that does not hold.
CONDITIONS = {
    "Invalid value for variable",
    "Module output value precondition failed",
    "Resource postcondition failed",
    "Resource precondition failed",
}
# Summaries of its errors for a value that is not of the variable's type, or null for `name`.
TYPES = {"Invalid value for input variable", "Required variable not set"}
_CALL = re.compile(r"(?:^|module\.)call_(\d+)\b")
_END_OF_MESSAGE = "\n\nThis was checked by the validation rule at "


@dataclass(frozen=True)
class Refusal:
    """A diagnostic of Terraform.

    `place` is the file in the module that it points to, or empty for the call itself.
    """

    summary: str
    message: str
    place: str

    @property
    def is_ours(self) -> bool:
        """Whether a condition of the module, or a variable's type, has refused the input.

        modules/rotation, which rotation.tf calls, declares the type of `rotation.function`.
        """
        by_type = self.summary in TYPES and self.place in ("", "rotation.tf")
        return self.summary in CONDITIONS or by_type

    def __str__(self) -> str:
        return f"{self.summary} ({self.place or 'the call'}): {self.message}"


class SeparateCalls:
    """A working folder for up to `size` calls of the module, of which some may be refused.

    Each call has its own file, and its own folder with the module. So the place of a diagnostic
    identifies the call, and no call stops another.
    """

    def __init__(self, workspace: Workspace, size: int) -> None:
        self._terraform = workspace(HCL)
        self._size = size
        folder = self._terraform.folder
        (folder / "main.tf").write_text(ROOT)
        leave = shutil.ignore_patterns("examples", "dist", "*.md", "function")
        for index in range(size):
            # Not links: Terraform reports the target of a link.
            shutil.copytree(folder / "module", folder / f"call_{index}", ignore=leave)
        self._write([{}] * size)
        self._terraform.init()

    def plan(self, calls: Sequence[Inputs]) -> list[list[Refusal]]:
        """The refusals of each call, in order; an empty list for a call that is accepted."""
        self._write(calls)
        refusals: list[list[Refusal]] = [[] for _ in calls]
        for diagnostic in _errors(self._terraform, "plan"):
            index, refusal = _read(diagnostic)
            refusals[index].append(refusal)
        return refusals

    def _write(self, calls: Sequence[Inputs]) -> None:
        if len(calls) > self._size:
            raise ValueError(f"{len(calls)} calls, but there is room for only {self._size}")
        _give(self._terraform, {f"call_{index}": call for index, call in enumerate(calls)})
        for index in range(self._size):
            file = self._terraform.folder / f"call_{index}.tf.json"
            file.unlink(missing_ok=True)
            if index < len(calls):
                arguments = {name: f"${{var.calls.call_{index}.{name}}}" for name in calls[index]}
                call = {"source": f"./call_{index}", **arguments}
                file.write_text(json.dumps({"module": {f"call_{index}": call}}))


class JoinedCalls:
    """A working folder for calls with one `for_each`, of which none should be refused.

    A call takes a sixth of the time that it takes in SeparateCalls.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._terraform = workspace(HCL)
        folder = self._terraform.folder
        (folder / "main.tf").write_text(ROOT)
        arguments = {name: f"${{try(each.value.{name}, null)}}" for name in inputs.TYPES}
        calls = {"source": "./module", "for_each": "${var.calls}", **arguments}
        (folder / "calls.tf.json").write_text(json.dumps({"module": {"calls": calls}}))

    def plan(self, calls: Mapping[str, Inputs]) -> list[str]:
        """The refusals, one line each."""
        return self._run("plan", calls)

    def apply(self, calls: Mapping[str, Inputs]) -> list[str]:
        """Apply the calls; return the errors, one line each."""
        return self._run("apply", calls, auto_approve=IsFlagged)

    def _run(self, command: str, calls: Mapping[str, Inputs], **options: object) -> list[str]:
        _give(self._terraform, calls)
        return [
            f"{error.get('address', '')} {error['summary']}: {error.get('detail', '')}"
            for error in _errors(self._terraform, command, **options)
        ]


def _give(terraform: Terraform, calls: Mapping[str, Inputs]) -> None:
    # In a variable, because the validation at the start of a plan does not know its value. So a
    # call that validation would refuse does not keep Terraform from planning the others.
    (terraform.folder / "terraform.tfvars.json").write_text(json.dumps({"calls": calls}))


def _errors(
    terraform: Terraform,
    command: str,
    **options: Any,  # noqa: ANN401
) -> list[dict[str, Any]]:
    try:
        terraform.run(command, json=IsFlagged, input=False, **options)
    except TerraformError as error:
        # Not splitlines, which also splits at characters that JSON does not escape.
        lines = [json.loads(line) for line in str(error).split("\n") if line.startswith("{")]
        diagnostics = [line["diagnostic"] for line in lines if "diagnostic" in line]
        found = [each for each in diagnostics if each["severity"] == "error"]
        if not found:
            raise
        return found
    return []


def _rule(diagnostic: Mapping[str, Any]) -> str:
    rule = re.search(r"checked by the validation rule at (\S+?):", diagnostic.get("detail", ""))
    return rule[1] if rule else ""


def _read(diagnostic: Mapping[str, Any]) -> tuple[int, Refusal]:
    # A refused default has no place in the call. Then the message names the rule's place.
    file = diagnostic.get("range", {}).get("filename", "") or _rule(diagnostic)
    found = _CALL.search(file) or _CALL.search(diagnostic.get("address", diagnostic["summary"]))
    if not found:
        raise LookupError(f"cannot tell which call this is about: {diagnostic}")
    message = diagnostic.get("detail", "").split(_END_OF_MESSAGE)[0]
    place = "" if file.endswith(".tf.json") else file.partition("/")[2]
    return int(found[1]), Refusal(diagnostic["summary"], message, place)
