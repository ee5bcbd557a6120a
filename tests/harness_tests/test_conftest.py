"""Guarantees of conftest.py's fixtures and hooks to the reader of a report."""

import os
import subprocess
import sys
from pathlib import Path

FAILING = """
from harness.terraform import TerraformError


def test_that_fails():
    raise TerraformError("Error: Invalid value for variable", exit_code=1)
"""


def test_an_error_of_terraform_is_reported_by_its_diagnostics_alone(tmp_path: Path) -> None:
    file = tmp_path / "test_failing.py"
    file.write_text(FAILING)

    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", file],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1, result.stdout + result.stderr
    assert "test_failing.py:6: Terraform failed\n\nError: Invalid value for" in result.stdout
    assert "raise TerraformError" not in result.stdout
