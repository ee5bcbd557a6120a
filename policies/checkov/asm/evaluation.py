"""Evaluates an HCL expression, and marks the parts that are unknown.

Only this module makes a value known or unknown. OPEN means that the text does not decide the value.
In a string OPEN can be any text, and in a list any number of elements. As the name of an attribute
OPEN means that other attributes can exist.
"""

import base64
import itertools
import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from asm.block import OPEN, UNKNOWN, Value, is_known
from asm.syntax import SPLAT, Node, parse_template

# Larger results are not computed.
_MOST = 10_000


class NoValueError(Exception):
    """Terraform would refuse the expression, for example because an attribute is missing."""


class Scope(Protocol):
    """What names mean."""

    def look_up(self, name: str, steps: list[Node]) -> tuple[Value, list[Node]]:
        """The value of a name with its first steps, and the remaining steps."""

    def bind(self, names: dict[str, Value]) -> "Scope":
        """The same with further names."""

    def read_file(self, name: str) -> str | None:
        """Text of a file, by its path from the folder of the scope."""


def evaluate(node: Node, scope: Scope) -> Value:
    """The value of an expression, OPEN if it has none."""
    try:
        return _evaluate(node, scope)
    except (NoValueError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        return OPEN


def _evaluate(node: Node, scope: Scope) -> Value:
    match node:
        case ("literal", value):
            return value
        case ("text", parts):
            return "".join(map(as_text, (_part(part, scope) for part in parts)))
        case ("list", elements):
            return [evaluate(each, scope) for each in elements]
        case ("object", pairs):
            return _object((evaluate(k, scope), evaluate(v, scope)) for k, v in pairs)
        case ("name", name, steps):
            return _step(*scope.look_up(name, steps), scope)
        case ("steps", inner, steps):
            return _step(_evaluate(inner, scope), steps, scope)
        case ("call", name, arguments, is_spread):
            return _call(name, arguments, is_spread, scope)
        case ("if", condition, then, otherwise):
            return _choice(evaluate(condition, scope), then, otherwise, scope)
        case ("operation", operator, operands):
            return _operation(operator, [evaluate(each, scope) for each in operands])
        case ("for", names, collection, key, value, condition, is_grouped):
            items = as_items(_evaluate(collection, scope))
            if items is None or is_grouped:
                return OPEN
            return _for(names, items, (key, value, condition), scope)
    return OPEN


def _part(part: Node, scope: Scope) -> Value:
    return part if isinstance(part, str) else evaluate(part, scope)


def as_text(value: Value) -> str:
    """The text that a template makes of a value."""
    if value is None:
        raise NoValueError
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else OPEN


def as_items(value: Value) -> list[tuple[Value, Value]] | None:
    """Keys and values of a collection; None if the collection is unknown."""
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list):
        return [(OPEN if OPEN in value else index, each) for index, each in enumerate(value)]
    return None


def _object(pairs: Iterable[tuple[Value, Value]]) -> dict[str, Value]:
    """An object. An unknown key can be the key of any pair before it."""
    found: dict[str, Value] = {}
    for key, value in pairs:
        if not is_known(key):
            found = dict.fromkeys(found, OPEN) | {OPEN: OPEN}
        else:
            found[as_text(key)] = value
    return found


def _step(value: Value, steps: list[Node], scope: Scope) -> Value:
    for number, step in enumerate(steps):
        if isinstance(value, str) and value in (OPEN, UNKNOWN):
            return value
        if step == SPLAT:
            rest = steps[number + 1 :]
            each = value if isinstance(value, list) else [] if value is None else [value]
            return [_step(one, rest, scope) for one in each]
        value = _get(value, step if isinstance(step, str) else evaluate(step, scope))
    return value


def _get(value: Value, key: Value) -> Value:
    if not is_known(key):
        return OPEN
    if isinstance(value, dict):
        key = as_text(key)
        if key not in value and OPEN not in value:
            raise NoValueError
        return value.get(key, OPEN)
    if isinstance(value, list):
        index = int(key)
        if OPEN in value[: index + 1]:
            return OPEN
        return value[index]
    raise NoValueError


def _choice(condition: Value, then: Node, otherwise: Node, scope: Scope) -> Value:
    if condition in (True, "true"):
        return _evaluate(then, scope)
    if condition in (False, "false"):
        return _evaluate(otherwise, scope)
    found, other = evaluate(then, scope), evaluate(otherwise, scope)
    return found if found == other else OPEN


def _for(
    names: list[str],
    items: list[tuple[Value, Value]],
    parts: tuple[Node | None, Node, Node | None],
    scope: Scope,
) -> Value:
    key, value, condition = parts
    pairs = []
    for item in items:
        inner = scope.bind(dict(zip(reversed(names), reversed(item), strict=False)))
        is_in = True if condition is None else evaluate(condition, inner)
        if is_in is False:
            continue
        if is_in is not True or (item[1] == OPEN and not is_known(item[0])):
            pairs.append((OPEN, OPEN))
        else:
            pairs.append((evaluate(key, inner) if key else "", evaluate(value, inner)))
    return _object(pairs) if key else [each for _, each in pairs]


def _operation(operator: str, values: list[Value]) -> Value:
    if operator in ("&&", "||"):
        decisive = operator == "||"
        if decisive in [as_bool(each) for each in values]:
            return decisive
        return not decisive if all(map(is_known, values)) else OPEN
    if not all(map(is_known, values)):
        return _differs(operator, values)
    if operator == "!":
        return not as_bool(values[0])
    if operator in ("==", "!="):
        return (values[0] == values[1]) is (operator == "==")
    if len(values) == 1:
        return -float(values[0])
    left, right = map(float, values)
    return _ARITHMETIC[operator](left, right)


def _differs(operator: str, values: list[Value]) -> Value:
    """A value that the provider computes is never null."""
    if operator in ("==", "!=") and UNKNOWN in values and None in values:
        return operator == "!="
    return OPEN


_ARITHMETIC: dict[str, Callable[[float, float], float | bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": math.fmod,
}


def as_bool(value: Value) -> Value:
    """A bool, which can also be written as a string."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _call(name: str, arguments: list[Node], is_spread: bool, scope: Scope) -> Value:
    name = name.removeprefix("core::")
    if name == "try":
        return _try(arguments, scope)
    if name == "can":
        return _can(arguments[0], scope)
    values = [_evaluate(each, scope) for each in arguments]
    if is_spread:
        *values, last = values
        values += last if isinstance(last, list) else [OPEN]
    if name in ("file", "templatefile"):
        return _file(values, scope)
    if partly := _PARTLY.get(name):
        return partly(*values)
    if (known := _KNOWN.get(name)) and all(map(is_known, values)):
        return known(*values)
    return OPEN


def _try(arguments: list[Node], scope: Scope) -> Value:
    for each in arguments:
        try:
            return _evaluate(each, scope)
        except (NoValueError, LookupError, TypeError, ValueError):
            continue
    return OPEN


def _can(argument: Node, scope: Scope) -> Value:
    try:
        return True if is_known(_evaluate(argument, scope)) else OPEN
    except (NoValueError, LookupError, TypeError, ValueError):
        return False


def _file(values: list[Value], scope: Scope) -> Value:
    text = scope.read_file(str(values[0])) if is_known(values[0]) else None
    if text is None:
        return OPEN
    if len(values) == 1:
        return text
    names = values[1] if isinstance(values[1], dict) else {}
    return evaluate(parse_template(text), scope.bind(names))


def _merge(*maps: Value) -> Value:
    found: dict[str, Value] = {}
    for each in maps:
        if not isinstance(each, dict | None):
            each = {OPEN: OPEN}
        if each and OPEN in each:
            found = dict.fromkeys(found, OPEN)
        found |= each or {}
    return found


def _concat(*lists: Value) -> Value:
    return [one for each in lists for one in (each if isinstance(each, list) else [OPEN])]


def _flatten(value: Value) -> Value:
    if not isinstance(value, list):
        return OPEN
    return [one for each in value for one in (_flatten(each) if isinstance(each, list) else [each])]


def _lookup(value: Value, key: Value, *default: Value) -> Value:
    if not isinstance(value, dict) or not is_known(key):
        return OPEN
    if OPEN in value or key in value:
        return value.get(key, OPEN)
    if not default:
        raise NoValueError
    return default[0]


def _coalesce(*values: Value) -> Value:
    for each in values:
        if each not in (None, "", [], {}):
            return each
    raise NoValueError


def _distinct(value: Value) -> Value:
    if not isinstance(value, list):
        return OPEN
    return [each for index, each in enumerate(value) if each not in value[:index]]


def _one(value: Value) -> Value:
    if value is None or value == []:
        return None
    if isinstance(value, list):
        return OPEN if OPEN in value else value[0]
    return OPEN


def _length(value: Value) -> Value:
    if isinstance(value, list | dict):
        return OPEN if OPEN in value else len(value)
    return len(value) if isinstance(value, str) and is_known(value) else OPEN


def _of_map(pick: Callable[[dict[str, Value]], Iterable[Value]]) -> Callable[[Value], Value]:
    """A function of a map that returns a list, in the order of the keys."""
    return lambda value: (
        list(pick(dict(sorted(value.items())))) if isinstance(value, dict) else OPEN
    )


def _format(template: Value, *values: Value) -> Value:
    if not isinstance(template, str) or re.search(r"%[^sdvqt%]", template):
        return OPEN
    left = iter(values)
    parts = re.split(r"(%[sdvqt%])", template)
    return "".join(
        "%" if part == "%%" else as_text(next(left)) if part[:1] == "%" else part for part in parts
    )


def _join(separator: Value, value: Value) -> Value:
    if not isinstance(value, list) or not isinstance(separator, str):
        return OPEN
    return separator.join(map(as_text, value))


def _contains(value: Value, wanted: Value) -> Value:
    if isinstance(value, list) and is_known(wanted) and wanted in value:
        return True
    return False if is_known([value, wanted]) else OPEN


def _jsonencode(value: Value) -> Value:
    return json.dumps(value, ensure_ascii=False) if value != OPEN else OPEN


def _toset(value: Value) -> Value:
    found = _distinct(value)
    return sorted(found, key=as_text) if isinstance(found, list) and is_known(found) else found


def _range(*values: float) -> Value:
    return list(itertools.islice(range(*map(int, values)), _MOST))


# Functions that return a result although a part of their arguments is unknown.
_PARTLY: dict[str, Callable[..., Value]] = {
    "merge": _merge,
    "concat": _concat,
    "flatten": _flatten,
    "lookup": _lookup,
    "coalesce": _coalesce,
    "coalescelist": _coalesce,
    "compact": lambda value: (
        [each for each in value if each not in (None, "")] if isinstance(value, list) else OPEN
    ),
    "distinct": _distinct,
    "toset": _toset,
    "tolist": lambda value: value,
    "tomap": lambda value: value,
    "sensitive": lambda value: value,
    "nonsensitive": lambda value: value,
    "tostring": lambda value: None if value is None else as_text(value),
    "one": _one,
    "length": _length,
    "keys": _of_map(lambda value: value),
    "values": _of_map(lambda value: value.values()),
    "format": _format,
    "join": _join,
    "contains": _contains,
    "element": lambda value, index: (
        value[int(index) % len(value)] if isinstance(value, list) and OPEN not in value else OPEN
    ),
    "jsonencode": _jsonencode,
    "zipmap": lambda keys, values: (
        _object(zip(keys, values, strict=True))
        if isinstance(keys, list) and isinstance(values, list)
        else {OPEN: OPEN}
    ),
}

# Functions that need known arguments.
_KNOWN: dict[str, Callable[..., Any]] = {
    "tobool": as_bool,
    "tonumber": float,
    "jsondecode": json.loads,
    "base64encode": lambda text: base64.b64encode(text.encode()).decode(),
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "trimspace": str.strip,
    "trimprefix": str.removeprefix,
    "trimsuffix": str.removesuffix,
    "trim": str.strip,
    "replace": lambda text, old, new: OPEN if old[:1] == "/" else text.replace(old, new),
    "split": lambda separator, text: text.split(separator),
    "startswith": str.startswith,
    "endswith": str.endswith,
    "strcontains": str.__contains__,
    "substr": lambda text, start, size: text[start:][: size if size >= 0 else None],
    "range": _range,
    "min": min,
    "max": max,
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "reverse": lambda value: value[::-1],
    "sort": sorted,
    "slice": lambda value, start, end: value[start:end],
    "alltrue": lambda value: all(map(as_bool, value)),
    "anytrue": lambda value: any(map(as_bool, value)),
    "setunion": lambda *sets: _toset(_concat(*sets)),
    "setsubtract": lambda value, other: [each for each in value if each not in other],
    "setintersection": lambda value, other: [each for each in value if each in other],
    "index": list.index,
    "basename": lambda path: path.rpartition("/")[2],
}
