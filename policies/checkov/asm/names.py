"""Names that say that a value is secret."""

import re

_SECRET = re.compile(
    r"(^|_)(password|passwd|passphrase|pwd|secret|token|credential"
    r"|(api|private|secret|access|auth|encryption|signing)_?key)(_value|_string)?s?$"
)


def is_secret(name: str) -> bool:
    """Whether a variable of this name would hold a secret value."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
    return bool(_SECRET.search(words))
