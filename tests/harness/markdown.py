"""Reads this repository's Markdown: its pages, and their blocks of code, links and anchors."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from harness.files import files
from tools.environments import ROOT

# A table that `make docs` writes: from its marker to the end.
TABLE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """A fenced code block; `page` is a path in the repository, `line` its first line's number."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages(repository: Path = ROOT) -> list[Path]:
    """Every Markdown file of the repository, except those in hidden folders."""
    return files("**/*.md", repository=repository)


def blocks(*languages: str) -> list[Block]:
    """The code blocks of every page in these languages, or all blocks if none is given."""
    return [
        Block(
            page=str(page.relative_to(ROOT)),
            line=(token.map or [0])[0] + 2,
            language=token.info,
            text=token.content,
        )
        for page in pages()
        for token in _fences(page.read_text(), *languages)
    ]


def block(page: str, language: str, holding: str) -> str:
    """Text of the page's only block in the language that holds this text; else LookupError."""
    found = [each.text for each in blocks(language) if each.page == page and holding in each.text]
    if len(found) != 1:
        raise LookupError(f"{page} has {len(found)} blocks in {language} that hold {holding!r}")
    return found[0]


def code(text: str, language: str) -> list[str]:
    """Texts of the blocks in a language in a part of a page, in order."""
    return [token.content for token in _fences(text, language)]


def links(page: Path) -> Iterator[tuple[int, str]]:
    """Line and target of every link of a page."""
    for token, inline in _inline(page):
        if inline.type == "link_open":
            yield (token.map or [0])[0] + 1, str(inline.attrs["href"])


def code_spans(page: Path) -> Iterator[str]:
    """The text of every code span of a page."""
    for _, inline in _inline(page):
        if inline.type == "code_inline":
            yield inline.content


def anchors(page: Path) -> set[str]:
    """Anchors that a link can name after `#`: headings in GitHub's spelling, `<a id="...">`."""
    tokens = _PARSER.parse(page.read_text())
    headings = [
        "".join(inline.content for inline in content.children or [])
        for opening, content in itertools.pairwise(tokens)
        if opening.type == "heading_open"
    ]
    named = re.findall(r'<a id="([^"]+)">', page.read_text())
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings} | {*named}


def _fences(text: str, *languages: str) -> Iterator[Token]:
    """The code blocks in these languages, or all blocks if none is given."""
    for token in _PARSER.parse(text):
        if token.type == "fence" and (token.info in languages or not languages):
            yield token


def _inline(page: Path) -> Iterator[tuple[Token, Token]]:
    """Every inline token of a page, such as a link's opening, after the token that holds it."""
    for token in _PARSER.parse(page.read_text()):
        for inline in token.children or []:
            yield token, inline
