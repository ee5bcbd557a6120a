"""`make lint` fails where checkov by itself would pass."""

from pathlib import Path

import pytest

from harness import lint


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder that lint takes for the repository."""
    monkeypatch.setattr(lint, "ROOT", tmp_path)
    (tmp_path / ".checkov.yaml").write_text("framework: [terraform]\n")
    return tmp_path


def test_hcl_that_checkov_cannot_parse_is_a_fault(repository: Path) -> None:
    (repository / "main.tf").write_text('resource "aws_kms_key" "this" {')

    assert f"cannot parse {repository / 'main.tf'}" in lint.checkov()


def test_hcl_that_checkov_does_not_find_is_a_fault(repository: Path) -> None:
    (repository / "README.md").write_text("No HCL here.")

    assert lint.checkov() == "checkov has checked nothing"


def test_a_failed_check_is_told_with_its_place(repository: Path) -> None:
    (repository / "main.tf").write_text('\nresource "aws_kms_key" "this" {}\n')

    assert "\n  /main.tf:2 aws_kms_key.this" in lint.checkov()
