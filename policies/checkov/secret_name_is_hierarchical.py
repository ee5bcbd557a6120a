"""Name of a secret."""

import math
import re
from collections import Counter
from collections.abc import Callable

from checkov.common.models.enums import CheckCategories

from asm.block import OPEN, UNKNOWN, Block, is_known
from asm.rule import Faults, rule

E_MAIL = re.compile(r"[^/\s]+@[^/\s]+\.[^/\s]+")
PAIR = re.compile(r"[^/=]+=[^/=]+")
ACCESS_KEY = re.compile(r"A(KIA|SIA)[0-9A-Z]{16}")
# A random value has letters of both cases and digits without order. A name does not.
SHORTEST_RANDOM = 20
LEAST_BITS = 3.8


@rule(
    20,
    "Ensure that a secret's name is hierarchical and contains nothing secret",
    severity="LOW",
    category=CheckCategories.CONVENTION,
    resources=["aws_secretsmanager_secret"],
)
def find_faults(secret: Block) -> Faults:
    """Logs, policies and bills show names. With a hierarchy, a policy can name a branch of it."""
    name = secret.get("name")
    if name in (None, UNKNOWN, OPEN):
        name = secret.get("name_prefix")
    if not isinstance(name, str):
        return None
    found = [f"{what} in the name" for what, is_in in _TELLS.items() if is_in(name)]
    if "/" not in name:
        if not is_known(name):
            return found or None
        found.append("no slash in the name")
    return found


def _is_random(name: str) -> bool:
    return any(
        len(part) >= SHORTEST_RANDOM
        and all(re.search(kind, part) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
        and _bits(part) >= LEAST_BITS
        for part in re.split(r"[^A-Za-z0-9+]", name)
    )


def _bits(text: str) -> float:
    """Entropy of a character, from the frequency of each character."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


_TELLS: dict[str, Callable[[str], object]] = {
    "an e-mail address": E_MAIL.search,
    "a key=value pair": PAIR.search,
    "an access key": ACCESS_KEY.search,
    "a random value": _is_random,
}
