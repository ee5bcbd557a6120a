"""Blocks of HCL, from what checkov has parsed and rendered.

The edges of checkov's graph are not used: it draws none through `module.x[*].y` or a function that
it evaluates, and of two calls of a module leads to the first. References are read from the text.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, override

import hcl2
from checkov.common.typing import LibraryGraph

from asm.block import SECRET_ATTRIBUTES, UNKNOWN, Block, References, Value, Values, is_known

# A reference that checkov has left in a value; it drops the "${}" of some, even within a string.
_LEFT = re.compile(
    r"""\$\{.*?\}
    | (?<![\w.-])
      (?:var | local | module | data | each | count | path | self | [a-z][a-z0-9]*(?:_[a-z0-9]+)+)
      \.[A-Za-z_] (?: [\w-] | \[[^\]]*\] | \.(?=[\w*]) )*
    | \A\w+\.(?:value|key)(?:\.\w+)*\Z""",
    re.VERBOSE,
)
# A function, a "for" or a conditional that checkov could not evaluate.
_EXPRESSION = re.compile(r"(?!rate|cron)\w+\(.*\).*|[\[{]\s*for\b.*|.*\s\?\s.*\s:\s.*", re.DOTALL)

# A reference as it is written, by the kind of what it names.
_REFERENCE = re.compile(
    r"""(?<![\w.-]) (?:
      var\.(?P<variable>[\w-]+)
    | local\.(?P<locals>[\w-]+)
    | module\.(?P<module>[\w-]+) (?:\[[^\]]*\])? (?:\.(?P<output>[\w-]+))?
    | data\.(?P<data>\w+\.[\w-]+)
    | (?P<resource>[a-z][a-z0-9]*(?:_[a-z0-9]+)+\.[A-Za-z_][\w-]*)
    )""",
    re.VERBOSE,
)


def mask(value: Value) -> Value:
    """The value with UNKNOWN in place of what checkov has not resolved."""
    if isinstance(value, str):
        return UNKNOWN if _EXPRESSION.fullmatch(value) else _LEFT.sub(UNKNOWN, value)
    if isinstance(value, list):
        return [mask(element) for element in value]
    if isinstance(value, dict):
        return {key: mask(element) for key, element in value.items() if key[:2] != "__"}
    return value


def _first(value: Value) -> Value:
    """A value out of the list that checkov's parser puts it in."""
    return value[0] if isinstance(value, list) and value else value


class HclValues(Values):
    """Attributes and blocks as checkov's parser gives them."""

    def __init__(self, conf: dict[str, Any]) -> None:
        self.conf = conf

    @override
    def get(self, name: str) -> Value:
        return mask(_first(self.conf.get(name)))

    @override
    def blocks(self, name: str) -> list[Values]:
        generated: list[dict[str, Any]] = []
        skipped: list[dict[str, Any]] = []
        for dynamic in self.conf.get("dynamic") or []:
            found = dynamic.get(name, [])
            if isinstance(found, dict):
                contents = found.get("content", [])
                (generated if any(found.get("for_each", [])) else skipped).extend(contents)
            else:
                generated += found
        # checkov itself adds what dynamic blocks generate, even if that is nothing.
        written = [each for each in self.conf.get(name) or [] if each not in generated + skipped]
        return [HclValues(each) for each in written + generated if isinstance(each, dict)]


class HclBlock(HclValues, Block):
    """A vertex of checkov's graph: also a variable, local, output, module call or provider."""

    def __init__(self, graph: "Graph", vertex: dict[str, Any]) -> None:
        self._graph = graph
        self.vertex = vertex
        self.kind: str = vertex["block_type_"]
        # "TYPE.NAME" or "NAME"; an instance has its key behind.
        self.declared_name: str = vertex["block_name_"].partition("[")[0]
        self.type, _, self.name = self.declared_name.rpartition(".")
        self.file: str = vertex["file_path_"]
        # The call of the module that it is in, with its `path`, `name` and `nested_tf_module`, the
        # call around that; None in a root module.
        self.module: Any = vertex["source_module_object_"]
        body = next(iter(vertex["config_"].values()))
        if self.kind in ("resource", "data"):
            body = next(iter(body.values()))
        super().__init__(body if isinstance(body, dict) else {self.name: body})

    @override
    def get(self, name: str) -> Value:
        return None if self._is_null(name) else super().get(name)

    @override
    def references(self, name: str) -> References:
        trail = self._graph.follow(self, name)
        blocks = [block for block, _, _ in trail.ends]
        return References(blocks, trail.is_open or not (blocks or is_known(self.get(name))))

    @override
    def peers(self, *types: str) -> list[Block]:
        return [
            block
            for block in self._graph.of_kind("resource")
            if block.type in types and block.conf.get("count") != [0]
        ]

    @override
    def secrets_in(self, name: str) -> list[Block]:
        return [
            block
            for block, referrer, attribute in self._graph.follow(self, name).ends
            if block.type in SECRET_ATTRIBUTES
            and re.search(
                rf"\.({'|'.join(SECRET_ATTRIBUTES[block.type])})\b",
                str(referrer.written(attribute)),
            )
        ]

    @override
    def outputs(self) -> list[str]:
        return [
            output.name
            for output in self._graph.of_kind("output")
            if not output.module and self in output.secrets_in("value")
        ]

    @override
    def account(self) -> str | None:
        for provider in self._providers():
            accounts = provider.get("allowed_account_ids") or []
            if len(accounts) == 1 and is_known(accounts):
                return str(accounts[0]).zfill(12)  # checkov takes it for a number
        return None

    @override
    def tags(self) -> tuple[dict[str, Value], bool]:
        given = [
            block.get("tags")
            for provider in self._providers()
            for block in provider.blocks("default_tags")
        ]
        given.append(self.get("tags") or {})
        known = [tags for tags in given if isinstance(tags, dict)]
        is_all = known == given and not self.references("tags").is_open
        return {name: value for tags in known for name, value in tags.items()}, is_all

    def _providers(self) -> list["HclBlock"]:
        """Its provider, which stands in its own folder or in one from which it is called."""
        folders = {self.folder}
        caller = self.module
        while caller:
            folders.add(Path(caller.path).parent)
            caller = caller.nested_tf_module
        address = self.conf.get("__provider_address__", "aws.default")
        return [
            provider
            for provider in self._graph.of_kind("provider")
            if provider.conf["__address__"] == address and provider.folder in folders
        ]

    @functools.cached_property
    def folder(self) -> Path:
        """The folder that it stands in."""
        return Path(self.file).parent

    def written(self, name: str) -> Value:
        """An attribute as it is written, with its references; None if it is not given."""
        for group in _parse(self.file).get(self.kind, []):
            body = group.get(self.type, {}) if self.type else group
            if self.name in body:
                found = body[self.name] if self.kind == "locals" else body[self.name].get(name)
                return _first(found)
        return None

    def _is_null(self, name: str) -> bool:
        """Whether it is a variable that the caller of the module leaves null; checkov leaves it."""
        if not self.module or not re.fullmatch(r"\$\{var\.[\w-]+\}", str(self.written(name))):
            return False
        for variable in self._graph.targets(self, name):
            for caller in self._graph.callers(variable):
                if variable.name in caller.conf:
                    given = caller.written(variable.name)
                    return given in (None, "${null}") or caller._is_null(variable.name)
                return variable.written("default") in (None, "${null}")
        return False


class Trail:
    """Where the references of an attribute lead: each end with who refers to it, and by what."""

    def __init__(self) -> None:
        self.ends: list[tuple[HclBlock, HclBlock, str]] = []
        self.is_open = False
        self.seen: set[tuple[HclBlock, str]] = set()


class Graph:
    """All blocks of a scan."""

    def __init__(self, graph: LibraryGraph) -> None:
        blocks = [HclBlock(self, vertex) for _, vertex in graph.nodes()]
        self._by_conf = {id(block.conf): block for block in blocks}
        self._by_kind = defaultdict(list)
        self._by_name = defaultdict(list)
        for block in blocks:
            self._by_kind[block.kind].append(block)
            self._by_name[block.folder, block.module, block.kind, block.declared_name].append(block)

    def block(self, conf: dict[str, Any]) -> HclBlock:
        """The block of which checkov hands this configuration to a rule."""
        return self._by_conf[id(conf)]

    def of_kind(self, kind: str) -> list[HclBlock]:
        """All blocks of a kind, such as `resource` or `output`."""
        return self._by_kind[kind]

    def callers(self, block: HclBlock) -> list[HclBlock]:
        """The call of the module that a block is in; none in a root module."""
        module = block.module
        if not module:
            return []
        folder = Path(module.path).parent
        return self._by_name[folder, module.nested_tf_module, "module", module.name]

    def targets(self, block: HclBlock, attribute: str) -> Iterator[HclBlock]:
        """What an attribute refers to: all instances of a resource, the output of a module."""
        for match in _REFERENCE.finditer(str(block.written(attribute))):
            kind, name = next((k, n) for k, n in match.groupdict().items() if n)
            if kind == "module":
                yield from self._outputs(block, name, match["output"])
            else:
                yield from self._by_name[block.folder, block.module, kind, name]

    def _outputs(self, block: HclBlock, module: str, name: str | None) -> Iterator[HclBlock]:
        """An output of a module that is called beside a block; all of them without a name."""
        for output in self.of_kind("output"):
            call = output.module
            if (
                call
                and (call.name, call.nested_tf_module) == (module, block.module)
                and Path(call.path).parent == block.folder
                and name in (output.name, None)
            ):
                yield output

    def follow(self, block: HclBlock, attribute: str) -> Trail:
        """Follow the references of an attribute to their ends."""
        trail = Trail()
        self._follow(block, attribute, trail)
        return trail

    def _follow(self, block: HclBlock, attribute: str, trail: Trail) -> None:
        if (block, attribute) in trail.seen:
            return
        trail.seen.add((block, attribute))
        for target in self.targets(block, attribute):
            if target.kind in ("resource", "data"):
                trail.ends.append((target, block, attribute))
            elif target.kind == "variable":
                callers = self.callers(target)
                trail.is_open |= not callers
                for caller in callers:
                    self._follow(caller, target.name, trail)
            else:
                self._follow(target, "value" if target.kind == "output" else target.name, trail)
        if "each." in str(block.written(attribute)):
            self._follow(block, "for_each", trail)


@functools.cache
def _parse(file: str) -> dict[str, Any]:
    with Path(file).open() as text:
        parsed: dict[str, Any] = hcl2.load(text)
    return parsed


@functools.cache
def graph_of(graph: LibraryGraph) -> Graph:
    """The blocks of a scan, read once."""
    return Graph(graph)
