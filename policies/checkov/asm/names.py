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

# Names in which passwords are kept, and names of maps that say something about them.
_PASSWORD = re.compile(r"(password|passwd|passphrase|pwd)(_value|_string)?$")
_ABOUT = re.compile(
    r"(name|key|description|label|path|arn|id|parameter|type|field|column|variable|polic(?:y|ie))s?$"
)
# The name of an environment variable, and what is too long for a word.
_VARIABLE = re.compile(r"[A-Z][A-Z_]*")
_RUN = re.compile(r"[A-Za-z0-9+]{16,}")


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
    for names, _, text in _texts((name,), value):
        place, last = ".".join(names), names[-1]
        if text == OPEN or not is_known(text):
            if OPEN in text and is_secret(last):
                yield place, False
        elif _has_secret_form(text) or (is_secret(last) and _may_be_value(last, text)):
            yield place, True


def passwords_in(name: str, value: Value) -> Iterator[str]:
    """Where in a named value a password is, for a value that may as well be any name.

    Of names other than a password's, such as `token`, the value must look like no word.
    """
    for names, is_listed, text in _texts((name,), value):
        last = names[-1]
        is_value = (
            not is_listed
            and not any(_ABOUT.search(each.lower()) for each in names[:-1])
            and is_secret(last)
            and _may_be_value(last, text)
            and not (is_secret(text) or _VARIABLE.fullmatch(text))
            and (_PASSWORD.search(last.lower()) or any(map(_is_mixed, _RUN.findall(text))))
        )
        if is_known(text) and (is_value or _has_secret_form(text)):
            yield ".".join(names)


def _texts(
    names: tuple[str, ...], value: Value, *, is_listed: bool = False
) -> Iterator[tuple[tuple[str, ...], bool, str]]:
    """Each text in a named value: the names that lead to it, and whether it is one of a list."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _texts((*names, key), each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(names, each, is_listed=True)
    elif isinstance(value, str) and value:
        yield names, is_listed, value


def _is_mixed(text: str) -> bool:
    return bool(re.search("[0-9]", text) and re.search("[A-Za-z]", text))


def _has_secret_form(value: str) -> bool:
    return bool(_PRIVATE_KEY.search(value)) or any(
        any(True for _ in each.analyze_string(value)) for each in _DETECTORS
    )


def _may_be_value(name: str, value: str) -> bool:
    """Not a setting, and not the place of a secret such as its ARN or its hierarchical name."""
    if _SETTING.fullmatch(value) or _PLACE.fullmatch(value):
        return False
    return not (name.lower().endswith(("secret", "credentials")) and "/" in value)
