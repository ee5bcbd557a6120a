"""One process of the AWS provider for a `terraform test`, which starts several for each run."""

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
    """Let the commands of an initialized folder use one provider process, for a `with` block.

    The process keeps one configuration: the folder may have only one block `provider "aws"`. It
    ends with this process, also when that is killed. RuntimeError if it does not start.
    https://developer.hashicorp.com/terraform/plugin/debugging#starting-a-provider-in-debug-mode
    """
    (binary,) = terraform.folder.glob(_BINARY)
    # Its socket is in this folder, and the path of a socket has 100 characters at most.
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
