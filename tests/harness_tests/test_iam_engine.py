"""The engine decides as AWS documents, and refuses the cases in which it is known not to."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from harness.waits import LIMIT_SECONDS
from iam import process
from iam.engine import Decision, Document, Engine, EngineError, Policies, Request
from iam.published import EXAMPLES, NAMES, Example, policy
from tools.environments import VENV

ACCOUNT, OTHER_ACCOUNT, ACCOUNT_ARN = NAMES["account"], NAMES["other_account"], NAMES["root"]
ROLE, SESSION, USER, SECRET = NAMES["role"], NAMES["session"], NAMES["user"], NAMES["secret"]
READ = "secretsmanager:GetSecretValue"

type Condition = Mapping[str, Mapping[str, str | Sequence[str]]]


def allow(
    action: str | Sequence[str] = READ,
    resource: str | Sequence[str] = "*",
    *,
    to: object = None,
    when: Condition | None = None,
) -> dict[str, object]:
    """An Allow statement; `to` is an AWS principal, `*` or `{"Service": ...}`."""
    if isinstance(to, str) and to != "*":
        to = {"AWS": to}
    optional = {"Principal": to, "Condition": when}
    return {
        "Effect": "Allow",
        "Action": action,
        "Resource": resource,
        **{name: value for name, value in optional.items() if value is not None},
    }


def deny(
    action: str | Sequence[str] = READ,
    resource: str | Sequence[str] = "*",
    *,
    to: object = None,
    when: Condition | None = None,
) -> dict[str, object]:
    """A Deny statement, with the arguments of `allow`."""
    return allow(action, resource, to=to, when=when) | {"Effect": "Deny"}


def by_identity(*statements: Document) -> Policies:
    """One identity-based policy and no other."""
    return Policies(identity=[policy(*statements)])


def by_resource(*statements: Document) -> Policies:
    """One resource-based policy and no other."""
    return Policies(resource=policy(*statements))


ALLOWED = policy(allow())
REQUEST = Request(ROLE, READ, SECRET, ACCOUNT, {})
MAY_READ = Policies(identity=[ALLOWED])
ROLE_WITH_PATH = f"arn:aws:iam::{ACCOUNT}:role/orders/app"


def word(decision: Decision) -> str:
    if decision.allowed:
        return "allowed"
    return "explicitly denied" if decision.explicit else "implicitly denied"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.rule.replace(" ", "_"))
def test_it_decides_as_aws_publishes_or_refuses(engine: Engine, example: Example) -> None:
    if example.refusal:
        with pytest.raises(EngineError) as refused:
            engine.decide(example.request, example.policies)
        assert example.refusal in str(refused.value)
    else:
        decided = engine.decide(example.request, example.policies)
        assert word(decided) == example.decision, f"by {decided.statements}: see {example.page}"


def test_a_rule_stands_once_and_names_a_page_of_aws() -> None:
    rules = [(example.page, example.rule) for example in EXAMPLES]

    assert len(rules) == len(set(rules))
    assert all(page.startswith("https://docs.aws.amazon.com/") for page, _ in rules)


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"aws:SourceVpcee": "vpce-1"}, "unknown condition key aws:SourceVpcee"),
        ({"kms:ViaService": "x"}, "AWS does not send kms:ViaService with this action"),
        ({"aws:SourceVpce": ["vpce-1"]}, r"aws:SourceVpce is of the type String"),
        ({"aws:PrincipalOrgPaths": "o-1/"}, r"aws:PrincipalOrgPaths is of the type ArrayOfString"),
        ({"aws:principalarn": USER}, f"aws:PrincipalArn is {ROLE}, not {USER}"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, Mapping) else "",
)
def test_a_context_that_aws_would_not_send_is_refused(
    engine: Engine, context: Mapping[str, str | list[str]], words: str
) -> None:
    with pytest.raises(EngineError, match=words):
        engine.decide(Request(ROLE, READ, SECRET, ACCOUNT, context), MAY_READ)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request(ROLE, "secretsmanager:GetSecret", SECRET, ACCOUNT, {}), "invalid.action"),
        (Request(ROLE, READ, f"{SECRET}*", ACCOUNT, {}), "a wildcard in the resource"),
        (Request(ROLE, READ, SECRET, OTHER_ACCOUNT, {}), f"belongs to {ACCOUNT}"),
        (Request("app", READ, SECRET, ACCOUNT, {}), "the principal is no root, user"),
        (
            Request(f"{ROLE[:-8]}group/g", READ, SECRET, ACCOUNT, {}),
            "the principal is no root, user",
        ),
        (
            Request(SESSION, READ, SECRET, ACCOUNT, {"aws:PrincipalArn": USER}),
            "which is not the session's role",
        ),
    ],
    ids=["action", "wildcard", "account", "name", "group", "session"],
)
def test_a_request_that_cannot_be_is_refused(engine: Engine, request_: Request, words: str) -> None:
    with pytest.raises(EngineError, match=words):
        engine.decide(request_, MAY_READ)


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        (by_identity(allow() | {"Conditon": {}}), "statement 1: unknown element Conditon"),
        (by_identity(allow(to=ROLE)), "policy.errors"),
        (by_resource(allow()), "a statement of the resource's policy has no Principal"),
        (Policies(identity=[ALLOWED], endpoint=policy(allow(to={"AWS": "*"}))), "Principal must"),
        (
            by_identity(allow(when={"Bool": {"aws:SecureTransport": "true"}})),
            "the context lacks aws:SecureTransport, which AWS always sends",
        ),
        (
            by_identity(allow(when={"StringEquals": {"secretsmanager:ResourceTag/Team": "a"}})),
            "write aws:ResourceTag",
        ),
        (
            by_identity(
                allow(when={"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": "o-1/*"}})
            ),
            "hold only if the key exists",
        ),
    ],
    ids=["typo", "Principal", "no Principal", "endpoint", "always sent", "tag", "IfExists"],
)
def test_a_policy_that_the_engine_would_misread_is_refused(
    engine: Engine, policies: Policies, words: str
) -> None:
    with pytest.raises(EngineError, match=words):
        engine.decide(REQUEST, policies)


def test_a_time_in_seconds_is_refused(engine: Engine) -> None:
    context = {"aws:EpochTime": "1767225601"}
    when = {"DateGreaterThan": {"aws:EpochTime": "2026-01-01T00:00:00Z"}}

    with pytest.raises(EngineError, match="misreads seconds in DateGreaterThan"):
        engine.decide(Request(ROLE, READ, SECRET, ACCOUNT, context), by_identity(allow(when=when)))


def test_the_session_of_a_role_with_a_path_is_told_from_others(engine: Engine) -> None:
    request = Request(SESSION, READ, SECRET, ACCOUNT, {"aws:PrincipalArn": ROLE_WITH_PATH})

    assert engine.decide(request, by_resource(allow(to=ROLE_WITH_PATH))).allowed
    with pytest.raises(EngineError, match=f"{ROLE} is not the session's role {ROLE_WITH_PATH}"):
        engine.decide(request, by_resource(allow(to=ROLE)))


@pytest.mark.parametrize(
    ("policies", "statements"),
    [
        (by_identity(allow() | {"Sid": "Read"}), ("Read",)),
        (by_identity(allow("s3:*"), allow()), ("identity[2]",)),
        (Policies(), ("no identity", "no resource")),
        (
            Policies(identity=[ALLOWED], boundary=policy(allow("s3:*"))),
            ("no resource", "no boundary"),
        ),
        (
            Policies(
                identity=[ALLOWED], resource=policy(deny(to=ACCOUNT_ARN) | {"Sid": "DenyAccount"})
            ),
            ("DenyAccount",),
        ),
    ],
    ids=["Sid", "position", "none", "boundary", "deny to the account"],
)
def test_a_decision_names_the_statements_that_decided(
    engine: Engine, policies: Policies, statements: tuple[str, ...]
) -> None:
    assert engine.decide(REQUEST, policies).statements == statements


def test_thousands_are_decided_in_order_and_a_refusal_does_not_disturb_the_next(
    engine: Engine,
) -> None:
    # The questions and the answers each exceed the capacity of a pipe.
    long: Document = policy(allow("s3:*", [f"arn:aws:s3:::bucket-{n}" for n in range(100)]))
    questions = [
        (REQUEST, Policies(identity=[long, ALLOWED] if number % 3 else [long]))
        for number in range(2000)
    ]

    decisions = engine.decide_all(questions)

    assert [decision.allowed for decision in decisions] == [bool(n % 3) for n in range(2000)]
    unknown_action = Request(ROLE, "secretsmanager:GetSecret", SECRET, ACCOUNT, {})
    with pytest.raises(EngineError, match=r"invalid\.action"):
        engine.decide_all([(unknown_action, MAY_READ), *questions[:10]])
    assert engine.decide(REQUEST, MAY_READ).allowed


def test_its_process_ends_with_the_block_also_when_that_raises() -> None:
    with Engine() as calm:
        os.kill(calm.process.pid, 0)
    with pytest.raises(ZeroDivisionError), Engine() as raising:
        raise ZeroDivisionError

    for ended in (calm, raising):
        with pytest.raises(ProcessLookupError):
            os.kill(ended.process.pid, 0)


def test_its_process_ends_when_nobody_is_left_to_ask() -> None:
    ended = subprocess.run(
        process.COMMAND,
        cwd=VENV / "iam",
        input="",
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_a_process_that_dies_is_told_and_not_waited_for() -> None:
    with Engine() as engine:
        killer = threading.Timer(0.2, os.kill, (engine.process.pid, signal.SIGKILL))
        killer.start()
        with pytest.raises(EngineError, match="the engine ended with exit code -9"):
            engine.decide_all([(REQUEST, MAY_READ)] * 20_000)
        killer.join()
        with pytest.raises(EngineError, match="the engine ended with exit code -9"):
            engine.decide(REQUEST, MAY_READ)


@pytest.mark.parametrize("missing", ["node", "packages", "environment"])
def test_what_is_missing_is_told_with_what_to_do(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "VENV", tmp_path)
    if missing != "environment":
        (tmp_path / "iam").mkdir()
    if missing == "node":
        monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(EngineError, match="run `make test`"), Engine() as engine:
        engine.decide(REQUEST, MAY_READ)
