"""docs/judges.md has every guarantee of docs/value.md, with tests that exist."""

import ast

from harness.judges import DIFFERENCES, GUARANTEES
from tools.environments import ROOT

TESTS = ROOT / "tests"
MARK = "pytest.mark.exhaustive"


def named_tests(file: str) -> set[str]:
    """Names of the tests in a file."""
    tree = ast.parse((TESTS / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def exhaustive_tests(file: str) -> set[str]:
    """Names of the tests in a file that `make test` skips, because they or the file are marked."""
    tree = ast.parse((TESTS / file).read_text())
    assigned = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Assign)]
    if any(each.startswith("pytestmark = ") and MARK in each for each in assigned):
        return named_tests(file)
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and MARK in map(ast.unparse, node.decorator_list)
    }


def test_each_row_of_the_first_table_has_its_test() -> None:
    _, table = (ROOT / "docs" / "value.md").read_text().split("|---|---|\n", 1)
    lines = table.split("\n\n")[0].splitlines()

    assert [line.split(" | ")[0].removeprefix("| ") for line in lines] == [*GUARANTEES]


def test_each_test_that_is_named_exists() -> None:
    named = {*GUARANTEES.values()}

    assert {(file, name) for file, name in named if name not in named_tests(file)} == set()


def test_each_guarantee_is_proven_by_make_test() -> None:
    named = {*GUARANTEES.values()}

    assert {(file, name) for file, name in named if name in exhaustive_tests(file)} == set()


def test_what_a_difference_makes_impossible_are_acceptance_tests() -> None:
    files = (TESTS / "acceptance").glob("test_*.py")
    accepted = {name for file in files for name in named_tests(str(file.relative_to(TESTS)))}

    assert {case for difference in DIFFERENCES for case in difference.cases} <= accepted
