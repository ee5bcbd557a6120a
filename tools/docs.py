"""Writes the tables of the Markdown pages between their markers: `make docs`.

A marker such as `<!-- table: inputs -->` names a table, and `<!-- end -->` ends it. The tables are:

- inputs, outputs: the variables and outputs of the page's folder
- examples, modules: the folders in the folder of that name, next to the page
- leaks: the places that are searched for values
- largest, growth, own_keys, calls: the cost of many secrets
- permissions: the statements of the policies for Terraform
- judges, differences: where the guarantees were shown
"""

import json
import re
from pathlib import Path
from typing import Any

import hcl2
from hcl2 import SerializationOptions

from harness import judges, leak_places, permissions
from harness.markdown import TABLE, pages
from tools import scale
from tools.environments import ROOT

# A full stop in a code span does not end a sentence.
_SENTENCE = re.compile(r"(?:``.*?``|`[^`]*`|[^`])*?(?=[.:]?(?:\n|$)|\.\s)")
_PARSED = SerializationOptions(
    with_comments=False,
    explicit_blocks=False,
    preserve_heredocs=False,
    strip_string_quotes=True,
)


def render(page: Path) -> str:
    """The page's text, with tables that match the HCL in its folder."""
    return TABLE.sub(lambda found: found[1] + table(found[2], page) + found[3], page.read_text())


def table(kind: str, page: Path) -> str:
    """A table of this kind for a page; ValueError for an unknown kind."""
    folder = page.parent
    heading: tuple[str, ...]
    rows: list[tuple[str, ...]]
    match kind:
        case "inputs":
            heading = ("name", "what it is", "type", "default")
            rows = [
                (
                    f"[`{name}`](variables.tf#L{line_of(name, folder / 'variables.tf')})",
                    first_sentence(variable["description"]),
                    f"`{short_type(variable['type'])}`",
                    f"`{json.dumps(variable['default'])}`" if "default" in variable else "required",
                )
                for name, variable in declared("variable", folder / "variables.tf").items()
            ]
        case "outputs":
            heading = ("name", "what it is")
            rows = [
                (f"`{name}`", first_sentence(output["description"]))
                for name, output in declared("output", folder / "outputs.tf").items()
            ]
        case "examples" | "modules":
            heading = (kind.removesuffix("s"), "what it is")
            rows = [
                (f"[{readme.parent.name}]({kind}/{readme.parent.name})", summary(readme))
                for readme in sorted(folder.glob(f"{kind}/*/README.md"))
            ]
        case "leaks":
            heading = ("place", "searched for", "found", "what to do, or what is there")
            rows = [place.row for place in leak_places.PLACES]
        case "largest" | "growth" | "own_keys" | "calls":
            heading, *rows = scale.rows(kind)
        case "permissions":
            heading, *rows = permissions.rows()
        case "judges" | "differences":
            heading, *rows = judges.rows(kind)
        case _:
            raise ValueError(f"{page}: no table is called {kind}")
    lines = [" | ".join(cell.replace("|", r"\|") for cell in row) for row in (heading, *rows)]
    lines = [f"| {line} |\n" for line in lines]
    return "".join([lines[0], "|---" * len(heading) + "|\n", *lines[1:]])


def declared(kind: str, file: Path) -> dict[str, dict[str, Any]]:
    """Attributes of each `variable` or `output` that a file declares, in its order."""
    parsed = hcl2.loads(file.read_text(), serialization_options=_PARSED)
    return {name: attributes for each in parsed.get(kind, []) for name, attributes in each.items()}


def line_of(variable: str, file: Path) -> int:
    """Number of the line of a file that declares a variable."""
    return file.read_text().splitlines().index(f'variable "{variable}" {{') + 1


def summary(readme: Path) -> str:
    """First sentence of a page, which says what its folder is."""
    return first_sentence(readme.read_text().split("\n\n")[1])


def first_sentence(text: str) -> str:
    """First sentence or line of a text, without the full stop or colon that ends it."""
    found = _SENTENCE.match(text.replace('\\"', '"').strip())
    return found[0] if found else ""


def short_type(expression: str) -> str:
    """A variable's type without the attributes of its objects, as in `map(object)`."""
    outermost = expression.removeprefix("${").removesuffix("}")
    return re.sub(r"\(\{.*\}\)", "", outermost, flags=re.DOTALL)


def main() -> None:
    """Rewrite every page whose tables are outdated, and print its path."""
    for page in pages():
        text = render(page)
        if text != page.read_text():
            page.write_text(text)
            print(f"{page.relative_to(ROOT)}: written")


if __name__ == "__main__":
    main()
