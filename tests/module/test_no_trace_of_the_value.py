"""The value is only in Secrets Manager and in the places that docs/security.md names.

One run on a separate LocalStack leaves every trace that a run can. Then each place is searched.
"""

import contextlib
import importlib.util
import io
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from harness import checkov, leaks, reports
from harness.databases import Server
from harness.functions import Function, create_function, log_group, wait_for_logs
from harness.leak_places import KINDS, PLACES, Place
from harness.monitoring import About, Letters
from harness.processes import children
from harness.rotation_events import Rotations
from harness.session import own_emulator
from harness.terraform import Terraform, TerraformError, as_environment
from harness.workspace import Workspace
from secret_doctor.main import main as doctor
from tools import package
from tools.environments import ROOT
from tools.scan import RULES

HCL = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {}

variable "database" {
  type = any
}

variable "changes" {
  type    = any
  default = {}
}

variable "rotation" {
  type    = any
  default = null
}

variable "value_version" {
  default = 1
}

variable "superuser_password" {
  ephemeral = true
}

variable "password_wo" {
  ephemeral = true
}

variable "key_values_wo" {
  type      = map(string)
  ephemeral = true
}

variable "secret_string_wo" {
  ephemeral = true
}

variable "binary" {
  ephemeral = true
}

locals {
  key = { aws_managed = true }
}

module "rotated" {
  source = "./module"

  name                    = "${var.name}/rotated"
  database                = merge(var.database, { superuser_secret_arn = module.superuser.arn })
  rotation                = var.rotation
  monitoring              = { emails = ["security@example.com"] }
  key                     = local.key
  recovery_window_in_days = 0
}

module "superuser" {
  source = "./module"

  name                    = "${var.name}/superuser"
  database                = merge(var.database, { username = "superuser" })
  password_wo             = var.superuser_password
  key                     = local.key
  recovery_window_in_days = 0
}

module "generated" {
  source = "./module"

  name                    = "${var.name}/generated"
  database                = merge(var.database, var.changes)
  value_version           = var.value_version
  key                     = local.key
  recovery_window_in_days = 0
}

module "given" {
  source = "./module"

  name                    = "${var.name}/given"
  database                = var.database
  value_version           = var.value_version
  password_wo             = var.password_wo
  key                     = local.key
  recovery_window_in_days = 0
}

module "pairs" {
  source = "./module"

  name                    = "${var.name}/pairs"
  key_values_wo           = var.key_values_wo
  value_version           = var.value_version
  key                     = local.key
  recovery_window_in_days = 0
}

module "text" {
  source = "./module"

  name                    = "${var.name}/text"
  secret_string_wo        = var.secret_string_wo
  value_version           = var.value_version
  key                     = local.key
  recovery_window_in_days = 0
}

module "binary" {
  source = "./module"

  name                    = "${var.name}/binary"
  secret_string_wo        = var.binary
  value_version           = var.value_version
  key                     = local.key
  recovery_window_in_days = 0
}

output "secrets" {
  value = [
    module.rotated, module.superuser, module.generated, module.given,
    module.pairs, module.text, module.binary,
  ]
}
"""
SECRETS = ("rotated", "superuser", "generated", "given", "pairs", "text", "binary")
# All characters that some format escapes.
SIGNS = "<&>\"'\\é%{}${}/+ "
REPORTED = """
import json
import os
from pathlib import Path

import boto3

from harness.terraform import Terraform


def test_refused() -> None:
    Terraform(Path(os.environ["FOLDER"])).plan(**json.loads(os.environ["VARIABLES"]))


def test_compared() -> None:
    value = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET"])
    assert json.loads(value["SecretString"])["password"] == "another"
"""


@dataclass
class Run:
    """A run of Terraform and the other tools, and the traces that it has left.

    `given` are the values in its variables. `secret` are the outputs of the secret that rotates.
    `values` are all values that secrets held, by kind. `left` are the traces by place.
    """

    terraform: Terraform
    folder: Path
    server: Server
    variables: dict[str, Any]
    given: dict[str, Any] = field(default_factory=dict, repr=False)
    secret: dict[str, Any] = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set), repr=False)
    left: dict[str, list[Path | str]] = field(default_factory=lambda: defaultdict(list), repr=False)

    @property
    def name(self) -> str:
        """The prefix of all secrets' names."""
        return str(self.variables["name"])

    def leave(self, place: str, *what: Path | str) -> None:
        """Keep files, folders or texts for the search."""
        self.left[place] += what

    def log_at(self, level: str, place: str = "") -> dict[str, str]:
        """Return the environment in which Terraform logs at the level."""
        log = self.folder / f"{len(self.left)}-{level.lower()}.log"
        self.leave(place or f"log at `TF_LOG={level}`", log)
        return {"TF_LOG": level, "TF_LOG_PATH": str(log)}

    @contextlib.contextmanager
    def printed(self, place: str) -> Iterator[None]:
        """Keep what Terraform prints in the meantime."""
        mark = len(self.terraform.transcript)
        yield
        self.leave(place, self.terraform.transcript[mark:])

    def make_up(self) -> None:
        """Make up new values for the variables. The next apply stores them."""
        made = {
            name: f"{name}-{uuid.uuid4().hex}{SIGNS}"
            for name in ("password_wo", "key_values_wo", "secret_string_wo", "binary")
        }
        # A password cannot contain all of SIGNS.
        made["password_wo"] = made["password_wo"].replace(SIGNS, "<&>")
        binary = b64encode(made["binary"].encode()).decode()
        self.values["binary data"] |= {made["binary"], binary}
        for name in ("password_wo", "key_values_wo", "secret_string_wo"):
            self.values[f"`{name}`"].add(made[name])
        self.values["superuser's password"].add(self.server.superuser_password)
        self.given = {
            **made,
            "key_values_wo": {"token": made["key_values_wo"]},
            "binary": binary,
            "superuser_password": self.server.superuser_password,
        }

    def password(self, secret: str) -> str:
        """Return a secret's current password."""
        text = boto3.client("secretsmanager").get_secret_value(SecretId=f"{self.name}/{secret}")
        return str(json.loads(text["SecretString"])["password"])

    def found(self, place: Place) -> set[str]:
        """Return the kinds of values in the traces at the place."""
        left = self.left[place.name]
        found = leaks.find_each(
            {value for kind in place.searched for value in self.values[kind]},
            [each for each in left if isinstance(each, Path)],
            {str(number): each for number, each in enumerate(left) if isinstance(each, str)},
        )
        return {kind for kind in place.searched if any(found[value] for value in self.values[kind])}


@pytest.fixture(scope="module")
def run(postgresql: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Yield a finished run."""
    with own_emulator(tmp_path_factory.mktemp("localstack")) as localstack:
        folder = tmp_path_factory.mktemp("run")
        terraform = Workspace(folder, Path(tempfile.gettempdir(), "templates"))(HCL)
        database = {"engine": "postgres", "host": postgresql.host, "port": postgresql.port}
        made = Run(
            terraform,
            folder,
            postgresql,
            {
                "name": f"test/{uuid.uuid4().hex}",
                "database": {**database, "username": "audited", "dbname": "postgres"},
            },
        )
        (folder / "tmp").mkdir()
        for step in STEPS:
            step(made)
        # Without this repository's files, which Terraform reads.
        files = [each for each in terraform.folder.iterdir() if each.name != "module"]
        made.leave("working folder", *files)
        made.leave("temporary folder of Terraform", folder / "tmp")
        made.leave("log and volume of LocalStack", localstack.folder)
        yield made


def create(run: Run) -> None:
    """Create the secrets with a saved plan."""
    terraform = run.terraform
    temporary = {"TMPDIR": str(run.folder / "tmp")}
    terraform.environment = temporary | run.log_at("INFO")
    run.make_up()
    with run.printed("what Terraform prints"):
        plan = terraform.plan(**run.variables, **run.given)
        terraform.apply_plan(plan, **run.given)
    run.leave("plan as JSON", plan.json)
    run.values["generated password"] |= {run.password("rotated"), run.password("generated")}
    run.server.create_user("audited", run.password("rotated"))


def update(run: Run) -> None:
    """Store new values, change a host, and turn rotation on."""
    file = run.folder / "rotation.zip"
    package.build(file, run.server.ca_file)
    subnet = boto3.client("ec2").describe_subnets()["Subnets"][0]
    network = {"vpc_id": subnet["VpcId"], "subnet_ids": [subnet["SubnetId"]]}
    run.variables |= {
        "value_version": 2,
        "changes": {"host": "db.example.com"},
        "rotation": {
            "strategy": "alternating_users",
            "automatically_after_days": 30,
            "rotate_immediately": False,
            "function": {"package": {"file": str(file)}, "network": network},
        },
    }
    run.terraform.environment |= run.log_at("WARN")
    run.make_up()
    with run.printed("what Terraform prints with `-json`"):
        run.terraform.apply("-json", **run.variables, **run.given)
    run.values["generated password"].add(run.password("generated"))
    run.leave("state as JSON", json.dumps(run.terraform.show_state()))
    outputs = run.terraform.output()
    run.secret = outputs["secrets"][0]
    run.leave("outputs", json.dumps(outputs))
    assert (run.terraform.folder / "terraform.tfstate.backup").exists()


def rotate(run: Run) -> None:
    """Rotate, once for each user."""
    rotations = Rotations()
    secretsmanager = boto3.client("secretsmanager")
    arn = run.secret["arn"]
    for _ in range(2):
        secretsmanager.rotate_secret(SecretId=arn)
        event = rotations.wait_for_end(arn)
        assert event.name == "RotationSucceeded", event
        run.values["rotated password"].add(run.password("rotated"))
    function = secretsmanager.describe_secret(SecretId=arn)["RotationLambdaARN"]
    messages = wait_for_logs(boto3.client("logs"), log_group(function), 9)
    assert "finishSecret" in "".join(messages)
    run.leave("log group of the rotation function", *messages)


def read(run: Run) -> None:
    """Let the example's function read the rotated secret."""
    file = run.folder / "lambda-consumer.zip"
    package.build(file, run.server.ca_file, package.FUNCTIONS["lambda-consumer"])
    consumer: Function = create_function(
        boto3.client("lambda"),
        "",
        Code={"ZipFile": file.read_bytes()},
        Handler="app.handle",
        Environment={"Variables": {"SECRET_ARN": f"{run.name}/rotated"}},
        Timeout=30,
        MemorySize=256,
    )
    result = consumer({"day": "2027-05-01"})
    # An error about the missing table: the function has logged in.
    assert "bookings" in str(result.payload), result
    messages = wait_for_logs(boto3.client("logs"), log_group(consumer.name), 3)
    run.leave("log group of the Lambda consumer", *messages, json.dumps(result.payload))


def refused(run: Run) -> dict[str, Any]:
    """Return variables that Terraform refuses, in a message that cites the values."""
    return {**run.variables, **run.given, "changes": {"username": "another"}}


def refuse(run: Run) -> None:
    """Let Terraform refuse a plan: it prints the values that its condition refers to."""
    run.terraform.environment |= run.log_at("ERROR")
    with (
        run.printed("what Terraform prints with `-json`"),
        pytest.raises(TerraformError, match="username"),
    ):
        run.terraform.plan("-json", **refused(run))


def trace(run: Run) -> None:
    """Log as much as possible, while nothing changes and while each value is written."""
    run.terraform.environment |= run.log_at("TRACE", "log at `TF_LOG=TRACE`, nothing changes")
    plan = run.terraform.plan(**run.variables, **run.given)
    assert plan.is_empty, plan
    run.leave("plan as JSON", plan.json)
    for level in ("DEBUG", "TRACE"):
        run.terraform.environment |= run.log_at(level)
        run.variables["database"]["instance_identifier"] = f"audited-at-{level.lower()}"
        run.terraform.apply(**run.variables, **run.given)


def interrupt(run: Run) -> None:
    """Inspect an apply while it plans and while it waits for an answer; then let it crash."""
    log = run.log_at("INFO", "log at `TF_LOG=INFO` of a value given by `-var`")
    process = subprocess.Popen(
        [
            "terraform",
            "apply",
            "-no-color",
            "-var",
            f"secret_string_wo={run.given['secret_string_wo']}",
        ],
        cwd=run.terraform.folder,
        env=os.environ
        | run.terraform.environment
        | log
        # The users' setting, which also leaves only a third of the memory to search.
        | {"GOGC": "100"}
        | as_environment(
            {**run.variables, **run.given, "changes": {"host": "to.approve.example.com"}}
        ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # As on a machine that writes core dumps.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2),
    )
    assert process.stdin
    assert process.stdout
    proc = Path("/proc", str(process.pid))
    try:
        while not (environment := provider_environment(proc)):
            assert process.poll() is None, "Terraform has started no provider"
            time.sleep(0.01)
        run.leave("environment of the provider", environment)
        run.leave("environment of Terraform", (proc / "environ").read_text())
        run.leave("command line of a value given by `-var`", (proc / "cmdline").read_text())
        while b"Only 'yes' will be accepted" not in (line := process.stdout.readline()):
            assert line, "Terraform has not asked for approval"
        dump = run.folder / "memory"
        dump.write_bytes(memory(proc))
        run.leave("memory of Terraform", dump)
        process.send_signal(signal.SIGQUIT)
        # `communicate` first closes standard input, which Terraform may read before it crashes.
        stacks = process.stdout.read().decode()
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
    assert "goroutine " in stacks
    assert not list(run.terraform.folder.glob("core*"))
    run.leave("what Terraform prints when it crashes", stacks)


def provider_environment(proc: Path) -> str:
    """Return the environment of a provider that Terraform runs now; empty if it runs none.

    `proc` is the folder of Terraform's process in /proc.
    """
    for process_id in children(int(proc.name)):
        # A provider may end in the meantime.
        with contextlib.suppress(OSError):
            provider = proc.parent / str(process_id)
            if "provider" in (provider / "cmdline").read_text():
                return (provider / "environ").read_text()
    return ""


def memory(proc: Path) -> bytes:
    """Return what a core dump would contain: the process's own memory."""
    content = b""
    with (proc / "mem").open("rb") as file:
        for begin, end in re.findall(r"^(\w+)-(\w+) rw-p", (proc / "maps").read_text(), re.M):
            file.seek(int(begin, 16))
            # Some of it is not readable, such as the kernel's data there.
            with contextlib.suppress(OSError):
                content += file.read(int(end, 16) - int(begin, 16))
    return content


def scan(run: Run) -> None:
    """Scan the last plan, which has all resources."""
    results = checkov.scan_plan(run.terraform.folder, str(run.left["plan as JSON"][-1]), RULES)
    assert results
    run.leave("reports of the scan", *reports.write(results, run.folder / "reports"))


def report(run: Run) -> None:
    """Run two tests that fail, and keep their reports."""
    (run.folder / "test_reported.py").write_text(REPORTED)
    finished = subprocess.run(
        [
            sys.executable,
            *("-m", "pytest", "-p", "conftest", "-c", str(ROOT / "pyproject.toml")),
            *(f"--rootdir={run.folder}", "--junitxml=junit.xml", "test_reported.py"),
        ],
        cwd=run.folder,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join(sys.path),
            "FOLDER": str(run.terraform.folder),
            "SECRET": f"{run.name}/generated",
            "VARIABLES": json.dumps(refused(run)),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 failed" in finished.stdout, finished.stdout + finished.stderr
    junit = (run.folder / "junit.xml").read_text()
    _, of_plan, of_value = junit.split("<testcase")
    assert "Terraform failed" in of_plan
    run.leave("what Terraform prints", finished.stdout.partition("test_compared")[0])
    run.leave("pytest's JUnit XML of a refused plan", of_plan)
    run.leave("pytest's JUnit XML of a value compared", of_value)


def diagnose(run: Run) -> None:
    """Run the doctor for each secret, and for all."""
    for asked in (*(f"{run.name}/{secret}" for secret in SECRETS), "--unused"):
        for options in ([], ["--json"]):
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                doctor([asked, *options])
            assert printed.getvalue()
            run.leave("output of secret-doctor", printed.getvalue())


def tell(run: Run) -> None:
    """Send the topic an event with each value in a field where AWS never sends one."""
    secret = run.secret
    values = [value for kind in KINDS for value in run.values[kind]]
    with Letters(secret["monitoring_topic_arn"]) as letters:
        About(secret["name"], secret["arn"], key="").send(
            "the deletion of the secret is scheduled", responseElements={"secretString": values}
        )
        letter = letters.next()
    assert letter["secret"] == secret["name"]
    run.leave("messages of monitoring", json.dumps(letter))


STEPS = (create, update, rotate, read, refuse, trace, interrupt, scan, report, diagnose, tell)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name.replace(" ", "_"))
def test_values_stand_where_docs_security_says_and_nowhere_else(run: Run, place: Place) -> None:
    assert run.left[place.name]
    assert run.found(place) == set(place.found), "Fix the leak, or tests/harness/leak_places.py"


def test_each_place_is_in_the_table_and_each_kind_of_value_was_there(run: Run) -> None:
    assert set(run.left) == {place.name for place in PLACES}
    assert {kind: len(values) for kind, values in run.values.items()} == {
        "generated password": 3,
        "rotated password": 2,
        "superuser's password": 1,
        "`password_wo`": 2,
        "`key_values_wo`": 2,
        "`secret_string_wo`": 2,
        "binary data": 4,  # also as base64
    }


def test_no_coverage_is_measured_which_would_be_another_place() -> None:
    assert not importlib.util.find_spec("coverage")
