"""Working folders for Terraform, each with a copy of this repository's HCL, initialized once.

pytest-terraform applies a stack once in a folder of the repository. Most tests here apply several
times, with different variables, in a folder that they can change.
"""

import fcntl
import hashlib
import json
import re
import shutil
from pathlib import Path

from python_terraform import IsFlagged

from harness.pages import from_workspace
from harness.terraform import Terraform
from tools.environments import ROOT
from tools.package import DIST

# The lines that decide what `terraform init` does.
_DECIDES_INIT = re.compile(
    r"^\s*(?:module|provider|backend|version)\b.*$|^.*\bsource\b.*$", re.MULTILINE
)
_BACKEND = re.compile(r"^\s*backend\b", re.MULTILINE)
# The only provider, as the modules require it.
_PROVIDER = (ROOT / "versions.tf").read_text()
_EPHEMERAL = re.compile(r'^variable "(\w+)" \{\n(?:(?!\}).*\n)*?  ephemeral += true$', re.MULTILINE)


def copy_hcl(destination: Path) -> None:
    """Copy the root module, modules/ and examples/, and the packages of `make package`.

    The examples in the copy use the copied module, not its release.
    """
    leave = shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.tfplan", "*.tfvars")
    destination.mkdir(parents=True)
    for file in ROOT.glob("*.tf"):
        shutil.copy(file, destination)
    for name in ("modules", "examples"):
        shutil.copytree(ROOT / name, destination / name, ignore=leave)
    for file in destination.glob("examples/*/*.tf"):
        file.write_text(from_workspace(file.read_text(), "../.."))
    if DIST.exists():
        shutil.copytree(DIST, destination / DIST.name)


def all_examples(repository: Path, *names: str) -> str:
    """HCL of a root module that calls all examples, or those named, so that one apply is enough.

    An ephemeral variable, which must be a string, gets a value; all others need a default.
    """
    hcl = 'variable "made_up" {\n  type      = string\n  ephemeral = true\n}\n'
    for example in sorted((repository / "examples").glob("*/")):
        if names and example.name not in names:
            continue
        declared = "".join(file.read_text() for file in sorted(example.glob("*.tf")))
        arguments = "".join(f"  {name} = var.made_up\n" for name in _EPHEMERAL.findall(declared))
        source = f"./module/examples/{example.name}"
        hcl += f'module "{example.name}" {{\n  source = "{source}"\n{arguments}}}\n'
    return hcl


class Workspace:
    """Creates working folders in `folder`, ready to plan and apply.

    Each is a copy of a template in `templates`, which is initialized on first use. Several
    processes can share `templates`.
    """

    def __init__(self, folder: Path, templates: Path) -> None:
        self._folder = folder
        self._templates = templates
        self._made: list[Terraform] = []

    def __call__(self, hcl: str) -> Terraform:
        """Terraform for a root module of this HCL, with this repository in `./module`.

        Its module sources can be `./module` and `./module/modules/NAME`.
        """
        key = hashlib.sha256("\n".join(_DECIDES_INIT.findall(hcl)).encode()).hexdigest()[:16]
        terraform = self._copy(key, Path(), hcl)
        (terraform.folder / "main.tf").write_text(hcl)
        return terraform

    def example(self, name: str) -> Terraform:
        """Terraform for examples/NAME, as a user would run it in a copy of this repository."""
        return self._copy(name, Path("module", "examples", name))

    def repository(self) -> Terraform:
        """Terraform for a copy of this repository's own root module."""
        return self._copy("repository", Path("module"))

    def destroy(self) -> None:
        """Destroy the resources that were applied in the folders created so far."""
        for terraform in self._made:
            # Not `show`, which would start the provider.
            state = json.loads(terraform.run("state pull") or "{}")
            if any(each["mode"] == "managed" for each in state.get("resources", [])):
                terraform.destroy()

    def _copy(self, key: str, root_module: Path, hcl: str = "") -> Terraform:
        copy = self._folder / f"workspace-{len(self._made)}"
        shutil.copytree(self._template(key, root_module, hcl), copy, symlinks=True)
        terraform = Terraform(copy / root_module)
        self._made.append(terraform)
        return terraform

    def _template(self, key: str, root_module: Path, hcl: str) -> Path:
        template = self._templates / key
        self._templates.mkdir(parents=True, exist_ok=True)
        with template.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not template.exists():
                # Under another name until it is complete: a failed init must leave no template.
                unfinished = template.with_suffix(".unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                copy_hcl(unfinished / "module")
                (unfinished / "main.tf").write_text(hcl)
                self._initialize(Terraform(unfinished / root_module), hcl)
                unfinished.rename(template)
        return template

    def _initialize(self, terraform: Terraform, hcl: str) -> None:
        """Install the modules, and copy the provider that one folder's init has installed for all.

        An init hashes the provider of 700 MB several times. A backend needs its own init.
        """
        if hcl == _PROVIDER or _BACKEND.search(hcl):
            terraform.init()
            return
        initialized = self._template("provider", Path(), _PROVIDER)
        shutil.copytree(initialized / ".terraform", terraform.folder / ".terraform", symlinks=True)
        shutil.copy(initialized / ".terraform.lock.hcl", terraform.folder)
        terraform.run("get", no_color=IsFlagged)
