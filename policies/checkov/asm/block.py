"""A rule's view of a resource or data source, the same for HCL and for a plan."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# Replaces a value that is known after apply, such as an ARN. A string can have it in the middle. It
# matches no pattern, so that no rule fails on it.
UNKNOWN = "\N{REPLACEMENT CHARACTER}"

# Replaces a value that the text does not decide, such as a variable without a default. It can be a
# wildcard, nothing, or many. A check that depends on it neither passes nor fails.
OPEN = "\N{OBJECT REPLACEMENT CHARACTER}"

type Value = Any  # a value of HCL or JSON: a rule checks its type before it uses it

# Attributes that hold a secret value, by the types that have them.
SECRET_ATTRIBUTES = {
    "aws_secretsmanager_secret_version": {"secret_string", "secret_binary"},
    "aws_secretsmanager_random_password": {"random_password"},
    "random_password": {"result", "bcrypt_hash"},
}


def is_known(value: object) -> bool:
    """Whether nothing in the value is unknown."""
    text = str(value)
    return UNKNOWN not in text and OPEN not in text


class Values(ABC):
    """Attributes and blocks, for example of a block within a resource.

    `is_certain`: the block exists for sure; a dynamic block can be missing.
    """

    is_certain = True

    @abstractmethod
    def get(self, name: str) -> Value:
        """Value of an attribute: None if not set or null, with UNKNOWN or OPEN where not known.

        In a plan of an existing resource, an attribute that is null can also be empty.
        """

    @abstractmethod
    def blocks(self, name: str) -> list["Values"]:
        """Blocks of this name, those of dynamic blocks included."""


@dataclass(frozen=True)
class References:
    """What an attribute is made from.

    `blocks` are the resources and data sources at the end of all references, through variables,
    locals, outputs and modules. `is_open`: at least a part of the value comes from a place that
    the scan cannot follow, such as a variable of the root module.
    """

    blocks: Sequence["Block"]
    is_open: bool

    def of(self, *types: str) -> list["Block"]:
        """Those of these types."""
        return [block for block in self.blocks if block.type in types]


class Block(Values):
    """A resource or data source; one object for each of a scan."""

    type: str
    name: str

    @abstractmethod
    def references(self, name: str) -> References:
        """What an attribute is made from."""

    @abstractmethod
    def peers(self, *types: str) -> list["Block"]:
        """All resources of these types in the same scan."""

    @abstractmethod
    def secrets_in(self, name: str) -> list["Block"]:
        """The blocks with a secret attribute that an attribute is made from."""

    @abstractmethod
    def outputs(self) -> list[str]:
        """Names of the root module's outputs that are made from its secret attribute."""

    @abstractmethod
    def account(self) -> str | None:
        """Id of the provider's account, if the scan shows it."""

    @abstractmethod
    def tags(self) -> tuple[dict[str, Value], bool]:
        """Its tags, with the provider's default tags, and whether these are all."""

    @abstractmethod
    def attachments(self, type_: str, attribute: str) -> "Attachments":
        """The resources of a type in the same scan, by what their attribute names."""

    @abstractmethod
    def users(self) -> list[tuple["Block", str]]:
        """What has a policy or a secret value made from this, with the name of the attribute."""

    def surely_has(self, other: "Block") -> bool:
        """Whether another resource exists whenever this one exists."""
        return self is not other

    def instances(self) -> Sequence["Block"]:
        """Itself for each `count` and `for_each`; none if Terraform does not create it."""
        return [self]

    def attached(self, type_: str, attribute: str) -> Iterator["Block"]:
        """Resources of this type with an attribute that is the ARN or id of this one."""
        yield from self.attachments(type_, attribute).of(self)


class Attachments:
    """Resources by what one of their attributes names."""

    def __init__(self, blocks: Iterable[Block], attribute: str) -> None:
        self._by_value: dict[str, list[Block]] = {}
        self._by_block: dict[Block, list[Block]] = {}
        for block in blocks:
            self._by_value.setdefault(str(block.get(attribute)), []).append(block)
            for target in dict.fromkeys(block.references(attribute).blocks):
                self._by_block.setdefault(target, []).append(block)

    def of(self, block: Block) -> Iterable[Block]:
        """Those that name a block."""
        own = [value for value in (block.get("arn"), block.get("id")) if value and is_known(value)]
        by_value = [each for value in own for each in self._by_value.get(value, [])]
        return dict.fromkeys([*self._by_block.get(block, []), *by_value])


def is_policy(type_: str, attribute: str) -> bool:
    """Whether an attribute of a type, or a block in it, can hold a policy."""
    return "polic" in attribute or (attribute == "content" and "polic" in type_)
