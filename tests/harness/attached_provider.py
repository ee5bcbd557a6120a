"""Runs one AWS provider process for `terraform test`, which otherwise starts several per run."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from harness.terraform import Terraform
from tools.environments import PYTHONPATH

_BINARY = ".terraform/providers/*/hashicorp/aws/*/*/terraform-provider-aws_*"
_ATTACH = re.compile(rb"TF_REATTACH_PROVIDERS='(.+)'")


@contextlib.contextmanager
def attached_provider(terraform: Terraform) -> Iterator[None]:
    """Let all commands of an initialized folder use one provider process within a `with` block.

    The process keeps one configuration: the folder may have only one block `provider "aws"`. It
    ends with this process, even if this one is killed. RuntimeError if it does not start.
    https://developer.hashicorp.com/terraform/plugin/debugging#starting-a-provider-in-debug-mode
    """
    (binary,) = terraform.folder.glob(_BINARY)
    # The provider creates its socket here. A socket's path has at most 100 characters.
    folder = Path(tempfile.mkdtemp())
    end = str(int(signal.SIGTERM))
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.supervise", "", end, folder, binary, "-debug"],
        env=os.environ | {"PYTHONPATH": PYTHONPATH, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with process:
        assert process.stdin
        assert process.stdout
        try:
            found = next(filter(None, map(_ATTACH.search, process.stdout)), None)
            if not found:
                raise RuntimeError(f"{binary.name} -debug ended without an address")
            terraform.environment["TF_REATTACH_PROVIDERS"] = found[1].decode()
            yield
        finally:
            terraform.environment.pop("TF_REATTACH_PROVIDERS", None)
            process.stdin.close()
