"""Blocks of a plan, from the JSON that `terraform show -json` prints.

checkov leaves out what a rule needs: which values are null, which values are unknown, and the
references through modules.
"""

import functools
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, override

from asm import names
from asm.block import (
    SECRET_ATTRIBUTES,
    UNKNOWN,
    Attachments,
    Block,
    References,
    Value,
    Values,
    is_known,
    is_policy,
)

_MODULE = re.compile(r'module\.([^.\[]+)(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?\.')
_INDEX = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')

# A configuration cannot set these.
_SET_BY_PROVIDER = {"arn", "id", "tags_all", "account_id"}

type Modules = tuple[str, ...]


def merge(value: Value, unknown: Value) -> Value:
    """The planned value with UNKNOWN for each value that is known after apply."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, dict):
        value = value or {}
        return {key: merge(value.get(key), unknown.get(key)) for key in {**value, **unknown}}
    if isinstance(unknown, list):
        return [merge(*pair) for pair in itertools.zip_longest(value or [], unknown)]
    return value


class PlanValues(Values):
    """Attributes and blocks by name.

    `expressions` is their configuration, None if it is not known. A value that only the provider
    sets counts as not set. For example, a secret's policy can come from
    aws_secretsmanager_secret_policy.
    """

    def __init__(self, values: dict[str, Any], expressions: dict[str, Any] | None) -> None:
        self._values = values
        self._expressions = expressions

    @override
    def get(self, name: str) -> Value:
        is_given = self._expressions is None or name in self._expressions
        return self._values.get(name) if is_given or name in _SET_BY_PROVIDER else None

    @override
    def blocks(self, name: str) -> list[Values]:
        found = self._values.get(name) or []
        # A dynamic block is not among the expressions.
        configured = (self._expressions or {}).get(name) or []
        return [
            PlanValues(each, next((block for block in configured if _fits(block, each)), None))
            for each in found
            if isinstance(each, dict)
        ]


def _fits(expressions: dict[str, Any], values: dict[str, Any]) -> bool:
    """Whether values can belong to a block with this configuration; a set has another order."""
    return all(
        values.get(name) == expression["constant_value"]
        for name, expression in expressions.items()
        if isinstance(expression, dict) and "constant_value" in expression
    )


class PlanBlock(PlanValues, Block):
    """An instance of a resource or data source."""

    def __init__(self, plan: "Plan", resource: dict[str, Any], unknown: dict[str, Any]) -> None:
        self._plan = plan
        self._resource = resource
        self.type, self.name = resource["type"], resource["name"]
        self.is_data = resource["mode"] == "data"
        # The same for all instances: the plan does not show which instance a reference means.
        self.modules: Modules = tuple(_MODULE.findall(resource["address"]))
        self.declared_name = f"{'data.' if self.is_data else ''}{self.type}.{self.name}"
        resources = plan.module(self.modules).get("resources", [])
        self._configuration: dict[str, Any] = next(
            (each for each in resources if each["address"] == self.declared_name), {}
        )
        self.configured = list(self._configuration.get("expressions", {}))
        values = merge(resource.get("values"), unknown)
        super().__init__(values or {}, self._configuration.get("expressions"))

    @override
    def references(self, name: str) -> References:
        trail = self._plan.follow(self.modules, self._configuration, name)
        is_open = trail.is_open and not is_known(self.get(name))
        return References([block for block, _ in trail.ends], is_open)

    @override
    def peers(self, *types: str) -> list[Block]:
        return [block for block in self._plan.managed if block.type in types]

    @override
    def users(self) -> list[tuple[Block, str]]:
        return self._plan.users.get(self, [])

    @override
    def secrets_in(self, name: str) -> list[Block]:
        trail = self._plan.follow(self.modules, self._configuration, name)
        is_sensitive = "True" in str(self._resource.get("sensitive_values", {}).get(name))
        return _secrets(trail, is_sensitive)

    @override
    def attachments(self, type_: str, attribute: str) -> Attachments:
        return self._plan.attachments(type_, attribute)

    @override
    def outputs(self) -> list[str]:
        return [name for name, secrets in self._plan.outputs.items() if self in secrets]

    @override
    def account(self) -> str | None:
        return self._plan.account

    @override
    def tags(self) -> tuple[dict[str, Value], bool]:
        # Without any tags, tags_all is known after apply.
        every, own = self.get("tags_all"), self.get("tags")
        tags = every if isinstance(every, dict) else own or {}
        return ({}, False) if tags == UNKNOWN else (tags, True)


class Trail:
    """Where the references of an attribute lead: each end with the attribute that is read."""

    def __init__(self) -> None:
        self.ends: list[tuple[PlanBlock, str]] = []
        self.is_open = False
        self.seen: set[tuple[Modules, str]] = set()


def _secrets(trail: Trail, is_sensitive: bool) -> list[Block]:
    """Ends with a secret attribute that is read. A splat does not show which attribute it reads."""
    return [
        block
        for block, attribute in trail.ends
        if attribute in SECRET_ATTRIBUTES.get(block.type, ())
        or (block.type in SECRET_ATTRIBUTES and not attribute and is_sensitive)
    ]


class Plan:
    """A plan, its blocks and the references between them."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._configuration = plan["configuration"]
        unknown = {
            change["address"]: change["change"].get("after_unknown") or {}
            for change in plan.get("resource_changes", [])
        }
        planned = list(_resources(plan["planned_values"]["root_module"]))
        self._by_address = {
            each["address"]: PlanBlock(self, each, unknown.get(each["address"], {}))
            for each in planned
        }
        # Data sources that Terraform reads when it plans.
        prior = plan.get("prior_state", {}).get("values", {}).get("root_module", {})
        for each in _resources(prior):
            if each["mode"] == "data":
                self._by_address.setdefault(each["address"], PlanBlock(self, each, {}))
        self.managed = [block for block in self._by_address.values() if not block.is_data]
        self._by_name: dict[tuple[Modules, str], list[PlanBlock]] = {}
        for block in self._by_address.values():
            self._by_name.setdefault((block.modules, block.declared_name), []).append(block)
        self._attachments: dict[tuple[str, str], Attachments] = {}

    def block(self, address: str) -> PlanBlock:
        """The block at this address."""
        return self._by_address[address]

    def module(self, modules: Modules) -> dict[str, Any]:
        """Configuration of a module by the names of the calls that lead to it."""
        module: dict[str, Any] = self._configuration["root_module"]
        for name in modules:
            module = module["module_calls"][name]["module"]
        return module

    def attachments(self, type_: str, attribute: str) -> Attachments:
        """Resources of a type by what their attribute names."""
        if (type_, attribute) not in self._attachments:
            blocks = [block for block in self.managed if block.type == type_]
            self._attachments[type_, attribute] = Attachments(blocks, attribute)
        return self._attachments[type_, attribute]

    @functools.cached_property
    def users(self) -> dict[Block, list[tuple[Block, str]]]:
        """What has a policy or a secret value that is made from a block, by that block."""
        found: dict[Block, list[tuple[Block, str]]] = {}
        for user in self._by_address.values():
            for name in user.configured:
                if is_policy(user.type, name) or names.holds_secret(name):
                    for block in dict.fromkeys(user.references(name).blocks):
                        found.setdefault(block, []).append((user, name))
        return found

    @functools.cached_property
    def outputs(self) -> dict[str, list[Block]]:
        """Blocks with a secret attribute that an output of the root module reads, by its name."""
        found = {}
        for name, output in self.module(()).get("outputs", {}).items():
            trail = Trail()
            self._follow((), _references(output), {}, trail)
            found[name] = _secrets(trail, output.get("sensitive", False))
        return found

    @functools.cached_property
    def account(self) -> str | None:
        """The single account of the plan, or the single account that its providers allow."""
        called = {
            block.get("account_id")
            for block in self._by_address.values()
            if block.type == "aws_caller_identity"
        }
        allowed = {
            account
            for provider in self._configuration.get("provider_config", {}).values()
            for account in provider.get("expressions", {})
            .get("allowed_account_ids", {})
            .get("constant_value", [])
        }
        accounts = called or allowed
        return accounts.pop() if len(accounts) == 1 else None

    def follow(self, modules: Modules, configuration: dict[str, Any], attribute: str) -> Trail:
        """Follow the references of an attribute to their ends."""
        trail = Trail()
        expression = configuration.get("expressions", {}).get(attribute)
        self._follow(modules, _references(expression), configuration, trail)
        return trail

    def _follow(
        self, modules: Modules, references: list[str], owner: dict[str, Any], trail: Trail
    ) -> None:
        """`owner` is the configuration that has the references: a resource or module call."""
        for reference in references:
            if (modules, reference) in trail.seen:
                continue
            trail.seen.add((modules, reference))
            first, *rest = reference.split(".")
            if first == "var":
                self._follow_variable(modules, rest[0], trail)
            elif first == "module":
                self._follow_module((*modules, rest[0]), rest[1:2], trail)
            elif first == "each":
                self._follow(modules, _references(owner.get("for_each_expression")), owner, trail)
            elif first == "local":
                trail.is_open = True  # a plan does not show what a local is made from
            else:
                size = 3 if first == "data" else 2
                name, attribute = ".".join([first, *rest][:size]), ".".join(rest[size - 1 : size])
                found = self._by_name.get((modules, name), [])
                trail.ends += [(block, attribute) for block in found]

    def _follow_variable(self, modules: Modules, name: str, trail: Trail) -> None:
        if not modules:
            trail.is_open = True
            return
        *callers, call = modules
        configuration = self.module(tuple(callers))["module_calls"][call]
        argument = configuration.get("expressions", {}).get(name)
        self._follow(tuple(callers), _references(argument), configuration, trail)

    def _follow_module(self, modules: Modules, names: list[str], trail: Trail) -> None:
        """Follow an output of a module, or all outputs if a splat does not show which."""
        outputs = self.module(modules).get("outputs", {})
        for name in names or outputs:
            self._follow(modules, _references(outputs.get(name)), {}, trail)


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def _references(expression: Value) -> list[str]:
    """All references in an expression and in the blocks below it, without indexes."""
    if isinstance(expression, list):
        return [reference for each in expression for reference in _references(each)]
    if not isinstance(expression, dict):
        return []
    own = expression.get("references", [])
    if own and isinstance(own[0], str):
        names = [_INDEX.sub("", reference) for reference in own]
        # For an attribute, the plan also names the object that has it.
        return [name for name in names if not any(n.startswith(f"{name}.") for n in names)]
    return [reference for each in expression.values() for reference in _references(each)]


@functools.cache
def plan_of(file: str) -> Plan:
    """The plan in a file, read once."""
    return Plan(json.loads(Path(file).read_text()))
