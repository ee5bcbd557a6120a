"""Runs tests/terraform: validations and the JSON of each engine, which HCL expresses best.

Also tests the shape of the modules: which file contains what, and that every input has a use.
"""

import re
import shutil
from pathlib import Path

import pytest
from python_terraform import IsFlagged

from harness.attached_provider import attached_provider
from harness.pages import REPOSITORY
from harness.workspace import Workspace
from tools import docs
from tools.environments import ROOT, project

FILES = sorted(ROOT.glob("tests/terraform/*.tftest.hcl"))
MODULES = [ROOT, *sorted(file.parent for file in ROOT.glob("modules/**/main.tf"))]
EXAMPLES = sorted(file.parent for file in ROOT.glob("examples/*/main.tf"))
PLACES = {"variable": "variables.tf", "output": "outputs.tf"}
# Users copy an example, so its main.tf says which provider it needs.
MODULE = PLACES | {"terraform": "versions.tf"}
EXAMPLE = PLACES | {"terraform": "main.tf"}
CONSTRAINT = re.compile(r"^ +(?:required_)?version += .*", re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=[file.name.split(".")[0] for file in FILES])
def test_all_runs_of_the_file_pass(file: Path, workspace: Workspace) -> None:
    terraform = workspace.repository()
    (terraform.folder / "tests").mkdir()
    shutil.copy(file, terraform.folder / "tests")
    # Installs the modules that only the file calls.
    terraform.run("get", "-test-directory=tests", no_color=IsFlagged)

    with attached_provider(terraform):
        terraform.run("test", no_color=IsFlagged)

    assert ", 0 failed." in terraform.transcript


@pytest.mark.parametrize(
    ("folder", "places"),
    [*((folder, MODULE) for folder in MODULES), *((folder, EXAMPLE) for folder in EXAMPLES)],
    ids=[str(folder.relative_to(ROOT)) for folder in (*MODULES, *EXAMPLES)],
)
def test_a_module_has_the_files_of_all_modules_with_the_same_in_them(
    folder: Path, places: dict[str, str]
) -> None:
    found = {
        (kind, file.name)
        for file in folder.glob("*.tf")
        for kind in re.findall(r"^(variable|output|terraform)\b", file.read_text(), re.M)
    }

    assert found == set(places.items())
    assert (folder / "main.tf").exists()
    assert (folder / "README.md").exists()


@pytest.mark.parametrize("folder", MODULES, ids=lambda f: str(f.relative_to(ROOT)))
def test_a_module_leaves_providers_to_its_caller(folder: Path) -> None:
    assert not [f.name for f in folder.glob("*.tf") if re.search("^provider", f.read_text(), re.M)]


@pytest.mark.parametrize("folder", [*MODULES, *EXAMPLES], ids=lambda f: str(f.relative_to(ROOT)))
def test_no_input_is_without_a_use(folder: Path) -> None:
    text = "".join(file.read_text() for file in folder.glob("*.tf"))
    # An input that only its validation refers to has no use.
    text = re.sub(r"^variable .*\{\n(?:.*\n)*?\}\n", "", text, flags=re.MULTILINE)

    names = docs.declared("variable", folder / "variables.tf")

    assert not [name for name in names if not re.search(rf"\bvar\.{name}\b", text)]


def test_messages_name_the_partition_that_the_module_is_for() -> None:
    text = (ROOT / "modules/policies/variables.tf").read_text()

    messages = re.findall(r"^ +error_message = (.*)$", text, re.MULTILINE)

    assert [message for message in messages if "arn:${var.partition}:" in message]
    assert [message for message in messages if "arn:aws:" in message] == []


def test_all_modules_and_examples_are_for_the_same_terraform_and_provider() -> None:
    files = [*(each / "versions.tf" for each in MODULES), *(each / "main.tf" for each in EXAMPLES)]
    wanted = set(CONSTRAINT.findall((ROOT / "versions.tf").read_text()))

    assert len(wanted) == 2
    assert {line for file in files for line in CONSTRAINT.findall(file.read_text())} == wanted


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_takes_the_module_from_its_release(folder: Path) -> None:
    text = "".join(file.read_text() for file in folder.glob("*.tf"))
    sources = re.findall(r'^module .*\n +source +(= ".*")$', text, flags=re.MULTILINE)
    release = rf'= "git::{re.escape(REPOSITORY)}(//modules/[a-z-]+)?\?ref=v{project()["version"]}"'

    assert len(sources) == len(re.findall("^module ", text, flags=re.MULTILINE)) > 0
    assert [source for source in sources if not re.fullmatch(release, source)] == []
