"""How tests run the blocks of code that a page of documentation shows."""

import re

from harness.markdown import block

# GitHub takes no underscore in a name that somebody registers: a copied source leads to nobody.
OWNER = "GITHUB_OWNER"
REPOSITORY = f"https://github.com/{OWNER}/terraform-aws-secrets-manager.git"
_SOURCE = re.compile(rf'"git::{re.escape(REPOSITORY)}(?:/(/[^"?]+))?\?[^"]*"')

PROVIDER = 'provider "aws" {\n  region = "us-east-1"\n}\n'


def hcl(page: str, holding: str) -> str:
    """The one block of HCL of a page that holds this, runnable in a Workspace."""
    return from_workspace(block(page, "hcl", holding))


def from_workspace(text: str, folder: str = "./module") -> str:
    """The HCL with a folder, by default that of a Workspace, for this repository's releases."""
    return _SOURCE.sub(rf'"{folder}\1"', text)
