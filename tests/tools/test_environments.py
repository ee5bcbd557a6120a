"""Setup: environments follow their lock files, and a one-line error says what is missing."""

import json
import re
from pathlib import Path

import pytest

from tools import environments
from tools.environments import IAM, PROSE, REQUIREMENTS, ROOT, SetupError
from tools.lock import DOCTOR_LOCK
from tools.package import FUNCTIONS

LOCK_FILES = [
    *(folder / "requirements.txt" for folder in FUNCTIONS.values()),
    *sorted(REQUIREMENTS.glob("*.txt")),
    DOCTOR_LOCK,
]


@pytest.fixture
def lock_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty lock file of an environment `some` in a separate repository."""
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environments, "REQUIREMENTS", tmp_path)
    monkeypatch.setitem(environments.NODE, "iam", tmp_path)
    (tmp_path / "some.txt").touch()
    return tmp_path / "some.txt"


def command_that_prints(text: str, command: Path) -> None:
    command.write_text(f"#!/bin/sh\necho '{text}'\n")
    command.chmod(0o755)


def test_an_environment_is_made_again_only_when_its_lock_file_changes(
    lock_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environments.make("some")
    assert capsys.readouterr().out == "Making .venv/some from some.txt\n"

    environments.make("some")
    assert capsys.readouterr().out == ""

    lock_file.write_text("# changed\n")
    environments.make("some")
    assert capsys.readouterr().out == "Making .venv/some from some.txt\n"


def test_an_environment_that_cannot_be_made_is_one_line_and_tried_again(lock_file: Path) -> None:
    missing = lock_file.with_name("missing-1.0-py3-none-any.whl")
    lock_file.write_text(f"missing @ {missing.as_uri()} --hash=sha256:{'0' * 64}\n")

    for _ in range(2):
        with pytest.raises(SetupError, match=r"^Cannot make \.venv/some: .*") as caught:
            environments.make("some")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("answer", ['{"terraform_version": "1.10.5"}', "no JSON"])
def test_an_unfit_terraform_is_told_with_where_to_get_one(
    answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command_that_prints(answer, tmp_path / "terraform")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SetupError, match=r"get 1\.11 or newer from"):
        environments.check_terraform()


def test_no_terraform_is_told_with_where_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SetupError, match=r"Terraform is missing: get 1\.11 or newer from"):
        environments.check_terraform()


@pytest.mark.parametrize("version", ["1.11.0", "1.11.4", "1.20.0-beta1", "2.0.0"])
def test_a_fit_terraform_is_taken(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command_that_prints(f'{{"terraform_version": "{version}"}}', tmp_path / "terraform")
    monkeypatch.setenv("PATH", str(tmp_path))

    environments.check_terraform()


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        ({}, "Node is missing: get 20 or newer from https://nodejs.org"),
        ({"node": "v22.1.0"}, "npm, which comes with Node, is missing: get 20 or newer from"),
        ({"node": "v18.20.4", "npm": "10"}, r"Node v18\.20\.4 is too old: get 20 or newer from"),
        ({"node": "no version", "npm": "10"}, "`node --version` fails: get 20 or newer from"),
    ],
    ids=["no node", "no npm", "old", "unfit"],
)
def test_a_missing_or_unfit_node_is_told_with_where_to_get_one(
    versions: dict[str, str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command, version in versions.items():
        command_that_prints(version, tmp_path / command)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SetupError, match=told):
        environments.check_node()


def test_an_environment_of_node_follows_its_lock_file_and_fails_in_one_line(
    lock_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = lock_file.parent
    npm_lock = folder / "package-lock.json"
    npm_lock.write_text('{"lockfileVersion": 3, "packages": {"": {}}}')
    (folder / "package.json").write_text('{"private": true}')
    for printed in ("Making .venv/iam from package-lock.json\n", ""):
        environments.make("iam")
        assert capsys.readouterr().out == printed

    (folder / "package.json").write_text('{"dependencies": {"missing": "file:missing"}}')
    npm_lock.write_text('{"lockfileVersion": 3, "packages": {}}')
    for _ in range(2):
        with pytest.raises(SetupError, match=r"^Cannot make \.venv/iam: .*`npm ci`.*") as caught:
            environments.make("iam")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("file", LOCK_FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_lock_file_has_hashes_and_names_no_host_or_folder(file: Path) -> None:
    text = file.read_text()

    assert not re.search(r"://|--index-url|--find-links|^-e|= */", text, re.M)
    packages = re.split(r"\n(?=\S)", re.sub(r"^ *#.*\n", "", text, flags=re.M))
    assert packages
    assert all(re.match(r"[\w.\[\]-]+==\S+[^\n]*\\\n    --hash=", each) for each in packages)


@pytest.mark.parametrize(
    ("folder", "package"),
    [(IAM, "@cloud-copilot/iam-simulate"), (PROSE, "@textlint/kernel")],
    ids=["iam", "prose"],
)
def test_a_lock_file_of_node_has_a_hash_of_each_package_and_no_address_to_get_it_from(
    folder: Path, package: str
) -> None:
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]

    assert f"node_modules/{package}" in packages
    del packages[""]
    for each in packages.values():
        assert each["integrity"].startswith("sha512-")
        assert "resolved" not in each
