"""Parses HCL into a tree, because checkov's parser turns expressions into text and loses parts.

An expression is a tuple that begins with its kind:

    ("literal", value)
    ("text", [part, ...])
    ("list", [expression, ...])
    ("object", [(key, value), ...])
    ("name", name, [step, ...])
    ("steps", expression, [step, ...])
    ("call", name, [expression, ...], whether the last is spread)
    ("if", condition, then, otherwise)
    ("operation", operator, [expression, ...])
    ("for", [name, ...], collection, key or None, value, condition or None, whether it groups)
    ("unreadable",)

A step is the name of an attribute, the expression of an index, or `SPLAT`.
"""

import re
import textwrap
from dataclasses import dataclass, field
from typing import Any

type Node = Any

SPLAT = ("splat",)
_SPACE = re.compile(r"(?:[ \t]|/\*.*?\*/)+", re.DOTALL)
_LINES = re.compile(r"(?:\s|/\*.*?\*/|(?:#|//)[^\n]*)+", re.DOTALL)
_NAME = re.compile(r"[^\W\d][\w-]*(?:::[^\W\d][\w-]*)*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_HEREDOC = re.compile(r"<<(-?)([\w.-]+)[ \t]*\r?\n(.*?)^[ \t]*\2\b", re.DOTALL | re.MULTILINE)
_PLAIN = re.compile(r"(?:[^\"\\$%\n]|\$\$\{|%%\{|[$%](?!\{))+")
_PLAIN_IN_TEMPLATE = re.compile(r"(?:[^$%]|\$\$\{|%%\{|[$%](?!\{))+")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_OPERATOR = re.compile(r"\|\||&&|[=!<>]=|[<>+*-]|/(?![/*])|%(?!\{)")
_STRENGTH = {
    operator: strength
    for strength, operators in enumerate(("||", "&&", "== !=", "< > <= >=", "+ -", "* / %"))
    for operator in operators.split()
}
_LITERALS = {"true": True, "false": False, "null": None}
UNREADABLE = ("unreadable",)


class HclError(ValueError):
    """The text is not HCL, or HCL that this parser does not support."""


@dataclass
class Body:
    """The content between the braces of a block: attributes by name, and blocks."""

    attributes: dict[str, Node] = field(default_factory=dict)
    blocks: list[tuple[str, list[str], "Body"]] = field(default_factory=list)


def parse_body(text: str) -> Body:
    """The attributes and blocks of a file. Raises HclError."""
    reader = _Reader(text)
    body = reader.body()
    if reader.at < len(text):
        raise HclError(text[reader.at : reader.at + 20])
    return body


def parse_template(text: str) -> Node:
    """A text with `${}`, such as a heredoc or a file. Raises HclError."""
    return _Reader(text).template()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip(self, pattern: re.Pattern[str] = _LINES) -> None:
        if match := pattern.match(self.text, self.at):
            self.at = match.end()

    def take(self, pattern: re.Pattern[str]) -> str | None:
        match = pattern.match(self.text, self.at)
        if not match:
            return None
        self.at = match.end()
        return match[0]

    def has(self, token: str) -> bool:
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        return True

    def expect(self, token: str) -> None:
        if not self.has(token):
            raise HclError(f"{token} expected: {self.text[self.at : self.at + 20]}")

    def name(self) -> str:
        found = self.take(_NAME)
        if found is None:
            raise HclError(f"A name expected: {self.text[self.at : self.at + 20]}")
        return found

    def body(self) -> Body:
        body = Body()
        while True:
            self.skip()
            name = self.take(_NAME)
            if name is None:
                return body
            self.skip(_SPACE)
            if self.has("="):
                self.skip(_SPACE)
                body.attributes[name] = self.expression(_SPACE)
                continue
            labels = []
            while not self.has("{"):
                label = self.quoted() if self.has('"') else ("literal", self.name())
                labels.append(str(label[1]))
                self.skip(_SPACE)
            body.blocks.append((name, labels, self.body()))
            self.expect("}")

    def expression(self, space: re.Pattern[str] = _LINES) -> Node:
        """`space` is what can be between its parts: a new line only inside brackets."""
        condition = self.operation(0, space)
        self.skip(space)
        if not self.has("?"):
            return condition
        self.skip()
        then = self.expression()
        self.skip()
        self.expect(":")
        self.skip()
        return ("if", condition, then, self.expression(space))

    def operation(self, weakest: int, space: re.Pattern[str]) -> Node:
        """Terms, with operators between them that bind at least as strongly as the weakest."""
        found = self.term(space)
        while True:
            start = self.at
            self.skip(space)
            operator = self.take(_OPERATOR)
            if operator is None or _STRENGTH[operator] < weakest:
                self.at = start
                return found
            self.skip()
            found = ("operation", operator, [found, self.operation(_STRENGTH[operator] + 1, space)])

    def term(self, space: re.Pattern[str]) -> Node:
        for operator in ("!", "-"):
            if self.has(operator):
                self.skip(space)
                return ("operation", operator, [self.term(space)])
        return self.with_steps(self.operand())

    def operand(self) -> Node:
        if self.has('"'):
            return self.quoted()
        if match := _HEREDOC.match(self.text, self.at):
            self.at = match.end()
            return parse_template(textwrap.dedent(match[3]) if match[1] else match[3])
        if self.has("("):
            self.skip()
            found = self.expression()
            self.skip()
            self.expect(")")
            return found
        if self.has("["):
            return self.list()
        if self.has("{"):
            return self.object()
        if number := self.take(_NUMBER):
            return ("literal", float(number) if set(number) & set(".eE") else int(number))
        name = self.name()
        if self.has("("):
            return self.call(name)
        return ("literal", _LITERALS[name]) if name in _LITERALS else ("name", name, [])

    def call(self, name: str) -> Node:
        arguments: list[Node] = []
        is_spread = False
        while True:
            self.skip()
            if self.has(")"):
                return ("call", name, arguments, is_spread)
            arguments.append(self.expression())
            self.skip()
            is_spread = self.has("...")
            self.has(",")

    def with_steps(self, node: Node) -> Node:
        steps: list[Node] = []
        while True:
            if self.has("[*]") or self.has(".*"):
                steps.append(SPLAT)
            elif self.has("["):
                self.skip()
                steps.append(self.expression())
                self.skip()
                self.expect("]")
            elif self.text.startswith(".", self.at) and not self.text.startswith("...", self.at):
                self.at += 1
                number = self.take(_NUMBER)
                steps.append(("literal", int(float(number))) if number else self.name())
            else:
                break
        if not steps:
            return node
        return ("name", node[1], steps) if node[0] == "name" else ("steps", node, steps)

    def list(self) -> Node:
        self.skip()
        if found := self.for_("]"):
            return found
        elements = []
        while not self.has("]"):
            elements.append(self.expression())
            self.skip()
            self.has(",")
            self.skip()
        return ("list", elements)

    def object(self) -> Node:
        self.skip()
        if found := self.for_("}"):
            return found
        pairs = []
        while not self.has("}"):
            key = self.expression(_SPACE)
            if key[0] == "name" and not key[2]:
                key = ("literal", key[1])
            self.skip()
            if not self.has("="):
                self.expect(":")
            self.skip()
            pairs.append((key, self.expression(_SPACE)))
            self.skip()
            self.has(",")
            self.skip()
        return ("object", pairs)

    def for_(self, end: str) -> Node | None:
        if not re.compile(r"for\s").match(self.text, self.at):
            return None
        self.at += len("for")
        self.skip()
        names = [self.name()]
        self.skip()
        while self.has(","):
            self.skip()
            names.append(self.name())
            self.skip()
        self.expect("in")
        self.skip()
        collection = self.expression()
        self.skip()
        self.expect(":")
        self.skip()
        key, value = None, self.expression()
        self.skip()
        if end == "}":
            self.expect("=>")
            self.skip()
            key, value = value, self.expression()
            self.skip()
        is_grouped = self.has("...")
        self.skip()
        condition = None
        if self.has("if"):
            self.skip()
            condition = self.expression()
            self.skip()
        self.expect(end)
        return ("for", names, collection, key, value, condition, is_grouped)

    def quoted(self) -> Node:
        """A text in quotation marks, after the first of them."""
        return self.parts(_PLAIN, '"')

    def template(self) -> Node:
        return self.parts(_PLAIN_IN_TEMPLATE, "")

    def parts(self, plain: re.Pattern[str], end: str) -> Node:
        parts: list[Node] = []
        is_readable = True
        while not (self.has(end) if end else self.at == len(self.text)):
            if text := self.take(plain):
                parts.append(text.replace("$${", "${").replace("%%{", "%{"))
            elif end and self.has("\\"):
                escaped = self.text[self.at : self.at + 1]
                parts.append(_ESCAPES.get(escaped, "\\" + escaped))
                self.at += 1
            elif self.has("${"):
                self.has("~")
                self.skip()
                parts.append(self.expression())
                self.skip()
                self.has("~")
                self.expect("}")
            elif self.has("%{"):
                # This ignores the result of a directive, but reads its references.
                is_readable = False
                self.take(re.compile(r"~?\s*(?:if|for\s+[\w, ]+?\s+in|else|endif|endfor)\b"))
                self.skip()
                if not re.compile(r"~?\}").match(self.text, self.at):
                    parts.append(self.expression())
                    self.skip()
                self.has("~")
                self.expect("}")
            else:
                raise HclError(f"Not the end of a text: {self.text[self.at : self.at + 20]}")
        if not is_readable:
            return ("text", [*parts, UNREADABLE])
        if all(isinstance(part, str) for part in parts):
            return ("literal", "".join(parts))
        # A text that is one reference has its type.
        return parts[0] if len(parts) == 1 else ("text", parts)
