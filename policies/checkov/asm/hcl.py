"""Blocks of HCL: checkov lists the blocks, and the files have their content.

This does not use the values that checkov renders. checkov leaves a value that it cannot read as
text, which looks like a value. This does not use the edges of checkov's graph, because the graph
has no edges through `module.x[*].y`.
"""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, override

from checkov.common.typing import LibraryGraph

from asm import names
from asm.block import (
    OPEN,
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
from asm.evaluation import NoValueError, as_bool, as_items, as_text, evaluate
from asm.syntax import SPLAT, UNREADABLE, Body, HclError, Node, parse_body

# A step to something that does not show a value, such as a number of elements.
_ABOUT = ("about",)
_ABOUT_FUNCTIONS = {"length", "keys", "can", "contains"}
_NO_RESOURCES = {"each", "count", "self", "terraform", "path"}
_MOST_INSTANCES = 200

# The kinds of blocks on which checkov shows what a rule over the graph finds.
SHOWING = ("resource", "data", "module", "provider", "variable")


class HclScope:
    """What names mean in a block.

    `has_defaults`: a variable that is not set has its default; otherwise it is OPEN.
    """

    def __init__(
        self, block: "HclBlock", names: dict[str, Value], *, has_defaults: bool = True
    ) -> None:
        self._block = block
        self._names = names
        self._has_defaults = has_defaults

    def bind(self, names: dict[str, Value]) -> "HclScope":
        """The same with further names."""
        return HclScope(self._block, self._names | names, has_defaults=self._has_defaults)

    def without_defaults(self) -> "HclScope":
        """The same, except that variables that are not set are OPEN."""
        return HclScope(self._block, self._names, has_defaults=False)

    def read_file(self, name: str) -> str | None:
        """Text of a file, by its path from the folder of the block."""
        try:
            return (self._block.folder / name).read_text()
        except (OSError, ValueError):
            return None

    def look_up(self, name: str, steps: list[Node]) -> tuple[Value, list[Node]]:
        """The value of a name with its first steps, and the remaining steps."""
        if name in self._names:
            return self._names[name], steps
        graph, block = self._block.graph, self._block
        if name == "path" and steps == ["module"]:
            return str(block.folder), []
        if name in _NO_RESOURCES or not steps:
            return OPEN, []
        if name in ("var", "local"):
            kind = "variable" if name == "var" else "locals"
            for target in graph.named(block, kind, steps[0]):
                return graph.value(target, has_defaults=self._has_defaults), steps[1:]
            return OPEN, []
        if name == "module":
            return self._output(steps[0], steps[1:]), []
        is_data = name == "data"
        kind = "data" if is_data else "resource"
        own, rest = ([name, *steps][:2], steps[1:]) if not is_data else (steps[:2], steps[2:])
        if name == "ephemeral":
            return UNKNOWN, []
        return self._resource(graph.named(block, kind, ".".join(map(str, own))), rest), []

    def _output(self, name: str, steps: list[Node]) -> Value:
        calls = self._block.graph.named(self._block, "module", name)

        def read(call: HclBlock, rest: list[Node]) -> Value:
            if not rest or not isinstance(rest[0], str):
                return OPEN
            for output in call.graph.outputs_of(call, rest[0]):
                found = call.graph.value(output, has_defaults=self._has_defaults)
                return evaluate(("steps", ("literal", found), rest[1:]), self)
            return OPEN

        return self._of_instances(calls, steps, read)

    def _resource(self, blocks: Sequence["HclBlock"], steps: list[Node]) -> Value:
        def read(block: HclBlock, rest: list[Node]) -> Value:
            # The provider can set an attribute that is not set.
            if not rest or not isinstance(rest[0], str) or rest[0] not in block.body.attributes:
                return UNKNOWN
            return evaluate(("steps", ("literal", block.get(rest[0])), rest[1:]), self)

        return self._of_instances(blocks, steps, read)

    def _of_instances(
        self,
        blocks: Sequence["HclBlock"],
        steps: list[Node],
        read: Callable[["HclBlock", list[Node]], Value],
    ) -> Value:
        """What is read from the instance that the first step names, or from each instance."""
        if not blocks:
            return OPEN
        if not blocks[0].is_many:
            return read(blocks[0], steps)
        keys = blocks[0].keys
        if keys is None:
            # Only what is the same for all instances is known of one instance.
            return [OPEN] if SPLAT in steps[:1] else read(blocks[0], steps[1:]) if steps else OPEN
        instances = {one.key: one for block in blocks for one in block.instances()}
        if not steps:
            return {as_text(key): read(one, []) for key, one in instances.items()}
        if steps[0] == SPLAT:
            return [read(one, steps[1:]) for one in instances.values()]
        key = OPEN if isinstance(steps[0], str) else evaluate(steps[0], self)
        if not is_known(key):
            return OPEN if instances else UNKNOWN
        if key not in instances:
            raise NoValueError
        return read(instances[key], steps[1:])


class WrittenScope:
    """Resolve no name: an expression is its own text."""

    def __init__(self, names: dict[str, Value]) -> None:
        self._names = names

    def bind(self, names: dict[str, Value]) -> "WrittenScope":
        """The same with further names."""
        return WrittenScope(self._names | names)

    def look_up(self, name: str, steps: list[Node]) -> tuple[Value, list[Node]]:
        """The value of a name that a `for` binds, and the steps from it."""
        return (self._names[name], steps) if name in self._names else (OPEN, [])

    def read_file(self, name: str) -> str | None:
        """No file belongs to the expression."""


class HclValues(Values):
    """Attributes and blocks as they are written."""

    def __init__(self, body: Body, scope: HclScope, *, is_certain: bool = True) -> None:
        self.body = body
        self.scope = scope
        self.is_certain = is_certain
        self._read: dict[str, Value] = {}

    @override
    def get(self, name: str) -> Value:
        if name not in self._read:
            node = self.body.attributes.get(name)
            self._read[name] = None if node is None else as_bool(evaluate(node, self.scope))
        return self._read[name]

    @override
    def blocks(self, name: str) -> list[Values]:
        found: list[Values] = []
        for kind, labels, body in self.body.blocks:
            if kind == name:
                found.append(HclValues(body, self.scope, is_certain=self.is_certain))
            elif kind == "dynamic" and labels == [name]:
                found += self._generated(name, body)
        return found

    def _generated(self, name: str, dynamic: Body) -> Iterator[Values]:
        contents = [body for kind, _, body in dynamic.blocks if kind == "content"]
        iterator = dynamic.attributes.get("iterator", ("name", name, []))[1]
        items = as_items(evaluate(dynamic.attributes["for_each"], self.scope))
        for key, value in [(OPEN, OPEN)] if items is None else items:
            is_certain = self.is_certain and not (key == OPEN and value == OPEN)
            scope = self.scope.bind({iterator: {"key": key, "value": value}})
            for body in contents:
                yield HclValues(body, scope, is_certain=is_certain)


class HclBlock(HclValues, Block):
    """A vertex of checkov's graph: also a variable, local, output, module call or provider."""

    def __init__(self, graph: "Graph", vertex: dict[str, Any], key: Value = None) -> None:
        self.graph = graph
        self.vertex = vertex
        self.kind: str = vertex["block_type_"]
        # "TYPE.NAME" or "NAME"; an instance has its key after it.
        self.declared_name, _, index = vertex["block_name_"].partition("[")
        if self.kind == "provider":
            self.declared_name = _conf(vertex).get("__address__", "")
        self.type, _, self.name = self.declared_name.rpartition(".")
        self.file: str = vertex["file_path_"]
        self.folder = Path(self.file).parent
        # The call of its module, with its `path`, `name` and `nested_tf_module`, the outer call;
        # None in a root module.
        self.module: Any = vertex["source_module_object_"]
        found = _bodies(self.file).get((self.kind, self.declared_name))
        self.is_read = found is not None
        super().__init__(found or Body(), HclScope(self, {}))
        self.is_many = bool({"count", "for_each"} & self.body.attributes.keys())
        self.key = _key(index.rstrip("]")) if index else key
        if self.key is not None:
            self.scope = self.scope.bind(self._bindings(self.key))

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, HclBlock) and self.vertex is other.vertex

    @override
    def __hash__(self) -> int:
        return id(self.vertex)

    def _bindings(self, key: Value) -> dict[str, Value]:
        if "count" in self.body.attributes:
            return {"count": {"index": key}}
        value = next((each for name, each in self._items or [] if name == key), OPEN)
        return {"each": {"key": key, "value": value}}

    @functools.cached_property
    def _items(self) -> list[tuple[Value, Value]] | None:
        """Keys and values of `for_each`."""
        scope = HclScope(self, {})
        found = evaluate(self.body.attributes["for_each"], scope)
        if isinstance(found, list):
            found = {as_text(each) if is_known(each) else OPEN: each for each in found}
        return as_items(found)

    @functools.cached_property
    def keys(self) -> list[Value] | None:
        """Keys of its instances; None if they are not known."""
        if not self.is_many:
            return [None]
        if "count" in self.body.attributes:
            count = evaluate(self.body.attributes["count"], HclScope(self, {}))
            try:
                return list(range(min(int(count), _MOST_INSTANCES)))
            except (TypeError, ValueError):
                return None
        if self._items is None or any(key == OPEN for key, _ in self._items):
            return None
        return [key for key, _ in self._items]

    @functools.cached_property
    def is_made(self) -> bool | None:
        """Whether an instance of it exists; None if that is not known."""
        found = [None if self.keys is None else bool(self.keys)]
        found += [caller.is_made for caller in self.graph.callers(self)]
        return False if False in found else None if None in found else True

    @override
    def instances(self) -> Sequence["HclBlock"]:
        if not self.is_read or self.is_made is False:
            return []
        if self.key is not None:
            return [self] if self.keys is None or self.key in self.keys else []
        if not self.is_many or self.keys is None:
            return [self]
        return [HclBlock(self.graph, self.vertex, key) for key in self.keys[:_MOST_INSTANCES]]

    @override
    def surely_has(self, other: Block) -> bool:
        if not isinstance(other, HclBlock) or other.is_made:
            return True
        names = ("count", "for_each")
        own, others = ([each.body.attributes.get(name) for name in names] for each in (self, other))
        is_beside = (self.folder, self.module) == (other.folder, other.module)
        return (is_beside and own == others) or any(
            self in other.references(name).blocks for name in names
        )

    @override
    def references(self, name: str) -> References:
        trail = self.graph.follow(self, name)
        blocks = [block for block, _ in trail.ends]
        return References(blocks, trail.is_open or not (blocks or is_known(self.get(name))))

    @override
    def peers(self, *types: str) -> list[Block]:
        return [
            block
            for type_ in types
            for block in self.graph.of_type(type_)
            if block.is_made is not False
        ]

    @override
    def attachments(self, type_: str, attribute: str) -> Attachments:
        return self.graph.attachments(type_, attribute)

    @override
    def users(self) -> list[tuple[Block, str]]:
        return self.graph.users.get(self, [])

    @override
    def secrets_in(self, name: str) -> list[Block]:
        return [block for block, steps in self.graph.follow(self, name).ends if block.tells(steps)]

    def tells(self, steps: list[Node]) -> bool:
        """Whether steps from it lead to a secret value, or to all of it."""
        secrets = SECRET_ATTRIBUTES.get(self.type, set())
        if _ABOUT in steps or not secrets:
            return False
        if self.kind == "resource" and self.type == "aws_secretsmanager_secret_version":
            secrets = {name for name in secrets if self.get(name) is not None}
        attribute = next((step for step in steps if isinstance(step, str)), None)
        return bool(secrets) if attribute is None else attribute in secrets

    @override
    def outputs(self) -> list[str]:
        return self.graph.secret_outputs.get(self, [])

    @override
    def account(self) -> str | None:
        for provider in self._providers():
            accounts = provider.get("allowed_account_ids") or []
            if len(accounts) == 1 and is_known(accounts):
                return str(accounts[0])
        return None

    @override
    def tags(self) -> tuple[dict[str, Value], bool]:
        given: list[HclValues] = [
            block
            for provider in self._providers()
            for block in provider.blocks("default_tags")
            if isinstance(block, HclValues)
        ]
        tags: dict[str, Value] = {}
        is_all = True
        for each in (*given, self):
            node = each.body.attributes.get("tags", ("literal", {}))
            found = evaluate(node, each.scope)
            keys = evaluate(node, each.scope.without_defaults())
            is_all &= isinstance(keys, dict | None) and OPEN not in (keys or {})
            tags |= found if isinstance(found, dict) else {}
        return tags, is_all and OPEN not in tags

    def _providers(self) -> list["HclBlock"]:
        """Its provider, from its folder or from a folder that calls its module."""
        folders = {self.folder}
        caller = self.module
        while caller:
            folders.add(Path(caller.path).parent)
            caller = caller.nested_tf_module
        match self.body.attributes.get("provider"):
            case ("name", str(name), [alias]):
                address = f"{name}.{alias}"
            case _:
                address = "aws.default"
        return [
            provider
            for provider in self.graph.of_kind("provider")
            if provider.declared_name == address and provider.folder in folders
        ]


def _key(text: str) -> Value:
    """The key of an instance, as checkov writes it after a name."""
    return int(text) if text.isdigit() else text.strip("\"'")


class Trail:
    """Where references lead: each end with the steps after it."""

    def __init__(self) -> None:
        self.ends: list[tuple[HclBlock, list[Node]]] = []
        self.variables: list[HclBlock] = []
        self.locals: list[HclBlock] = []
        self.is_open = False
        self.seen: set[tuple[HclBlock, str, str]] = set()


class Graph:
    """All blocks of a scan."""

    def __init__(self, graph: LibraryGraph) -> None:
        self._by_conf: dict[int, HclBlock] = {}
        self._by_kind: dict[str, list[HclBlock]] = defaultdict(list)
        self._by_type: dict[str, list[HclBlock]] = defaultdict(list)
        self._by_name: dict[Any, list[HclBlock]] = defaultdict(list)
        self._outputs: dict[Any, list[HclBlock]] = defaultdict(list)
        self._values: dict[tuple[HclBlock, bool], Value] = {}
        self._trails: dict[tuple[HclBlock, Value, str], Trail] = {}
        self._attachments: dict[tuple[str, str], Attachments] = {}
        for _, vertex in graph.nodes():
            block = HclBlock(self, vertex)
            self._by_conf[id(_conf(vertex))] = block
            self._by_kind[block.kind].append(block)
            if block.kind == "resource":
                self._by_type[block.type].append(block)
            self._by_name[block.folder, block.module, block.kind, block.declared_name].append(block)
            if block.kind == "output" and block.module:
                call = block.module
                place = Path(call.path).parent, call.nested_tf_module, call.name
                self._outputs[place].append(block)

    def block(self, conf: dict[str, Any]) -> HclBlock:
        """The block of a configuration that checkov passes to a rule."""
        return self._by_conf[id(conf)]

    def of_kind(self, kind: str) -> list[HclBlock]:
        """All blocks of a kind, such as `resource` or `output`."""
        return self._by_kind[kind]

    def of_type(self, type_: str) -> list[HclBlock]:
        """All resources of a type."""
        return self._by_type[type_]

    def named(self, beside: HclBlock, kind: str, name: str) -> list[HclBlock]:
        """The instances of the object with a name in the module of a block."""
        return self._by_name.get((beside.folder, beside.module, kind, name), [])

    def attachments(self, type_: str, attribute: str) -> Attachments:
        """Resources of a type by what their attribute names."""
        if (type_, attribute) not in self._attachments:
            made = [block for block in self.of_type(type_) if block.is_made is not False]
            self._attachments[type_, attribute] = Attachments(made, attribute)
        return self._attachments[type_, attribute]

    @functools.cached_property
    def users(self) -> dict[Block, list[tuple[Block, str]]]:
        """What has a policy or a secret value that is made from a block, by that block."""
        found: dict[Block, list[tuple[Block, str]]] = defaultdict(list)
        for user in [*self.of_kind("resource"), *self.of_kind("data")]:
            for name in [*user.body.attributes, *{kind for kind, _, _ in user.body.blocks}]:
                if is_policy(user.type, name) or names.holds_secret(name):
                    for block in dict.fromkeys(user.references(name).blocks):
                        found[block].append((user, name))
        return found

    @functools.cached_property
    def sensitive_outputs(self) -> dict[HclBlock, list[str]]:
        """Names of the root modules' outputs by the variable that they are made from."""
        found: dict[HclBlock, list[str]] = defaultdict(list)
        for output in self.of_kind("output"):
            if not output.module:
                for variable in dict.fromkeys(self.follow(output, "value").variables):
                    found[variable].append(output.name)
        return found

    @functools.cached_property
    def secret_locals(self) -> dict[HclBlock, dict[HclBlock, list[str]]]:
        """Locals that are named as secrets or hold one, with where, by the block that shows them.

        checkov shows no finding on a local. So a block that uses the local shows the finding. If
        there is none, a block of the same file shows it, or else one of the same module.
        """
        found: dict[HclBlock, dict[HclBlock, list[str]]] = defaultdict(dict)
        for local in self.of_kind("locals"):
            node = local.body.attributes.get(local.name, UNREADABLE)
            value = evaluate(node, WrittenScope({}))
            places = list(names.passwords_in(local.name, value))
            if not places and not (names.is_secret(local.name) and is_known(value)):
                continue
            if block := self._showing(local):
                found[block][local] = places
        return found

    def _showing(self, local: HclBlock) -> HclBlock | None:
        """The block that shows what is found in a local; None without any in its module."""
        beside = [
            block
            for kind in SHOWING
            for block in sorted(self.of_kind(kind), key=lambda block: block.declared_name)
            if (block.folder, block.module) == (local.folder, local.module)
        ]
        return min(
            beside,
            key=lambda block: (local not in self._locals_of(block), block.file != local.file),
            default=None,
        )

    def _locals_of(self, block: HclBlock) -> list[HclBlock]:
        attributes = [*block.body.attributes, *(kind for kind, _, _ in block.body.blocks)]
        return [local for name in attributes for local in self.follow(block, name).locals]

    @functools.cached_property
    def secret_outputs(self) -> dict[Block, list[str]]:
        """Names of the root modules' outputs by the block with the secret value that they show."""
        found: dict[Block, list[str]] = defaultdict(list)
        for output in self.of_kind("output"):
            if not output.module:
                for secret in dict.fromkeys(output.secrets_in("value")):
                    found[secret].append(output.name)
        return found

    def callers(self, block: HclBlock) -> list[HclBlock]:
        """The call of the module that a block is in; none in a root module."""
        module = block.module
        if not module:
            return []
        place = Path(module.path).parent, module.nested_tf_module, "module", module.name
        found = self._by_name.get(place, [])
        own = [each for each in found if each.key == module.foreach_idx]
        return own or found

    def outputs_of(self, call: HclBlock, name: str | None) -> list[HclBlock]:
        """An output of a module, as a call has it; all outputs without a name."""
        found = self._outputs.get((call.folder, call.module, call.name), [])
        return [
            output
            for output in found
            if name in (output.name, None) and output.module.foreach_idx in (None, call.key)
        ]

    def value(self, block: HclBlock, *, has_defaults: bool) -> Value:
        """What a variable, local or output is."""
        place = block, has_defaults
        if place not in self._values:
            self._values[place] = OPEN  # for a value that refers to itself
            scope = block.scope if has_defaults else block.scope.without_defaults()
            if block.kind == "variable":
                self._values[place] = self._given(block, scope, has_defaults=has_defaults)
            else:
                name = "value" if block.kind == "output" else block.name
                node = block.body.attributes.get(name, UNREADABLE)
                self._values[place] = evaluate(node, scope)
        return self._values[place]

    def _given(self, variable: HclBlock, scope: HclScope, *, has_defaults: bool) -> Value:
        """A variable's value: from the caller, from a variable definitions file, or its default."""
        default = variable.body.attributes.get("default")
        given = OPEN
        callers = self.callers(variable)
        if callers:
            node = callers[0].body.attributes.get(variable.name)
            if node is None:
                given = OPEN if default is None else evaluate(default, scope)
            else:
                caller = callers[0].scope
                given = evaluate(node, caller if has_defaults else caller.without_defaults())
                is_nullable = variable.get("nullable") is not False
                if given is None and not is_nullable and default is not None:
                    given = evaluate(default, scope)
        elif variable.name in (found := _tfvars(variable.folder)):
            given = evaluate(found[variable.name], scope)
        elif has_defaults and default not in (None, ("literal", None)):
            given = evaluate(default, scope)
        return _typed(given, variable.body.attributes.get("type"), scope)

    def follow(self, block: HclBlock, attribute: str) -> Trail:
        """Follow the references of an attribute, or of blocks of that name, to their ends."""
        place = block, block.key, attribute
        if place not in self._trails:
            trail = Trail()
            for node in _nodes(block.body, attribute):
                self._follow(block, node, [], trail)
            self._trails[place] = trail
        return self._trails[place]

    def _follow(self, block: HclBlock, node: Node, steps: list[Node], trail: Trail) -> None:
        for name, taken in _names(node, steps, {}):
            place = block, name, str(taken)
            if place not in trail.seen:
                trail.seen.add(place)
                self._follow_name(block, name, taken, trail)

    def _follow_name(self, block: HclBlock, name: str, steps: list[Node], trail: Trail) -> None:
        first = steps[0] if steps and isinstance(steps[0], str) else ""
        if name == "each" and "for_each" in block.body.attributes:
            about = [_ABOUT] if first == "key" else []
            self._follow(block, block.body.attributes["for_each"], about + steps[1:], trail)
        elif name == "var":
            self._follow_variable(block, first, steps[1:], trail)
        elif name == "local":
            for target in self.named(block, "locals", first):
                trail.locals.append(target)
                self._follow(target, target.body.attributes[first], steps[1:], trail)
        elif name == "module":
            rest = [step for step in steps[1:] if isinstance(step, str) or step == _ABOUT]
            output = rest[0] if rest and isinstance(rest[0], str) else None
            for call in self.named(block, "module", first):
                for target in self.outputs_of(call, output):
                    value = target.body.attributes.get("value", UNREADABLE)
                    self._follow(target, value, rest[1:], trail)
        elif name not in _NO_RESOURCES:
            is_data = name == "data"
            address = [name, *steps] if not is_data else steps
            kind = "data" if is_data else "resource"
            found = self.named(block, kind, ".".join(map(str, address[:2])))
            rest = address[2:]
            trail.ends += [(each, rest) for each in _instances(found, rest, block.scope)]

    def _follow_variable(self, block: HclBlock, name: str, steps: list[Node], trail: Trail) -> None:
        for variable in self.named(block, "variable", name):
            callers = self.callers(variable)
            trail.is_open |= not callers
            if not callers and _ABOUT not in steps:
                trail.variables.append(variable)
            for caller in callers:
                if name in caller.body.attributes:
                    self._follow(caller, caller.body.attributes[name], steps, trail)


def _instances(blocks: list[HclBlock], steps: list[Node], scope: HclScope) -> Iterator[HclBlock]:
    """The instances that an index names, or all."""
    index = steps[0] if steps and not isinstance(steps[0], str) else SPLAT
    key = OPEN if index in (SPLAT, _ABOUT) else evaluate(index, scope)
    own = [block for block in blocks if block.key is not None and block.key == key]
    yield from own or blocks


def _nodes(body: Body, name: str) -> Iterator[Node]:
    """The expressions of an attribute, or of everything in blocks of a name."""
    if name in body.attributes:
        yield body.attributes[name]
    for kind, labels, inner in body.blocks:
        if kind == name or (kind == "dynamic" and labels == [name]):
            yield from _all_nodes(inner)


def _all_nodes(body: Body) -> Iterator[Node]:
    yield from body.attributes.values()
    for _, _, inner in body.blocks:
        yield from _all_nodes(inner)


type Bound = dict[str, tuple[Node, bool]]


def _names(node: Node, steps: list[Node], bound: Bound) -> Iterator[tuple[str, list[Node]]]:
    """Names in an expression, with the steps after each.

    `steps` are the steps after the expression itself. `bound` are the names of a `for`, with its
    collection and whether they are its values.
    """
    match node:
        case ("name", name, own):
            for step in own:
                if not isinstance(step, str) and step != SPLAT:
                    yield from _names(step, [_ABOUT], bound)
            if name not in bound:
                yield name, [*own, *steps]
            else:
                collection, is_value = bound[name]
                inner = {each: bound[each] for each in bound if each != name}
                about = [] if is_value else [_ABOUT]
                yield from _names(collection, [SPLAT, *about, *own, *steps], inner)
        case ("steps", inner, own):
            yield from _names(inner, [*own, *steps], bound)
        case ("object", pairs):
            wanted = ("literal", steps[0]) if steps and isinstance(steps[0], str) else steps[:1]
            chosen = [pair for pair in pairs if pair[0] in (wanted, *steps[:1])]
            if wanted and wanted[0] == "literal" and all(k[0] == "literal" for k, _ in pairs):
                pairs = chosen
            for key, value in chosen or pairs:
                yield from _names(key, [_ABOUT], bound)
                yield from _names(value, _within(steps, is_object=True), bound)
        case ("text", parts):
            for part in parts:
                if not isinstance(part, str):
                    yield from _names(part, steps, bound)
        case ("list", elements):
            for each in elements:
                yield from _names(each, _within(steps, is_object=False), bound)
        case ("call", "lookup", [collection, key, *default], _):
            for each, taken in ((collection, [key]), (key, [_ABOUT]), *((d, []) for d in default)):
                yield from _names(each, [*taken, *steps], bound)
        case ("call", name, elements, _):
            for each in elements:
                is_about = name in _ABOUT_FUNCTIONS
                yield from _names(each, [*steps, _ABOUT] if is_about else steps, bound)
        case ("operation", _, elements):
            for each in elements:
                yield from _names(each, [*steps, _ABOUT], bound)
        case ("if", condition, then, otherwise):
            yield from _names(condition, [_ABOUT], bound)
            yield from _names(then, steps, bound)
            yield from _names(otherwise, steps, bound)
        case ("for", names, collection, key, value, condition, _):
            yield from _names(collection, [_ABOUT], bound)
            inner = bound | {each: (collection, each == names[-1]) for each in names}
            for each in (key, condition):
                if each is not None:
                    yield from _names(each, [_ABOUT], inner)
            yield from _names(value, _within(steps, is_object=key is not None), inner)


def _within(steps: list[Node], *, is_object: bool) -> list[Node]:
    """The steps, as taken from an element instead of the whole."""
    if not steps or steps[0] == _ABOUT or (isinstance(steps[0], str) and not is_object):
        return steps
    return steps[1:]


def _typed(value: Value, type_: Node, scope: HclScope) -> Value:
    """A value as a variable of a type has it: with the defaults of optional attributes."""
    match type_:
        case ("call", "optional", [inner, *default], _):
            if value is None and default:
                value = evaluate(default[0], scope)
            return _typed(value, inner, scope)
        case ("call", "object", [("object", pairs)], _) if isinstance(value, dict):
            types = {key[1]: each for key, each in pairs}
            others = {key: OPEN for key in types if key not in value and OPEN in value}
            return {k: _typed((value | others).get(k), each, scope) for k, each in types.items()}
        case ("call", "map", [inner], _) if isinstance(value, dict):
            return {key: _typed(each, inner, scope) for key, each in value.items()}
        case ("call", "list" | "set", [inner], _) if isinstance(value, list):
            return [_typed(each, inner, scope) for each in value]
        case ("name", "string", []) if isinstance(value, bool | int | float):
            return as_text(value)
    return value


def _conf(vertex: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever checkov has parsed
    """What checkov passes to a rule."""
    conf = next(iter(vertex["config_"].values()))
    return next(iter(conf.values())) if vertex["block_type_"] in ("resource", "data") else conf


@functools.cache
def _bodies(file: str) -> dict[tuple[str, str], Body]:
    """The blocks of a file by kind and name; none if it cannot be read."""
    try:
        blocks = parse_body(Path(file).read_text()).blocks
    except (OSError, ValueError, RecursionError):
        return {}
    found: dict[tuple[str, str], Body] = {}
    for kind, labels, body in blocks:
        if kind == "locals":
            found |= {(kind, name): body for name in body.attributes}
        elif kind == "provider":
            alias = body.attributes.get("alias", ("literal", "default"))[1]
            found[kind, f"{labels[0]}.{alias}"] = body
        else:
            found[kind, ".".join(labels)] = body
    return found


@functools.cache
def _tfvars(folder: Path) -> dict[str, Node]:
    """The variables that Terraform loads automatically from a root module's folder."""
    found: dict[str, Node] = {}
    for file in [folder / "terraform.tfvars", *sorted(folder.glob("*.auto.tfvars"))]:
        try:
            found |= parse_body(file.read_text()).attributes
        except (OSError, HclError):
            continue
    return found


@functools.cache
def graph_of(graph: LibraryGraph) -> Graph:
    """The blocks of a scan, read once."""
    return Graph(graph)
