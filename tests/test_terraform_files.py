"""Runs tests/terraform: validations and the JSON of each engine, best said in HCL."""

import shutil
from pathlib import Path

import pytest
from python_terraform import IsFlagged

from harness.environments import ROOT
from harness.terraform import Terraform
from harness.workspace import copy_hcl

FILES = sorted(ROOT.glob("tests/terraform/*.tftest.hcl"))


@pytest.mark.parametrize("file", FILES, ids=[file.name.split(".")[0] for file in FILES])
def test_all_runs_of_the_file_pass(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy_hcl(copy)
    (copy / "tests").mkdir()
    shutil.copy(file, copy / "tests")
    terraform = Terraform(copy)
    terraform.init()

    terraform.run("test", no_color=IsFlagged)

    assert ", 0 failed." in terraform.transcript
