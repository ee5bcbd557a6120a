"""`make lint` finds long sentences and words to avoid in text for people, and nowhere else."""

import re
from pathlib import Path

import pytest

from harness.files import files
from tools import lint, prose

LONG = " ".join(["word"] * 26)
SHORT = " ".join(["word"] * 25)
FINDING = "A sentence has 26 words, 25 is the most: word word word word word ..."
AVOIDED = "Incorrect term: “stands in”, use “is in or is stored in” instead"

PAGE = f"""
# {SHORT}

Short. `{LONG}` is code, [a link](https://example.com/{LONG.replace(" ", ".")}) has an address.

- **One.** A sentence goes on in the next line, {SHORT}
  here. {SHORT}.

```sh
{LONG}
```

<!-- table: inputs -->
| name | what it is |
|---|---|
| `a` | {LONG} |
<!-- end -->

| by hand | {LONG} |
|---|---|
| LocalStack alone | leaves it alone |
"""

HCL = f"""
# {LONG}
# word.
variable "a" {{
  description = "{SHORT}: ${{jsonencode({{ a = "}} {LONG}" }})}}. It \\"stands in\\" a file."
  type        = string # {LONG}
  default     = "{LONG}"
  validation {{
    condition = var.a != "{LONG}"
    error_message = <<-EOT
      {SHORT}
      ${{ {LONG.replace(" ", "")} }}.
    EOT
  }}
  /* word
  {LONG} */
}}
locals {{
  url = "https://example.com/#{LONG}"
  b = a == "# {LONG}" ? <<EOT
# {LONG}
EOT
  : "" # mended
  # {SHORT}
}}
"""

PYTHON = f'''"""{SHORT}.

{LONG}:

    {LONG} {LONG}
"""

text = "# {LONG}"  # {LONG}


def function() -> str:
    """{SHORT}
    word.
    """
    # {SHORT}
    # word.
    code = 1  # {SHORT}
    # {SHORT}
    return "{LONG}" or """{LONG}"""
'''


def found(tmp_path: Path, name: str, text: str) -> list[tuple[int, str]]:
    """Line and message of each finding in a file of this name."""
    (tmp_path / name).write_text(text)
    lines = prose.findings([tmp_path / name], tmp_path)
    pairs = [re.fullmatch(rf"{re.escape(name)}:(\d+): (.*)", line) for line in lines]
    assert None not in pairs, lines
    return [(int(pair[1]), pair[2]) for pair in pairs if pair]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_in_a_page_sentences_and_tables_are_read_and_no_code_and_no_address(
    tmp_path: Path,
) -> None:
    sentence = line_of(PAGE, "A sentence goes on")

    assert found(tmp_path, "page.md", PAGE) == [
        (sentence, "A sentence has 34 words, 25 is the most: A sentence goes on in ..."),
        (line_of(PAGE, "| `a`"), FINDING),
        (line_of(PAGE, "| by hand"), FINDING),
        (line_of(PAGE, "| LocalStack"), "Incorrect term: “alone”, use “only” instead"),
    ]


def test_in_hcl_descriptions_messages_and_comments_are_read_and_no_expression(
    tmp_path: Path,
) -> None:
    of_two_lines = FINDING.replace("26", "27", 1)

    assert found(tmp_path, "main.tf", HCL) == [
        (2, of_two_lines),
        (line_of(HCL, "description"), FINDING),
        (line_of(HCL, "description"), AVOIDED),
        (line_of(HCL, "type"), FINDING),
        (line_of(HCL, "<<-EOT") + 1, FINDING),
        (line_of(HCL, "/* word"), of_two_lines),
        (line_of(HCL, "mended"), "Incorrect term: “mended”, use “fix” instead"),
    ]


def test_in_python_docstrings_and_comments_are_read_and_no_text(tmp_path: Path) -> None:
    assert found(tmp_path, "module.py", PYTHON) == [
        (3, FINDING),
        (line_of(PYTHON, "text ="), FINDING),
        (line_of(PYTHON, "def function") + 1, FINDING),
        (line_of(PYTHON, "    # word.") - 1, FINDING),
    ]


@pytest.mark.parametrize(
    "text",
    ["They leave it alone.", "Do not let alone.", "It stands in for another.", "Told apart."],
)
def test_a_word_with_another_meaning_is_no_finding(text: str, tmp_path: Path) -> None:
    assert found(tmp_path, "page.md", text) == []


def test_the_scope_is_of_files_that_exist_and_of_none_in_hidden_folders(tmp_path: Path) -> None:
    for glob in prose.SCOPE:
        assert files(glob), f"{glob} matches nothing"

    for folder in (".venv", "docs"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "page.md").touch()
    assert files("**/*.md", repository=tmp_path) == [tmp_path / "docs" / "page.md"]


@pytest.mark.exhaustive
def test_lint_checks_the_prose(tmp_path: Path) -> None:
    assert dict(lint.checks(tmp_path))["prose"] == prose.check
