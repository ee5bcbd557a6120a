"""Matches filter patterns of CloudWatch Logs for JSON. No emulator does: LocalStack counts all.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
"""

import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(r'\s*(\(|\)|&&|\|\||=|\$(?:\.\w+)+|"[^"]*"|[\w.*-]+)')


def matches(pattern: str, event: Mapping[str, Any]) -> bool:
    """Whether the pattern matches the event.

    Supports equality of texts with `*` at either end, `&&`, `||` and parentheses, which a mix of
    the two operators needs here. ValueError for everything else.
    """
    if not (pattern.startswith("{") and pattern.endswith("}")):
        raise ValueError(f"a metric filter pattern for JSON must be in braces: {pattern}")
    tokens = _tokens(pattern[1:-1].strip())
    result = _any_or_all(tokens, event)
    if tokens:
        raise ValueError(f"not expected: {' '.join(tokens)}")
    return result


def _tokens(text: str) -> list[str]:
    tokens = []
    position = 0
    while position < len(text):
        if not (token := _TOKEN.match(text, position)):
            raise ValueError(f"not known: {text[position:]}")
        tokens.append(token[1])
        position = token.end()
    return tokens


def _any_or_all(tokens: list[str], event: Mapping[str, Any]) -> bool:
    results = [_term(tokens, event)]
    operators = set()
    while tokens and tokens[0] in ("&&", "||"):
        operators.add(tokens.pop(0))
        results.append(_term(tokens, event))
    if len(operators) > 1:
        raise ValueError("&& and || are mixed without parentheses: add them")
    return any(results) if operators == {"||"} else all(results)


def _term(tokens: list[str], event: Mapping[str, Any]) -> bool:
    if tokens[0] == "(":
        tokens.pop(0)
        result = _any_or_all(tokens, event)
        if not tokens or tokens.pop(0) != ")":
            raise ValueError("a parenthesis is not closed")
        return result
    (selector, operator, value), tokens[:3] = tokens[:3], []
    if not selector.startswith("$") or operator != "=":
        raise ValueError(f"not a comparison: {selector} {operator} {value}")
    found: Any = event
    for name in selector.split(".")[1:]:
        found = found.get(name) if isinstance(found, Mapping) else None
    text = re.escape(value.strip('"')).replace(r"\*", ".*")
    return isinstance(found, str) and re.fullmatch(text, found) is not None
