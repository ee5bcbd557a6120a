"""The command secret-doctor: its installation, its answers, and the calls that it can make."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from harness import calls
from harness.doctor import VALUE, documented_ids, problems, search
from harness.forwarder import Call, Fault, Forwarder
from harness.functions import function
from harness.markdown import block
from secret_doctor.aws import AWS
from secret_doctor.examine import examine
from secret_doctor.findings import Severity
from secret_doctor.main import main
from secret_doctor.unused import check as check_unused
from tools import environments
from tools.environments import ROOT, UV
from tools.lock import DOCTOR_LOCK

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

# The fixture `aws` ensures that no service of the emulator is slow.
pytestmark = pytest.mark.usefixtures("lists_at_once", "own_account", "aws")


@pytest.fixture
def secret(secretsmanager: "SecretsManagerClient", secret_name: str) -> Iterator[str]:
    """Name of a secret that has no problem, only a note."""
    secretsmanager.create_secret(Name=secret_name, SecretString=VALUE)
    yield secret_name
    secretsmanager.delete_secret(SecretId=secret_name, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files that `uv run` uses in a clone in which `make` has created an environment."""
    for name in ("pyproject.toml", ".python-version", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "doctor", tmp_path / "doctor")
    monkeypatch.setattr(environments, "VENV", tmp_path / ".venv")
    with environments.alone():
        (tmp_path / ".venv" / "tests").mkdir()
    return tmp_path


def run(*command: str | Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run the command without this environment's packages; its output must contain no value."""
    shell = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        command, cwd=folder, env=shell, capture_output=True, text=True, check=False
    )
    search({"stdout": result.stdout, "stderr": result.stderr})
    return result


@pytest.mark.exhaustive
def test_uv_run_works_in_a_clone_and_leaves_the_environments_of_make(
    clone: Path, secret: str
) -> None:
    result = run(UV, "run", "secret-doctor", secret, folder=clone)

    assert result.returncode == 0, result.stderr
    assert "password = •••••••• (27 characters)" in result.stdout
    assert (clone / ".venv" / "tests").is_dir()


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside of the clone."""
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture
def wheel(clone: Path, elsewhere: Path) -> Path:
    """The doctor as a package."""
    options = ("--python", sys.executable, "--wheel", "--out-dir", elsewhere)
    built = run(UV, "build", *options, clone, folder=elsewhere)
    assert built.returncode == 0, built.stderr
    (made,) = elsewhere.glob("*.whl")
    return made


@pytest.mark.exhaustive
def test_a_wheel_works_anywhere(wheel: Path, secret: str, elsewhere: Path) -> None:
    uvx = (UV, "tool", "run", "--python", sys.executable, "--from", wheel, "secret-doctor")

    result = run(*uvx, secret, "--json", folder=elsewhere)

    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["secret"] == secret


@pytest.fixture
def oldest(wheel: Path, elsewhere: Path) -> Path:
    """The command on the oldest Python that it supports, with the packages of its lock file."""
    version = environments.oldest_python()
    python = run(UV, "python", "find", "--no-project", version, folder=elsewhere)
    if python.returncode:
        pytest.skip(f"Python {version} is missing: `pyenv install {version}`")
    folder = elsewhere / "venv"
    environment = ("--python", folder)
    environments.run("venv", UV, "venv", "--python", python.stdout.strip(), folder)
    environments.run("packages", UV, "pip", "sync", "--require-hashes", *environment, DOCTOR_LOCK)
    environments.run("doctor", UV, "pip", "install", "--no-deps", *environment, wheel)
    return folder / "bin" / "secret-doctor"


@pytest.mark.exhaustive
def test_it_runs_on_the_oldest_python_that_is_maintained(
    oldest: Path, secret: str, elsewhere: Path
) -> None:
    versions = run(oldest.with_name("python"), "--version", folder=elsewhere)
    sound = run(oldest, secret, "--json", folder=elsewhere)
    missing = run(oldest, "nowhere", "--other-region", "eu-west-1", folder=elsewhere)
    unused = run(oldest, "--unused", "-1", "--json", folder=elsewhere)

    assert versions.stdout.startswith(f"Python {environments.oldest_python()}.")
    assert sound.returncode == 0, sound.stderr
    assert {each["id"] for each in json.loads(sound.stdout)["findings"]} == {"policy-lacks-tls"}
    assert "error not-found: " in missing.stdout
    titles = {each["title"] for each in json.loads(unused.stdout)["findings"]}
    assert f"{secret} is not used" in titles


def test_json_is_what_the_readme_says(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    documented = json.loads(block("doctor/README.md", "json", '"schema"'))

    assert main([secret, "--json"]) == 0
    output = capsys.readouterr().out
    search({"output": output})
    printed = json.loads(output)

    assert printed.keys() == documented.keys()
    assert printed["schema"] == documented["schema"]
    assert (printed["secret"], printed["region"]) == (secret, "us-east-1")
    assert printed["findings"][0].keys() == documented["findings"][0].keys()
    assert {each["severity"] for each in printed["findings"]} <= set(Severity)


@pytest.mark.parametrize("files", ["doctor/secret_doctor/*.py", "tests/*/test_*.py"])
def test_each_finding_of_the_readme_is_made_and_tested(files: str) -> None:
    code = "".join(file.read_text() for file in ROOT.glob(files))

    assert [each for each in documented_ids() if f'"{each}"' not in code] == []


def test_a_person_gets_lines_and_an_exit_code(
    secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([secret]) == 0
    output = capsys.readouterr().out
    search({"output": output})

    assert "note policy-lacks-tls: " in output
    assert "\x1b" not in output

    assert main(["nowhere", "--other-region", "eu-west-1"]) == 1
    assert "error not-found: " in capsys.readouterr().out


def test_unused_secrets_are_listed(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--unused", "--region", "ap-northeast-3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["facts"] == {"Secrets in the region": "0"}

    assert main(["--unused", "-1", "--json"]) == 1
    listed = json.loads(capsys.readouterr().out)
    assert listed["secret"] is None
    assert {each["id"] for each in listed["findings"]} == {"unused"}
    assert f"{secret} is not used" in {each["title"] for each in listed["findings"]}


def test_a_list_that_is_throttled_is_asked_for_again(
    secret: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call = Call("secretsmanager.ListSecrets", 1)
    with Forwarder(os.environ["AWS_ENDPOINT_URL"]) as forwarder:
        monkeypatch.setenv("AWS_ENDPOINT_URL", forwarder.endpoint_url)
        with forwarder.spoiling(call, Fault.THROTTLED, lambda: None) as has_come:
            assert main(["--unused", "-1"]) == 1

    assert has_come()
    assert f"{secret} is not used" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [[], ["orders", "--unused"], ["--unused", "orders"], ["--no"]]
)
def test_wrong_use_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert "usage: secret-doctor" in capsys.readouterr().err


def test_no_region_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(SystemExit) as ended:
        main(["orders"])

    assert ended.value.code == 2
    assert "no region: give --region, or set AWS_REGION" in capsys.readouterr().err


def test_the_region_is_that_of_the_environment_unless_another_is_given(
    secret: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    for arguments, region in (((), "us-east-1"), (("--region", "eu-west-1"), "eu-west-1")):
        main([secret, *arguments, "--other-region", "us-east-1", "--json"])
        assert json.loads(capsys.readouterr().out)["region"] == region


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("AWS_REGION", "eu west 1", "Provided region_name 'eu west 1'"),
        ("AWS_PROFILE", "nobody", "The config profile (nobody) could not be found"),
        ("AWS_SECRET_ACCESS_KEY", "", "missing: AWS_SECRET_ACCESS_KEY"),
        ("AWS_ENDPOINT_URL", "localhost:4566", "Invalid endpoint: localhost:4566"),
    ],
)
def test_a_setting_that_cannot_be_is_told(
    setting: str,
    value: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(setting, value)

    with pytest.raises(SystemExit) as ended:
        main(["orders"])

    assert ended.value.code == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["orders"], ["--unused"]])
def test_no_credentials_are_told(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)

    assert main(arguments) == 2
    assert "No valid credentials" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["orders"], ["--unused"]])
def test_no_answer_is_told(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    assert main(arguments) == 1
    assert "no-connection" in capsys.readouterr().out


def test_it_asks_what_the_readme_permits_and_nothing_that_changes(
    secret: str, secretsmanager: "SecretsManagerClient", lambda_: "LambdaClient"
) -> None:
    session = boto3.Session()
    asked = calls.record(session)
    recorded = AWS(session)
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    secretsmanager.update_secret(SecretId=secret, KmsKeyId=key)
    with function(lambda_, "def handler(event, context): raise RuntimeError") as rotator:
        rotator.allow()
        # Its first step fails, so that AWSPENDING stays.
        secretsmanager.rotate_secret(
            SecretId=secret,
            RotationLambdaARN=rotator.arn,
            RotationRules={"AutomaticallyAfterDays": 1},
        )
        report = examine(recorded, secret)
    examine(recorded, "nowhere")
    list(check_unused(recorded, 90, datetime.now(UTC)))

    assert problems(report) == []
    policy = json.loads(block("doctor/README.md", "json", '"Version"'))
    permitted = set(policy["Statement"][0]["Action"])
    assert all(re.fullmatch(r"[a-z0-9]+:(Describe|Filter|Get|List)\w+", action) for action in asked)
    # GetCallerIdentity needs no permission. Secrets Manager calls kms:Decrypt for the caller.
    assert asked.keys() - {"sts:GetCallerIdentity"} == permitted - {"kms:Decrypt"}
