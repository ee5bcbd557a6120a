"""Builds the files of a release, and checks that it can be released: `make release-check`.

It builds all files twice, and both must have the same bytes. So anyone can build them from the tag.
TAG in the environment is the release's tag; without TAG, the tag is not checked.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from harness.markdown import pages
from tools import docs, package
from tools.environments import FUNCTION, ROOT, VENV, SetupError, project

NAME = "terraform-aws-secrets-manager"
RELEASE = ROOT / "release"
CHECKSUMS = "SHA256SUMS"
NOTES = "NOTES.md"
CYCLONEDX = VENV / "release" / "bin" / "cyclonedx-py"
# How a page or a workflow for users names a release of this repository.
REFERENCE = r"(ref=|ref: |--branch |TAG=)v[0-9]+\.[0-9]+\.[0-9]+"


class ReleaseError(Exception):
    """The reason why a release fails, such as an error of git or the SBOM tool."""


def run(*command: str | Path, folder: Path = ROOT, fine: tuple[int, ...] = (0,)) -> str:
    """Output of a command; ReleaseError with its error output unless its exit code is in `fine`."""
    # A zip holds local time.
    settings = os.environ | {"TZ": "UTC"}
    result = subprocess.run(
        command, cwd=folder, env=settings, capture_output=True, text=True, check=False
    )
    if result.returncode not in fine:
        raise ReleaseError(f"`{Path(command[0]).name} {command[1]}` fails: {result.stderr.strip()}")
    return result.stdout


def version(repository: Path) -> str:
    """Version of the repository in pyproject.toml."""
    return str(project(repository)["version"])


def notes(repository: Path) -> str:
    """Section of the version in CHANGELOG.md; ReleaseError if it or its date is missing."""
    wanted = f"## [{version(repository)}] - "
    # The next section, or the addresses of the headings, ends it.
    section = rf"^{re.escape(wanted)}\d{{4}}-\d\d-\d\d\n(.*?)(?=^## |^\[|\Z)"
    found = re.search(section, (repository / "CHANGELOG.md").read_text(), re.MULTILINE | re.DOTALL)
    if not found or not found[1].strip():
        raise ReleaseError(f'Write what is new in CHANGELOG.md, under "{wanted}YYYY-MM-DD".')
    return f"{found[1].strip()}\n"


def faults(repository: Path, tag: str = "") -> Iterator[str]:
    """Reasons against a release of the repository's last commit, each a paragraph with a fix."""
    if changed := run("git", "status", "--porcelain", folder=repository):
        yield f"Commit, remove or ignore what is in no commit:\n{changed}"
    if ignored := run("git", "ls-files", "-ci", "--exclude-standard", folder=repository):
        yield f"Take out of git what .gitignore names, or it would be released:\n{ignored}"
    wanted = f"v{version(repository)}"
    if tag not in ("", wanted):
        yield f"The tag is {tag}, the version in pyproject.toml makes it {wanted}: change one.\n"
    options = ("-I", "-o", "-n", "-E", "-e", REFERENCE, "--", ":!tests")
    found = run("git", "grep", *options, folder=repository, fine=(0, 1)).splitlines()
    if other := [line for line in found if not line.endswith(wanted)]:
        yield "\n".join([f"Name {wanted} here, as pyproject.toml does:", *other, ""])
    try:
        notes(repository)
    except ReleaseError as error:
        yield f"{error}\n"
    for page in pages(repository):
        if docs.render(page) != page.read_text():
            yield f"{page.relative_to(repository)}: its tables are old. Run: make docs\n"


def make(repository: Path, folder: Path, ca_bundle: Path | None = None) -> None:
    """Create the files of a release of the repository's last commit.

    The files are the package of the rotation function, an archive of the commit, SBOMs, and the
    checksums of all these. The archive has that package in dist/, where the examples look for it.
    The notes in the same folder are the release's text, not one of its files. Raises SetupError or
    ReleaseError.
    """
    folder.mkdir()
    function = repository / FUNCTION.relative_to(ROOT)
    package.build(folder / "rotation.zip", ca_bundle, function)
    make_archive(repository, folder)
    rotation = f'[project]\nname = "rotation"\nversion = "{version(repository)}"\n'
    make_sbom(folder / "rotation.cdx.json", function / "requirements.txt", rotation)
    doctor = (repository / "pyproject.toml").read_text()
    make_sbom(folder / "secret-doctor.cdx.json", repository / "doctor/requirements.txt", doctor)
    digests = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(folder.iterdir())
    ]
    (folder / CHECKSUMS).write_text("".join(digests))
    (folder / NOTES).write_text(notes(repository))


def make_archive(repository: Path, folder: Path) -> None:
    """Write a zip of all files of the last commit, with the folder's package in dist/."""
    top = f"{NAME}-{version(repository)}"
    # Not compressed: compressed bytes differ between versions of zlib.
    options = ["--format=zip", "-0", f"--output={folder / top}.zip"]
    # A prefix applies to the files that follow it, the last one to the commit.
    options += [
        f"--prefix={top}/dist/",
        f"--add-file={folder / 'rotation.zip'}",
        f"--prefix={top}/",
    ]
    run("git", "-c", "core.autocrlf=false", "archive", *options, "HEAD", folder=repository)


def make_sbom(file: Path, lock_file: Path, project: str) -> None:
    """Write a lock file's packages as CycloneDX, as parts of the project that the TOML describes.

    The tool checks the file against CycloneDX's schema, and omits the time and a random number.
    """
    pyproject = file.with_suffix(".toml")
    pyproject.write_text(project)
    options = ("--output-reproducible", "--pyproject", pyproject, "--output-file", file)
    run(CYCLONEDX, "requirements", *options, lock_file)
    pyproject.unlink()


def check(repository: Path, release: Path, tag: str = "", ca_bundle: str = "") -> list[str]:
    """Create the files of a release in a folder, which is replaced, unless there are faults."""
    if found := list(faults(repository, tag)):
        return found
    with tempfile.TemporaryDirectory(prefix="tf-") as folder:
        first, second = Path(folder, "first"), Path(folder, "second")
        for made in (first, second):
            make(repository, made, Path(ca_bundle) if ca_bundle else None)
        shutil.rmtree(release, ignore_errors=True)
        shutil.copytree(first, release)
        return [
            f"{file.name} comes out different each time: find out what it depends on.\n"
            for file in sorted(first.iterdir())
            if file.read_bytes() != (second / file.name).read_bytes()
        ]


def main(ca_bundle: str = "") -> int:
    """Exit code: 0, 1 after a fault or an error, 130 after Ctrl-C."""
    try:
        found = check(ROOT, RELEASE, os.environ.get("TAG", ""), ca_bundle)
    except KeyboardInterrupt:
        return 130
    except (ReleaseError, SetupError) as error:
        found = [f"{error}\n"]
    if found:
        print("\n".join(found), end="")
        return 1
    print(f"Made twice with the same bytes, in {RELEASE.name}/:")
    print((RELEASE / CHECKSUMS).read_text(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
