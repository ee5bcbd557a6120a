"""Builds the zips of the functions, with the same bytes for the same input: `make package`.

Needs only the standard library of Python 3.13 and uv: `python -m tools.package [CA_BUNDLE]`.
"""

import base64
import hashlib
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from tools.environments import FUNCTION, ROOT, UV, SetupError, alone, make, run

DIST = ROOT / "dist"
# Folder of each function, which becomes NAME.zip in DIST.
FUNCTIONS = {
    "rotation": FUNCTION,
    "lambda-consumer": ROOT / "examples" / "lambda-consumer" / "function",
}
CA_BUNDLE = "ca-bundle.pem"
# Files that differ in each installation, or that Lambda does not need.
LEFT_OUT = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", ".lock", "bin", "__pycache__")
NOT_CODE = ("requirements.*", "README.md")


def build(package: Path, ca_bundle: Path | None = None, function: Path = FUNCTION) -> None:
    """Write the zip: the function, its requirements, and CA certificates in PEM, if given.

    Needs uv's environment. Raises SetupError if packages are not available, or if the file holds no
    certificates.
    """
    if ca_bundle and not (ca_bundle.is_file() and b"BEGIN CERTIFICATE" in ca_bundle.read_bytes()):
        raise SetupError(f"CA_BUNDLE={ca_bundle} is not a file of certificates in PEM")
    with tempfile.TemporaryDirectory(prefix="tf-") as name:
        installed, content = Path(name, "installed"), Path(name, "content")
        options = ("--require-hashes", "--no-deps", "--only-binary", ":all:", "--link-mode", "copy")
        lock_file = function / "requirements.txt"
        python = ("--python", sys.executable)
        what = package.name
        run(what, UV, "pip", "install", *python, *options, "--target", installed, "-r", lock_file)
        shutil.copytree(installed, content, ignore=shutil.ignore_patterns(*LEFT_OUT))
        leave = shutil.ignore_patterns(*LEFT_OUT, *NOT_CODE)
        shutil.copytree(function, content, ignore=leave, dirs_exist_ok=True)
        if ca_bundle:
            shutil.copy(ca_bundle, content / CA_BUNDLE)
        package.parent.mkdir(exist_ok=True)
        archive_folder(content, package)


def archive_folder(folder: Path, package: Path) -> None:
    """Write all files to a zip that depends only on their names and contents."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    # Not compressed: compressed bytes differ between versions of zlib.
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(files, key=lambda file: file.relative_to(folder).as_posix()):
            # ZipInfo is dated 1980-01-01 by default.
            member = zipfile.ZipInfo(file.relative_to(folder).as_posix())
            member.create_system = 3  # Unix, on every platform
            member.external_attr = 0o644 << 16
            archive.writestr(member, file.read_bytes())


def main(ca_bundle: str = "") -> None:
    """Build the packages, and print the sizes and hashes that Terraform and a reader need."""
    try:
        with alone():
            make("uv")
            for name, function in FUNCTIONS.items():
                package = DIST / f"{name}.zip"
                build(package, Path(ca_bundle) if ca_bundle else None, function)
                content = package.read_bytes()
                digest = hashlib.sha256(content)
                print(f"{package.relative_to(ROOT)}: {len(content):,} bytes")
                print(f"SHA-256: {digest.hexdigest()}")
                print(f"source_code_hash: {base64.b64encode(digest.digest()).decode()}")
    except SetupError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
