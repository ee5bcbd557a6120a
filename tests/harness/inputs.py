"""The inputs of the root module: their types from variables.tf, and values to try.

`FULL` has valid calls, which together set every attribute of every variable.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tools.environments import ROOT

type Path = tuple[str | int, ...]

_VARIABLE = re.compile(r'^variable "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_TYPE = re.compile(r"^  type += (.*?)(?=^  \w|\Z)", re.MULTILINE | re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\w.-]+|[(){}\[\],=]')


@dataclass(frozen=True)
class Type:
    """A type constraint: `kind` is its name in HCL, `element` the type in a list or map."""

    kind: str
    element: "Type | None" = None
    attributes: Mapping[str, "Type"] = field(default_factory=dict)


def types() -> dict[str, Type]:
    """Type of each variable of the root module by name."""
    found = _types("variables.tf")
    function = {"function": _types("modules/rotation/variables.tf")["function"]}
    rotation = Type("object", attributes={**found["rotation"].attributes, **function})
    return {**found, "rotation": rotation}


def _types(file: str) -> dict[str, Type]:
    return {
        name: _parse(_TOKEN.findall(found[1]))
        for name, body in _VARIABLE.findall((ROOT / file).read_text())
        if (found := _TYPE.search(body))
    }


def _parse(tokens: list[str]) -> Type:
    kind = tokens.pop(0)
    if kind not in ("object", "list", "map", "optional"):
        return Type(kind)
    tokens.pop(0)  # (
    if kind != "object":
        element = _parse(tokens)
        depth = 1
        while depth:  # to the end, past the default of an optional
            depth += {"(": 1, ")": -1}.get(tokens.pop(0), 0)
        return element if kind == "optional" else Type(kind, element)
    attributes = {}
    tokens.pop(0)  # {
    while (name := tokens.pop(0)) != "}":
        if name != ",":
            tokens.pop(0)  # =
            attributes[name] = _parse(tokens)
    tokens.pop(0)  # )
    return Type(kind, attributes=attributes)


@dataclass(frozen=True)
class Place:
    """A place in a value: `path` leads to it; `name` is the same for all elements of a list."""

    path: Path
    name: str
    type: Type


def places(call: Mapping[str, Any]) -> Iterator[Place]:
    """Every place in the inputs of a call, outer places first."""
    for name, value in call.items():
        yield from _places(Place((name,), name, TYPES[name]), value)


def _places(place: Place, value: object) -> Iterator[Place]:
    yield place
    steps: list[tuple[str | int, Any]] = []
    if isinstance(value, dict) and place.type.kind in ("map", "object"):
        steps = list(value.items())
    elif isinstance(value, list) and place.type.kind == "list":
        steps = list(enumerate(value))
    for step, inner in steps:
        element = place.type.element
        name = "[]" if element else str(step)
        kind = element or place.type.attributes[str(step)]
        yield from _places(Place((*place.path, step), f"{place.name}.{name}", kind), inner)


def names() -> Iterator[str]:
    """The name of every place in the inputs of the module."""
    for name, kind in TYPES.items():
        yield from _names(name, kind)


def _names(name: str, kind: Type) -> Iterator[str]:
    yield name
    inner = {"[]": kind.element} if kind.element else kind.attributes
    for step, each in inner.items():
        yield from _names(f"{name}.{step}", each)


def with_value(inputs: Mapping[str, Any], path: Path, value: object) -> dict[str, Any]:
    """The inputs with another value at one place."""
    changed = copy.deepcopy(dict(inputs))
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


TYPES = types()


def role(name: str, account: str = "000000000000") -> str:
    """ARN of a role."""
    return f"arn:aws:iam::{account}:role/{name}"


KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ALIAS = "alias/bad-input"  # of a key that a test must create
FILE = "main.tf"  # any file that exists during a plan
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:bad-input"
TRAIL = "bad-input"  # a log group
TOPIC = "arn:aws:sns:us-east-1:000000000000:alerts"
DATABASE = {"engine": "postgres", "username": "app"}
NETWORK = {
    "vpc_id": "vpc-0a1b2c3d",
    "subnet_ids": ["subnet-0a1b2c3d"],
    "database_security_group_ids": ["sg-0a1b2c3d"],
}
POLICY = """{"Version": "2012-10-17", "Statement": [{
  "Sid": "Audit", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:role/audit"},
  "Action": "secretsmanager:DescribeSecret", "Resource": "*"
}]}"""

# To save time, each call has only the inputs that one concern needs.
FULL: dict[str, dict[str, Any]] = {
    "database": {
        "name": "bad-input/database",
        "description": "Credentials of the orders database",
        "tags": {"Environment": "test"},
        "database": {
            **DATABASE,
            "host": "db.example.com",
            "port": 5433,
            "dbname": "orders",
            "ssl": True,
            "instance_identifier": "orders",
        },
        "password": {
            "length": 24,
            "exclude_characters": "0O1l",
            "exclude_lowercase": False,
            "exclude_uppercase": False,
            "exclude_numbers": False,
            "exclude_punctuation": True,
            "include_space": False,
            "require_each_included_type": True,
        },
        "password_wo": "one of my own",
        "create_value": True,
    },
    "key": {
        "name": "bad-input/key",
        "create_value": False,
        "key": {
            "rotation_period_in_days": 180,
            "deletion_window_in_days": 30,
            "administrators": [role("keys")],
            "aws_managed": False,
        },
        "recovery_window_in_days": 7,
    },
    "existing key": {
        "name": "bad-input/existing-key",
        "create_value": False,
        "key": {"existing": {"arn": None, "alias": ALIAS}},
    },
    "access": {
        "name": "bad-input/access",
        "create_value": False,
        "access": {
            "readers": [role("path/application"), role("other", "111122223333")],
            "services": {
                "appflow.amazonaws.com": {
                    "source_account": "000000000000",
                    "source_arns": ["arn:aws:appflow:us-east-1:000000000000:flow/orders-*"],
                }
            },
            "administrators": [role("admin")],
            "rotators": [role("rotate")],
            "conditions": {
                "vpc_endpoint_ids": ["vpce-0a1b2c3d4e5f67890"],
                "source_ip_cidrs": ["203.0.113.0/24"],
                "organization_id": "o-a1b2c3d4e5",
                "not_before": "2026-01-31T08:00:00Z",
                "not_after": "2036-01-31T08:00:00Z",
                "principal_tags": {"Team": "orders"},
            },
            "policy_documents": [POLICY],
        },
        # Monitoring also uses the readers.
        "monitoring": {"topic_arn": TOPIC, "cloudtrail_log_group_name": TRAIL},
    },
    "rotation": {
        "name": "bad-input/rotation",
        "database": {
            **DATABASE,
            "superuser_secret_arn": "arn:aws:secretsmanager:us-east-1:000000000000:secret:s-AbCdEf",
            "superuser_key_arn": f"arn:aws:kms:us-east-1:000000000000:key/{KEY_ID}",
        },
        "rotation": {
            "schedule_expression": "rate(10 days)",
            "duration": "2h",
            "rotate_immediately": False,
            "strategy": "single_user",
            "function": {"arn": FUNCTION},
        },
    },
    "package": {
        "name": "bad-input/package",
        "database": {**DATABASE, "cluster_identifier": "orders"},
        "rotation": {
            "automatically_after_days": 30,
            "function": {
                "package": {
                    "image_uri": "000000000000.dkr.ecr.us-east-1.amazonaws.com/rotate:1",
                    "hash": "Jc3hvKw1Yk1dRZTaE0uHdC1KNcVanoxrRZY7r3L1yiI=",
                },
                "network": NETWORK,
                "architecture": "x86_64",
                "timeout_in_seconds": 30,
                "reserved_concurrency": 2,
                "role": {
                    "path": "/service/",
                    "permissions_boundary": "arn:aws:iam::000000000000:policy/boundary",
                },
                "logs": {
                    "retention_in_days": 30,
                    "kms_key_arn": f"arn:aws:kms:us-east-1:000000000000:key/{KEY_ID}",
                },
                "alarm_topic_arns": [TOPIC],
            },
        },
    },
    "package in S3": {
        "name": "bad-input/s3",
        "database": DATABASE,
        "rotation": {
            "automatically_after_days": 30,
            "function": {
                "package": {"s3": {"bucket": "packages", "key": "rotation.zip", "version": "1"}},
                "network": NETWORK,
            },
        },
    },
    "package in a file": {
        "name": "bad-input/file",
        "database": DATABASE,
        "rotation": {
            "automatically_after_days": 30,
            "function": {"package": {"file": FILE}, "network": NETWORK},
        },
    },
    "aws_template": {
        "name": "bad-input/published",
        "database": DATABASE,
        "rotation": {
            "automatically_after_days": 30,
            "function": {"aws_template": {"version": "1.1.671"}, "network": NETWORK},
        },
    },
    "monitoring": {
        "name": "bad-input/monitoring",
        "database": DATABASE,
        "rotation": {"automatically_after_days": 3, "function": {"arn": FUNCTION}},
        "monitoring": {
            "emails": ["team@example.com"],
            "denied_reads_threshold": 3,
            "calls_threshold": 100,
            "rotated_within_days": 7,
        },
    },
    "replicas": {
        "name": "bad-input/replicas",
        "create_value": False,
        "force_overwrite_replica_secret": True,
        "replicas": {
            "eu-west-1": {"kms_key_arn": f"arn:aws:kms:eu-west-1:000000000000:key/{KEY_ID}"}
        },
    },
    "key_values_wo": {
        "name": "bad-input/pairs",
        "key_values_wo": {"user": "app", "token": "of tests"},
        "value_version": 1,
    },
    "secret_string_wo": {
        "name": "bad-input/text",
        "secret_string_wo": "of tests",
        "value_version": 1,
    },
}

# Inputs that go with any value.
CONCERNS = (
    "description",
    "tags",
    "key",
    "access",
    "monitoring",
    "recovery_window_in_days",
    "replicas",
)

# Only AWS knows whether these exist, not the module.
OF_OTHERS = (
    "key.existing",
    "monitoring.cloudtrail_log_group_name",
    "rotation.function.arn",
    "rotation.function.package",
)

TEXTS = [
    "",
    " ",
    "null",
    "*",
    "/",
    "a/b",
    "a-b",
    "a.b",
    "aws/a",
    "é ☃ 😀",
    "x\N{COMBINING ACUTE ACCENT}" * 1025,
    "${var.name} %{if true}x%{endif} $${ %%{",
    "\"quoted\" 'single' \\ <&> \n\t\r\n",
    "{}",
    "[]",
    '{"Statement": {}}',
    "arn:aws:iam::000000000000:role/",
    role("a"),
    "2026-01-31T08:00:00+02:00",
    "2036-01-31T08:00:00Z",
    "203.0.113.0/24",
    "vpce-0a1b2c3d",
    "o-a1b2c3d4e5",
    "team@example.com",
    "b2YgdGVzdHM=",
    "cron(0 16 1,15 * ? *)",
    "2h",
    "10.0.0.0/8",
    "::/0",
    "rate(0 days)",
    "rate(5 hours)",
    "cron(0 25 * * ? *)",
    "25h",
    "x" * 65536,
    "é" * 32768,
    "x" * 65537,
]
NUMBERS = [-1e300, -1, 0, 0.5, 1, 7, 8, 30, 31, 90, 365, 1000, 4096, 65535, 65536, 10**9, 1e300]


def values(kind: Type) -> st.SearchStrategy[Any]:
    """Values of a type, sometimes values of other types, and null."""
    return st.one_of(*[_values(kind)] * 6, st.none(), _OF_ANY_TYPE)


def _values(kind: Type) -> st.SearchStrategy[Any]:
    match kind.kind:
        case "string":
            return st.sampled_from(TEXTS) | st.text(max_size=40)
        case "number":
            return st.sampled_from(NUMBERS) | st.integers(-(10**4), 10**4)
        case "bool":
            return st.booleans()
    if kind.kind == "object":
        optional = {name: values(each) for name, each in kind.attributes.items()}
        return st.fixed_dictionaries({}, optional=optional)
    assert kind.element
    if kind.kind == "list":
        return st.lists(values(kind.element), max_size=6)
    keys = st.sampled_from(TEXTS) | st.text(max_size=20)
    many = st.integers(50, 51).map(lambda size: {f"key{i}": "" for i in range(size)})
    return st.dictionaries(keys, values(kind.element), max_size=3) | many


_OF_ANY_TYPE: st.SearchStrategy[Any] = st.one_of(
    *[_values(Type(kind)) for kind in ("string", "number", "bool")], st.just([{}])
)


@dataclass(frozen=True)
class Case:
    """A valid call with the concerns of another, by their names in FULL, and with changes."""

    full: tuple[str, str]
    changes: Mapping[str, Any]
    inputs: Mapping[str, Any]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A valid call with the concerns of another, in which up to two values are replaced."""
    # Weighted by size. Otherwise half of the cases would change a name.
    full = draw(st.sampled_from([full for full, call in FULL.items() for _ in places(call)]))
    other = draw(st.sampled_from(list(FULL)))
    concerns = {name: value for name, value in FULL[other].items() if name in CONCERNS}
    changed: Mapping[str, Any] = concerns | FULL[full]
    changes = {}
    for _ in range(draw(st.integers(0, 2))):
        own = [place for place in places(changed) if not place.name.startswith(OF_OTHERS)]
        place = draw(st.sampled_from(own))
        changes[place.name] = draw(values(place.type))
        changed = with_value(changed, place.path, changes[place.name])
    return Case((full, other), changes, changed)
