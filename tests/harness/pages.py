"""Makes the code blocks of documentation pages runnable for tests."""

import re

from harness.markdown import block

# GitHub accepts no underscore in an account's name, so nobody can own a source that users copy.
OWNER = "GITHUB_OWNER"
REPOSITORY = f"https://github.com/{OWNER}/terraform-aws-secrets-manager.git"
_SOURCE = re.compile(rf'"git::{re.escape(REPOSITORY)}(?:/(/[^"?]+))?\?[^"]*"')

PROVIDER = 'provider "aws" {\n  region = "us-east-1"\n}\n'


def hcl(page: str, holding: str) -> str:
    """The only HCL block of a page that holds this text, runnable in a Workspace."""
    return from_workspace(block(page, "hcl", holding))


def from_workspace(text: str, folder: str = "./module") -> str:
    """The HCL with a folder, by default a Workspace's, in place of this repository's releases."""
    return _SOURCE.sub(rf'"{folder}\1"', text)
