"""A release: its conditions and its contents, on a copy of this repository in git."""

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.markdown import pages
from harness.terraform import Terraform
from tools import docs, release
from tools.environments import FUNCTION, ROOT
from tools.lock import DOCTOR_LOCK
from tools.release import CHECKSUMS, NAME, NOTES, ReleaseError

pytestmark = pytest.mark.exhaustive

VERSION = release.version(ROOT)
ARCHIVE = f"{NAME}-{VERSION}.zip"
HEADING = f"## [{VERSION}] - "
WORKFLOW = ROOT / ".github" / "workflows" / "release.yaml"
AUTHOR = ("-c", "user.name=tests", "-c", "user.email=tests@example.com")
UNWRITTEN = (
    rf'^Write what is new in CHANGELOG\.md, under "## \[{re.escape(VERSION)}\] - YYYY-MM-DD"\.$'
)
MADE = shutil.ignore_patterns(".git", ".venv", ".terraform*", "dist", "reports", "release")


def git(folder: Path, *command: str | Path) -> None:
    subprocess.run(["git", *AUTHOR, *command], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository's current files, all of them committed."""
    folder = tmp_path_factory.mktemp("git") / "repository"
    shutil.copytree(ROOT, folder, ignore=MADE)
    for page in pages(folder):  # test_docs.py reports old tables
        page.write_text(docs.render(page))
    for command in (["init"], ["add", "."], ["commit", "-m", "All"]):
        git(folder, *command)
    return folder


@pytest.fixture
def clone(repository: Path, tmp_path: Path) -> Path:
    """A clone to change."""
    git(tmp_path, "clone", repository, "clone")
    return tmp_path / "clone"


@pytest.fixture(scope="module")
def made(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a release."""
    folder = tmp_path_factory.mktemp("made") / "release"
    release.make(repository, folder)
    return folder


def forgotten(clone: Path) -> None:
    (clone / "forgotten.tf").touch()


def tracked_state(clone: Path) -> None:
    (clone / "terraform.tfstate").touch()
    git(clone, "add", "--force", "terraform.tfstate")
    git(clone, "commit", "-m", "State")


def next_version(clone: Path) -> None:
    file = clone / "pyproject.toml"
    file.write_text(file.read_text().replace(f'version = "{VERSION}"', 'version = "99.0.0"'))
    change_log(clone, HEADING, f"## [99.0.0] - 2099-12-31\n\n- New.\n\n{HEADING}")


def change_log(clone: Path, old: str, new: str) -> None:
    """Replace a text about the version in CHANGELOG.md, and commit."""
    file = clone / "CHANGELOG.md"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    git(clone, "commit", "-am", "Changes")


def no_section(clone: Path) -> None:
    change_log(clone, HEADING, "## [98.0.0] - ")


def no_date(clone: Path) -> None:
    (date,) = re.findall(rf"{re.escape(HEADING)}(.*)", (clone / "CHANGELOG.md").read_text())
    change_log(clone, f"{HEADING}{date}", f"## [{VERSION}]")


def no_day(clone: Path) -> None:
    change_log(clone, HEADING, f"{HEADING}Unreleased ")


def nothing_new(clone: Path) -> None:
    change_log(clone, HEADING, f"{HEADING}2099-12-31\n\n## [98.0.0] - ")


def new_output(clone: Path) -> None:
    with (clone / "outputs.tf").open("a") as file:
        file.write('output "new" {\n  description = "New."\n  value = 1\n}\n')
    git(clone, "commit", "-am", "Output")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (forgotten, r"in no commit:\n\?\? forgotten\.tf"),
        (tracked_state, r"what \.gitignore names, .*:\nterraform\.tfstate"),
        (next_version, r"Name v99\.0\.0 here, .*:\n(.*\n)*README\.md:\d+:ref=v[\d.]+\n(.*\n)*poli"),
        (new_output, r"README\.md: its tables are old\. Run: make docs"),
        (no_section, UNWRITTEN),
        (no_date, UNWRITTEN),
        (no_day, UNWRITTEN),
        (nothing_new, UNWRITTEN),
    ],
    ids=["not committed", "ignored", "version", "tables", "section", "date", "day", "empty"],
)
def test_what_is_amiss_is_told_and_nothing_is_made(
    change: Callable[[Path], None], told: str, clone: Path
) -> None:
    change(clone)

    (found,) = release.check(clone, clone / "release")

    assert re.search(told, found)
    assert not (clone / "release").exists()


def test_nothing_is_amiss_under_the_tag_of_the_version(repository: Path) -> None:
    assert not list(release.faults(repository, f"v{VERSION}"))


def test_the_notes_are_the_section_of_the_version_and_no_other(made: Path) -> None:
    log = (ROOT / "CHANGELOG.md").read_text()
    notes = (made / NOTES).read_text()

    before, _, after = log.partition(notes)
    assert re.search(rf"\n{re.escape(HEADING)}[\d-]+\n\n$", before)
    assert re.match(r"\n(## \[|\[unreleased\]: )", after)


def test_the_workflow_publishes_all_that_is_made_with_its_notes(made: Path, tmp_path: Path) -> None:
    text = WORKFLOW.read_text()
    check, publish = re.findall(r"run: (.*)", text)
    (tmp_path / "gh").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "gh").chmod(0o755)

    published = subprocess.run(
        ["bash", "-e", "-c", publish],
        cwd=made,
        env={"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "GITHUB_REF_NAME": "v1.0.0"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert check == "make release-check"
    assert "TAG: ${{ github.ref_name }}\n" in text
    assert f"working-directory: {release.RELEASE.name}\n" in text
    command, _, files = published.stdout.partition("--\n")
    assert command.split()[:3] == ["release", "create", "v1.0.0"]
    assert f"--notes-file\n{NOTES}\n" in command
    assert set(files.split()) == {file.name for file in made.iterdir()} - {NOTES}


def test_another_tag_than_that_of_the_version_is_told(repository: Path) -> None:
    (found,) = release.faults(repository, "v99.0.0")

    assert found.startswith(
        f"The tag is v99.0.0, the version in pyproject.toml makes it v{VERSION}"
    )


def test_what_git_cannot_do_is_told_in_its_words(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"^`git status` fails: .*not a git repository"):
        list(release.faults(tmp_path))


def test_a_file_that_is_never_the_same_is_told(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(_repository: Path, folder: Path, _ca_bundle: Path | None) -> None:
        folder.mkdir()
        (folder / "same").touch()
        (folder / "random").write_bytes(os.urandom(16))

    monkeypatch.setattr(release, "make", make)

    (found,) = release.check(repository, tmp_path / "release")

    assert found.startswith("random comes out different each time")
    assert (tmp_path / "release" / "same").exists()


def test_the_archive_is_the_commit_and_the_package(repository: Path, made: Path) -> None:
    listed = ["git", "ls-files", "-z"]
    tracked = subprocess.run(listed, cwd=repository, check=True, capture_output=True, text=True)
    expected = {
        name: (repository / name).read_bytes() for name in tracked.stdout.strip("\0").split("\0")
    }
    expected["dist/rotation.zip"] = (made / "rotation.zip").read_bytes()

    with zipfile.ZipFile(made / ARCHIVE) as archive:
        found = {
            name.removeprefix(f"{NAME}-{VERSION}/"): archive.read(name)
            for name in archive.namelist()
            if not name.endswith("/")
        }

    assert found.keys() == expected.keys()
    assert found == expected


def test_the_archive_is_the_same_in_every_time_zone_and_for_every_user(
    repository: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    shutil.copy(made / "rotation.zip", tmp_path)
    os.utime(tmp_path / "rotation.zip", (0, 0))
    umask = os.umask(0o077)
    try:
        release.make_archive(repository, tmp_path)
    finally:
        os.umask(umask)

    assert (tmp_path / ARCHIVE).read_bytes() == (made / ARCHIVE).read_bytes()


def test_terraform_takes_the_archive_for_a_module(made: Path, tmp_path: Path) -> None:
    source = f"file://{made / ARCHIVE}//{NAME}-{VERSION}"
    arguments = 'name         = "orders/credentials"\n  create_value = false'
    hcl = f'module "credentials" {{\n  source = "{source}"\n  {arguments}\n}}\n'
    (tmp_path / "main.tf").write_text(hcl)
    terraform = Terraform(tmp_path)

    terraform.init()

    terraform.run("validate")


def test_the_checksums_are_those_of_all_other_files(made: Path) -> None:
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", CHECKSUMS],
        cwd=made,
        capture_output=True,
        text=True,
        check=True,
    )

    names = {file.name for file in made.iterdir()} - {CHECKSUMS, NOTES}
    assert {line.removesuffix(": OK") for line in checked.stdout.splitlines()} == names
    assert len(names) == 4


@pytest.mark.parametrize(
    ("name", "lock_file"),
    [("rotation", FUNCTION / "requirements.txt"), ("secret-doctor", DOCTOR_LOCK)],
    ids=["rotation", "doctor"],
)
def test_an_sbom_has_what_is_locked_with_its_hashes_and_no_more(
    name: str, lock_file: Path, made: Path
) -> None:
    sbom = json.loads((made / f"{name}.cdx.json").read_text())
    locked = {
        package[1]: set(re.findall(r"sha256:(\w+)", package[2]))
        for package in re.finditer(r"^([\w-]+==\S+)((?:.*\\\n)+.*)", lock_file.read_text(), re.M)
    }

    found = {
        f"{component['name']}=={component['version']}": {
            each["content"]
            for reference in component["externalReferences"]
            for each in reference["hashes"]
        }
        for component in sbom["components"]
    }

    subject = sbom["metadata"]["component"]
    assert (subject["name"], subject["version"]) == (name, VERSION)
    assert locked
    assert found == locked
