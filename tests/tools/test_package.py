"""The functions' packages: pure Python, complete, the same bytes wherever they are built."""

import importlib.metadata
import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import trustme

from tools import package
from tools.environments import FUNCTION, SetupError
from tools.package import FUNCTIONS

IMPORTED = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    print(importlib.import_module(name).__file__)
"""
# The packaged modules of each function, by their import names.
MODULES = {
    "rotation": "rotation.handler pg8000 pymysql scramp asn1crypto dateutil six",
    "lambda-consumer": "app aws_lambda_powertools jmespath pg8000 scramp asn1crypto dateutil six",
}
RUNTIMES = "botocore"


@pytest.fixture(scope="module", params=FUNCTIONS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of a function, without additional CA certificates."""
    file = tmp_path_factory.mktemp("package") / f"{request.param}.zip"
    package.build(file, function=FUNCTIONS[request.param])
    return file


def test_the_same_input_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    time.sleep(2.1)  # more than the time resolution of a zip
    umask = os.umask(0o077)
    try:
        package.build(tmp_path / "again.zip", function=FUNCTIONS[built.stem])
    finally:
        os.umask(umask)

    assert (tmp_path / "again.zip").read_bytes() == built.read_bytes()


def test_it_has_python_for_every_processor_and_no_more(built: Path) -> None:
    with zipfile.ZipFile(built) as archive:
        names = archive.namelist()
        modes = {member.external_attr >> 16 for member in archive.infolist()}

    assert not {Path(name).suffix for name in names} & {".so", ".pyc", ".pyd", ".in"}
    assert not [name for name in names if name.startswith(("boto", "bin/", "requirements"))]
    assert modes == {0o644}


def test_it_runs_on_what_is_in_it_and_the_runtimes_boto3(built: Path) -> None:
    modules = [*MODULES[built.stem].split(), RUNTIMES]
    result = subprocess.run(
        [sys.executable, "-I", "-c", IMPORTED, built, *modules],
        env={"SECRET_ARN": "tests", "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=True,
    )

    *own, botocore = result.stdout.splitlines()
    assert all(file.startswith(f"{built}/") for file in own)
    assert not botocore.startswith(f"{built}/")


def test_ca_certificates_get_in_where_the_function_looks_for_them(
    built: Path, tmp_path: Path
) -> None:
    file = tmp_path / "authorities.pem"
    trustme.CA().cert_pem.write_to_path(file)
    function = FUNCTIONS[built.stem]
    package.build(tmp_path / "with.zip", file, function)

    with zipfile.ZipFile(tmp_path / "with.zip") as archive, zipfile.ZipFile(built) as plain:
        assert set(archive.namelist()) - set(plain.namelist()) == {"ca-bundle.pem"}
        assert archive.read("ca-bundle.pem") == file.read_bytes()
    assert any('"ca-bundle.pem"' in code.read_text() for code in function.rglob("*.py"))


@pytest.mark.parametrize("content", [None, b"not a certificate"])
def test_a_ca_bundle_without_certificates_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content:
        (tmp_path / "authorities.pem").write_bytes(content)

    with pytest.raises(SetupError, match="is not a file of certificates in PEM"):
        package.build(tmp_path / "rotation.zip", tmp_path / "authorities.pem")


def test_the_tests_run_on_the_versions_that_are_packaged() -> None:
    locked = re.findall(r"^([\w-]+)==(\S+)", (FUNCTION / "requirements.txt").read_text(), re.M)

    assert locked
    assert all(importlib.metadata.version(name) == version for name, version in locked)
