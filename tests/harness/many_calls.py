"""Calls of the root module with many inputs at once: which are refused and how, and which apply.

A plan of forty calls takes little longer than a plan of one. Each call stands in a file of its own
and takes the module from a folder of its own, a link, so that a diagnostic tells by its place which
call it is about.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from python_terraform import IsFlagged

from harness.terraform import Terraform, TerraformError
from harness.workspace import Workspace

type Inputs = Mapping[str, object]

HCL = """
provider "aws" {
  region = "us-east-1"
}

module "credentials" {
  source = "./module"
}
"""

# Summaries by which Terraform reports a condition of ours that does not hold.
CONDITIONS = {
    "Invalid value for variable",
    "Module output value precondition failed",
    "Resource postcondition failed",
    "Resource precondition failed",
}
# Those by which it reports a value that is not of the type of the variable, or null for `name`.
TYPES = {"Invalid value for input variable", "Required variable not set"}
_CALL = re.compile(r"(?:^|module\.)call_(\d+)\b")
_END_OF_MESSAGE = "\n\nThis was checked by the validation rule at "


@dataclass(frozen=True)
class Refusal:
    """A diagnostic of Terraform; `file` is where it points to, of the module or of the call."""

    summary: str
    message: str
    file: str

    @property
    def is_ours(self) -> bool:
        """Whether a condition of the module has refused the input, or a variable's type has."""
        return self.summary in CONDITIONS or (self.summary in TYPES and not self.file)

    def __str__(self) -> str:
        return f"{self.summary} ({self.file or 'the call'}): {self.message}"


class ManyCalls:
    """A working folder with room for `size` calls of the module."""

    def __init__(self, workspace: Workspace, size: int) -> None:
        self._terraform = workspace(HCL)
        self._size = size
        folder = self._terraform.folder
        leave = shutil.ignore_patterns("examples", "dist", "*.md", "function")
        (folder / "main.tf").write_text('provider "aws" {\n  region = "us-east-1"\n}\n')
        for index in range(size):
            # Folders of its own, since Terraform reports where a linked folder leads to.
            shutil.copytree(folder / "module", folder / f"call_{index}", ignore=leave)
        self._write([{}] * size)
        self._terraform.init()

    def plan(self, calls: Sequence[Inputs]) -> list[list[Refusal]]:
        """What is refused of each call, in their order; an empty list where all is accepted."""
        self._write(calls)
        return self._refusals("plan", len(calls))

    def apply(self, calls: Sequence[Inputs]) -> list[list[Refusal]]:
        """Apply the calls; what fails of each, in their order."""
        self._write(calls)
        return self._refusals("apply", len(calls), auto_approve=IsFlagged)

    def destroy(self) -> None:
        """Destroy what the last `apply` has made."""
        self._terraform.destroy()

    def _write(self, calls: Sequence[Inputs]) -> None:
        if len(calls) > self._size:
            raise ValueError(f"{len(calls)} calls, where there is room for {self._size}")
        for index in range(self._size):
            file = self._terraform.folder / f"call_{index}.tf.json"
            file.unlink(missing_ok=True)
            if index < len(calls):
                call = {"source": f"./call_{index}", **as_literals(calls[index])}
                file.write_text(json.dumps({"module": {f"call_{index}": call}}))

    def _refusals(self, command: str, number: int, **options: object) -> list[list[Refusal]]:
        refusals: list[list[Refusal]] = [[] for _ in range(number)]
        found: list[tuple[int, Refusal]] = []
        try:
            self._terraform.run(command, json=IsFlagged, input=False, **options)
        except TerraformError as error:
            for line in str(error).splitlines():
                diagnostic = json.loads(line).get("diagnostic", {})
                if diagnostic.get("severity") == "error":
                    found.append(_read(diagnostic))
            if not found:
                raise
        for index, refusal in found:
            refusals[index].append(refusal)
        return refusals


def as_literals(value: Any) -> Any:
    """The value for HCL in JSON, in which a string is a template."""
    match value:
        case str():
            return value.replace("${", "$${").replace("%{", "%%{")
        case Mapping():
            return {as_literals(key): as_literals(each) for key, each in value.items()}
        case list() | tuple():
            return [as_literals(each) for each in value]
    return value


def _read(diagnostic: Mapping[str, Any]) -> tuple[int, Refusal]:
    file = diagnostic.get("range", {}).get("filename", "")
    found = _CALL.search(file) or _CALL.search(diagnostic.get("address", diagnostic["summary"]))
    if not found:
        raise LookupError(f"no telling which call this is about: {diagnostic}")
    message = diagnostic.get("detail", "").split(_END_OF_MESSAGE)[0]
    place = "" if file.endswith(".tf.json") else file.partition("/")[2]
    return int(found[1]), Refusal(diagnostic["summary"], message, place)
