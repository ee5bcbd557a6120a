"""What looks like a secret value, by its name or by its form."""

import contextlib
import json
import re
from collections.abc import Iterator

from detect_secrets.plugins.basic_auth import BasicAuthDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.stripe import StripeDetector

from asm.block import OPEN, Value, is_known

_SECRET = re.compile(
    r"(^|_)(password|passwd|passphrase|pwd|secret|token|credential"
    r"|(api|private|secret|access|auth|encryption|signing)_?key)(_value|_string)?s?$"
)

# These forms need no name. checkov depends on detect-secrets.
_DETECTORS = [
    each()
    for each in (
        BasicAuthDetector,
        GitHubTokenDetector,
        JwtTokenDetector,
        SlackDetector,
        StripeDetector,
    )
]
_PRIVATE_KEY = re.compile(r"-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH|ENCRYPTED|PGP)\b|PRIVATE KEY)")

# Attributes of a secret's version.
VALUES = {"secret_string", "secret_string_wo", "secret_binary"}

# Settings, and locations of secrets.
_SETTING = re.compile(
    r"true|false|yes|no|on|off|null|none|nil|default|auto|manual|enabled|disabled|required|optional"
    r"|mandatory|allowed|denied|always|never|[\d.,:_-]+",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"arn:.*|alias/.*|/.*|[\w+.-]+://.*|\{\{\s*resolve:.*|\$\{.*|\$\(.*|ssm:.*|vault:.*", re.DOTALL
)


def is_secret(name: str) -> bool:
    """Whether a variable of this name holds a secret value."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
    return bool(_SECRET.search(words))


def holds_secret(attribute: str) -> bool:
    """Whether an attribute of a resource is for a secret value."""
    return attribute in VALUES or is_secret(attribute)


def secrets_in(name: str, value: Value) -> Iterator[tuple[str, bool]]:
    """Where in a named value a secret is, and whether that is certain: not if the value is OPEN.

    A place is a list of names with dots between them. A string of JSON counts as its content.
    """
    yield from _secrets(name, name, value)


def _secrets(place: str, name: str, value: Value) -> Iterator[tuple[str, bool]]:
    if isinstance(value, str) and value[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _secrets(f"{place}.{key}", key, each)
    elif isinstance(value, list):
        for each in value:
            yield from _secrets(place, name, each)
    elif isinstance(value, str) and value:
        if value == OPEN or not is_known(value):
            if OPEN in value and is_secret(name):
                yield place, False
        elif _has_secret_form(value) or (is_secret(name) and _may_be_value(name, value)):
            yield place, True


def _has_secret_form(value: str) -> bool:
    return bool(_PRIVATE_KEY.search(value)) or any(
        any(True for _ in each.analyze_string(value)) for each in _DETECTORS
    )


def _may_be_value(name: str, value: str) -> bool:
    """Not a setting, and not the place of a secret such as its ARN or its hierarchical name."""
    if _SETTING.fullmatch(value) or _PLACE.fullmatch(value):
        return False
    return not (name.lower().endswith(("secret", "credentials")) and "/" in value)
