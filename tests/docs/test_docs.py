"""Every Markdown page is correct: code runs or plans, links work, tables are complete.

The tests find all pages and blocks, so they check new ones too. Other tests, such as those of the
README, read a block by its name and check the result of its apply.
"""

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from itertools import dropwhile, groupby, pairwise
from pathlib import Path
from typing import Any

import boto3
import pytest
from python_terraform import IsFlagged

from emulator.localstack import session_in
from harness.aws_commands import client_of, parameters
from harness.markdown import Block, anchors, blocks, code_spans, links, pages
from harness.pages import OWNER, PROVIDER, from_workspace
from harness.terraform import Terraform
from harness.workspace import copy_hcl
from tools import docs
from tools.environments import ROOT, VENV

PAGES = [str(page.relative_to(ROOT)) for page in pages()]
ACCOUNT = "111122223333"  # in the pages' ARNs
ADDRESS = r"(?:https://[\w.]+/|repository: )([\w/.-]*?)/?terraform-aws-secrets-manager(?:/|\.git|$)"
IMPORT = re.compile(r"^import \{\n(?:.*\n)*?\}\n", re.MULTILINE)
# A block with one of these needs a state, or an account, that already has resources.
CONTINUES = re.compile(r"^(import|moved|removed) \{", re.MULTILINE)
# A block without such a line is a part of another block.
WHOLE = re.compile(r"^\w+ (\"|\{)", re.MULTILINE)
HEAD = PROVIDER + 'variable "made_up" {\n  ephemeral = true\n}\n'
VALUE = json.dumps({"engine": "mysql", "username": "dbadmin", "password": "made-up", "port": 3306})
# Options that every AWS CLI command has, in addition to the API's parameters.
AWS_CLI_OPTIONS = {"--cli-binary-format", "--output", "--profile", "--query", "--region"}
# The tests do not check the arguments of these. Add another command here or to `faults`.
OTHER_COMMANDS = {"checkov", "git", "jq", "pip", "psql"}


class Child:
    """An HCL block as a child module; its name, which diagnostics show, has the page and line."""

    def __init__(self, block: Block) -> None:
        self.name = re.sub(r"\W+", "_", str(block))
        self.continues = bool(CONTINUES.search(block.text))
        text = from_workspace(block.text, "../../module")
        self.hcl = IMPORT.sub("", text)
        # Terraform accepts these only in the root module.
        self.imports = re.sub(
            r"^(  to += )", rf"\1module.{self.name}.", "".join(IMPORT.findall(text)), flags=re.M
        )

    def call(self, file: Path) -> str:
        """HCL that calls the module in a file."""
        variables = docs.declared("variable", file)
        values = [
            f"  {name} = var.made_up\n" for name in variables if "ephemeral" in variables[name]
        ]
        return f'module "{self.name}" {{\n  source = "./blocks/{self.name}"\n{"".join(values)}}}\n'


@pytest.fixture
def network() -> Iterator[None]:
    """The VPC that the pages name, with its subnet and security group, for modules that look it up.

    LocalStack takes the id of a new resource from a tag.
    """
    ec2: Any = session_in(ACCOUNT).client("ec2")
    kinds = ("vpc", "subnet", "security-group")
    ids = [f"{prefix}-0a1b2c3d4e5f67890" for prefix in ("vpc", "subnet", "sg")]
    vpc, subnet, security_group = (
        {
            "TagSpecifications": [
                {"ResourceType": kind, "Tags": [{"Key": "_custom_id_", "Value": id_}]}
            ]
        }
        for kind, id_ in zip(kinds, ids, strict=True)
    )
    ec2.create_vpc(CidrBlock="10.0.0.0/16", **vpc)
    ec2.modify_vpc_attribute(VpcId=ids[0], EnableDnsHostnames={"Value": True})
    ec2.create_subnet(VpcId=ids[0], CidrBlock="10.0.1.0/24", **subnet)
    ec2.create_security_group(VpcId=ids[0], GroupName="pages", Description="-", **security_group)
    yield
    ec2.delete_security_group(GroupId=ids[2])
    ec2.delete_subnet(SubnetId=ids[1])
    ec2.delete_vpc(VpcId=ids[0])


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.usefixtures("network")
def test_all_hcl_is_formatted_and_valid_and_plans(tmp_path: Path) -> None:
    copy_hcl(tmp_path / "module")
    shutil.copytree(tmp_path / "module" / "dist", tmp_path / "dist")
    terraform = Terraform(tmp_path)
    terraform.environment = {"AWS_ACCESS_KEY_ID": ACCOUNT}
    planned = validated = ""
    for block in blocks("hcl"):
        child = Child(block)
        file = tmp_path / "blocks" / child.name / "main.tf"
        file.parent.mkdir(parents=True)
        file.write_text(child.hcl)
        if not WHOLE.search(block.text):
            continue
        if child.continues:
            validated += child.call(file) + child.imports
        else:
            planned += child.call(file)
    main = tmp_path / "main.tf"
    main.write_text(HEAD + planned + validated)
    terraform.init()

    terraform.run("fmt", "-check", "-diff", "-recursive", "blocks")
    main.write_text(HEAD + validated)
    terraform.run("validate", no_color=IsFlagged)
    main.write_text(HEAD + planned)
    terraform.plan(made_up="made-up")


def test_all_python_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCOUNT)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # a session keeps its credentials
    secretsmanager = boto3.client("secretsmanager")
    names = {
        name for each in blocks("python") for name in re.findall(r'SecretId="(.*?)"', each.text)
    }
    for name in names:
        arn = secretsmanager.create_secret(Name=name, SecretString=VALUE)["ARN"]
        monkeypatch.setenv("SECRET_ARN", arn)  # as functions get it
    try:
        for block in blocks("python"):
            exec(compile(block.text, str(block), "exec"), {})  # noqa: S102
    finally:
        for name in names:
            secretsmanager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def commands(text: str) -> Iterator[list[str]]:
    """The commands of shell code as lists of words, with the assignments before them."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.shlex(line, posix=True, punctuation_chars="();|&")
        words.whitespace_split = True
        for is_operator, command in groupby(words, lambda word: set(word) <= set("();|&")):
            if not is_operator:
                yield list(command)


def faults(words: list[str], page: Path) -> Iterator[str]:
    """Names in a command that do not exist. Variables are those of the page's folder."""
    given = [word.removeprefix("TF_VAR_") for word in words if word.startswith("TF_VAR_")]
    words = list(dropwhile(lambda word: re.match(r"\w+=", word), words))
    given += [value for option, value in pairwise(words) if option == "-var"]
    if given:
        variables = docs.declared("variable", page.parent / "variables.tf")
        yield from (f"variable {g}" for g in given if g.split("=")[0] not in variables)
    match words:
        case ["make", *targets]:
            known = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
            yield from (f"make {t}" for t in targets if "=" not in t and t not in known)
        case ["terraform", command, *_]:
            if subprocess.run(["terraform", command, "-help"], capture_output=True).returncode:
                yield f"terraform {command}"
        case ["aws", service, command, *options]:
            try:
                allowed = AWS_CLI_OPTIONS | parameters(client_of(service), command).keys()
            except KeyError:
                yield f"aws {service} {command}"
                return
            given = [option for option in options if option.startswith("--")]
            yield from (f"aws {service} {command} {g}" for g in given if g not in allowed)
        case ["uv", "run", script, *_] | ["uvx", "--from", _, script, *_]:
            project = tomllib.loads((ROOT / "pyproject.toml").read_text()).get("project", {})
            if script not in project.get("scripts", {}):
                yield script
        case [".venv/tests/bin/python", "-m", "pytest", *arguments]:
            yield from (a for a in arguments if a.endswith(".py") and not (ROOT / a).exists())
        case [command, *_] if command not in OTHER_COMMANDS:
            yield command


@pytest.mark.parametrize("page", PAGES)
def test_commands_name_what_exists(page: str) -> None:
    texts = [block.text for block in blocks("sh") if block.page == page]
    for text in texts:
        subprocess.run(["bash", "-n"], input=text, text=True, check=True)
    texts += [
        span for span in code_spans(ROOT / page) if re.match("(aws|make|terraform|uv) ", span)
    ]

    found = [
        fault
        for text in texts
        for command in commands(text)
        for fault in faults(command, ROOT / page)
    ]

    assert not found


def test_no_block_is_in_a_language_that_nothing_checks() -> None:
    unknown = [
        str(b)
        for b in blocks()
        if b.language not in ("hcl", "json", "mermaid", "python", "sh", "yaml")
    ]

    assert not unknown, "Name a language that this file checks, or check that one here."


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_is_whole(block: Block) -> None:
    json.loads(block.text)


def parse_errors(diagrams: list[str]) -> list[str | None]:
    """The error that Mermaid's own parser finds in each diagram, if any."""
    result = subprocess.run(
        ["node", Path(__file__).with_name("diagrams.mjs")],
        cwd=VENV / "iam",
        input=json.dumps(diagrams),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not result.returncode, result.stderr
    errors: list[str | None] = json.loads(result.stdout)
    return errors


def test_mermaid_draws_every_diagram() -> None:
    found = blocks("mermaid")

    errors = parse_errors([block.text for block in found])

    assert found
    assert not [f"{b}: {error}" for b, error in zip(found, errors, strict=True) if error]


def test_a_faulty_diagram_is_told() -> None:
    whole, open_label, unknown = parse_errors(
        ["flowchart LR\n a[x] --> b\n", "flowchart LR\n a[x --> b\n", "flowhart LR\n a --> b\n"]
    )

    assert whole is None
    assert "Parse error" in str(open_label)
    assert "No diagram type detected" in str(unknown)


def leads_to(file: Path, anchor: str) -> bool:
    """Whether a file has a link's target after `#`: a heading, or the line of a declaration."""
    if file.suffix != ".tf":
        return anchor in anchors(file)
    line = file.read_text().splitlines()[int(anchor.removeprefix("L")) - 1]
    return bool(re.match(r'variable "\w+" \{$', line))


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_a_file_and_a_heading(page: str) -> None:
    dead = []
    for line, target in links(ROOT / page):
        if re.match(r"\w+:", target):
            continue  # the tests do not use the network
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        if not file.exists() or (anchor and not leads_to(file, anchor)):
            dead.append(f"{page}:{line}: {target}")

    assert not dead


def test_messages_of_the_modules_name_a_part_of_a_page_that_is_there() -> None:
    files = [*ROOT.glob("*.tf"), *ROOT.glob("modules/**/*.tf")]
    text = "".join(file.read_text() for file in files)
    named = re.findall(r'(README|docs/\w+)(?:\.md#|, \\?")([\w -]+)', text)

    assert {part.lower().replace(" ", "-") for _, part in named} == {
        "binary",
        "rename",
        "restore",
        "roll-back",
    }
    for page, part in named:
        assert part.lower().replace(" ", "-") in anchors(ROOT / f"{page}.md")


def test_each_address_of_this_repository_has_the_same_placeholder_owner() -> None:
    texts = [(ROOT / page).read_text() for page in PAGES]
    texts.append((ROOT / "policies" / "github-actions-scan.yaml").read_text())

    found = [owner for text in texts for owner in re.findall(ADDRESS, text)]

    assert set(found) == {OWNER}


@pytest.mark.parametrize("page", PAGES)
def test_tables_are_what_make_docs_writes(page: str) -> None:
    assert docs.render(ROOT / page) == (ROOT / page).read_text(), "Run: make docs"


@pytest.mark.parametrize(
    "variables", ["variables.tf", *sorted(ROOT.glob("modules/**/variables.tf"))]
)
def test_each_module_has_a_page_with_its_inputs_and_outputs(variables: str) -> None:
    text = (ROOT / variables).with_name("README.md").read_text()

    assert "<!-- table: inputs -->" in text
    assert "<!-- table: outputs -->" in text


@pytest.mark.parametrize("kind", ["docs", "examples", "modules"])
def test_the_readme_leads_to_each_page_or_folder(kind: str) -> None:
    targets = {target.partition("#")[0] for _, target in links(ROOT / "README.md")}

    entries = [each for each in (ROOT / kind).iterdir() if each.is_dir() or each.suffix == ".md"]
    assert {f"{kind}/{entry.name}" for entry in entries} <= targets
