"""Checks the texts for people with textlint, as a part of `make lint`.

The texts are the Markdown pages; descriptions, error messages and comments of HCL; and docstrings
and comments of Python. `python -m tools.prose` prints each finding on a line:
`path:line: what is wrong`. With globs as arguments, it checks those files instead of SCOPE.
"""

import ast
import io
import json
import re
import subprocess
import sys
import textwrap
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.files import files
from tools.environments import PROSE, ROOT, VENV

# The files that are checked, by paths in the repository.
SCOPE = ("**/*.md", "**/*.tf", "**/*.tftest.hcl", "**/*.py")

_HCL = re.compile(
    r"(?:^|(?<=\s))(?P<comment>(?:#|//)[^\n]*|/\*.*?\*/)"
    r"|(?P<attribute>^[ \t]*[\w-]+)[ \t]*=(?![=>])"
    r"|<<-?(?P<tag>\w+)\n(?P<heredoc>.*?)^[ \t]*(?P=tag)$"
    r'|(?P<string>")',
    re.DOTALL | re.MULTILINE,
)
_PROSE = ("description", "error_message")


@dataclass(frozen=True)
class Text:
    """A piece of Markdown and the line on which it begins."""

    line: int
    text: str


def texts(file: Path) -> list[Text]:
    """The texts for people in a file."""
    text = file.read_text()
    match file.suffix:
        case ".md":
            return [Text(1, text)]
        case ".py":
            return [*_docstrings(text), *_joined(_python_comments(text))]
        case _:
            return list(_joined(_hcl(text)))


def _docstrings(code: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node, clean=False)
            if text:
                first, _, rest = text.partition("\n")
                yield Text(node.body[0].lineno, f"{first}\n{textwrap.dedent(rest)}")


def _python_comments(code: str) -> Iterator[tuple[Text, bool]]:
    """Each comment, and whether it fills a whole line."""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            is_whole = token.line.lstrip().startswith("#")
            yield Text(token.start[0], _uncommented(token.string)), is_whole


def _hcl(code: str) -> Iterator[tuple[Text, bool]]:
    """Each comment, description and error message, and whether it is a whole-line comment."""
    at, attribute = 0, ""
    while found := _HCL.search(code, at):
        at = found.end()
        line = code.count("\n", 0, found.start()) + 1
        if found["comment"]:
            before = code[code.rfind("\n", 0, found.start()) + 1 : found.start()]
            yield Text(line, _uncommented(found["comment"])), not before.strip()
        elif found["attribute"]:
            attribute = found["attribute"].strip()
        else:
            if found["string"]:
                text, at = _template(code, at, '"')
            else:
                line += 1
                text = textwrap.dedent(_template(found["heredoc"], 0, "")[0])
            if attribute in _PROSE:
                yield Text(line, text), False


def _template(code: str, at: int, end: str) -> tuple[str, int]:
    """Text up to `end` or the end of the code, with X for each expression; where it ends."""
    found = ""
    while at < len(code) and not (end and code[at] == end):
        if code.startswith(("$${", "%%{"), at):
            found, at = found + code[at : at + 3], at + 3
        elif code.startswith(("${", "%{"), at):
            found, at = found + "X", _expression(code, at + 2)
        elif end and code[at] == "\\":
            found, at = found + (" " if code[at + 1] == "n" else code[at + 1]), at + 2
        else:
            found, at = found + code[at], at + 1
    return found, at + 1


def _expression(code: str, at: int) -> int:
    """Position after the closing brace of an expression in braces."""
    while code[at] != "}":
        if code[at] == '"':
            at = _template(code, at + 1, '"')[1]
        else:
            at = _expression(code, at + 1) if code[at] == "{" else at + 1
    return at + 1


def _uncommented(comment: str) -> str:
    return re.sub(r"^(?:#|//|/\*) ?|\*/$", "", comment)


def _joined(found: Iterable[tuple[Text, bool]]) -> Iterator[Text]:
    """The texts, with whole-line comments on consecutive lines joined to one text."""
    lines: list[Text] = []
    for text, is_line in found:
        if lines and not (is_line and text.line == lines[-1].line + 1):
            yield Text(lines[0].line, "\n".join(line.text for line in lines))
            lines = []
        if is_line:
            lines.append(text)
        else:
            yield text
    if lines:
        yield Text(lines[0].line, "\n".join(line.text for line in lines))


def findings(checked: Sequence[Path], repository: Path = ROOT) -> list[str]:
    """`path:line: what is wrong` for each finding in the files."""
    found = [(file, text) for file in checked for text in texts(file)]
    result = subprocess.run(
        ["node", PROSE / "lint.mjs"],
        cwd=VENV / "prose",
        input=json.dumps([text.text for _, text in found]),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        return [result.stderr]
    places = [
        (str(file.relative_to(repository)), text.line + message["line"] - 1, message["message"])
        for (file, text), messages in zip(found, json.loads(result.stdout), strict=True)
        for message in messages
    ]
    return [f"{path}:{line}: {message}" for path, line, message in sorted(places)]


def check() -> str:
    """The findings in all of SCOPE; empty if there are none."""
    return "\n".join(findings(files(*SCOPE)))


if __name__ == "__main__":
    found = findings(files(*(sys.argv[1:] or SCOPE)))
    print("\n".join(found))
    sys.exit(1 if found else 0)
