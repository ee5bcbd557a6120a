"""Scans the HCL and the examples' plans with checkov: `make scan`. Writes reports/.

Each mode finds faults that the other misses. "hcl" reads the files as a user's own scan does, but
evaluates `count = var.x == null ? 1 : 0` to 0 and cannot render a policy. "plan" reads the plan of
every example after an apply to LocalStack. Before an apply, values that depend on a resource of the
same plan are unknown, and checkov treats unknown as missing. CKV_AWS_149 would then fail for every
secret with a key in the same plan.
"""

import dataclasses
import fnmatch
import itertools
import re
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from emulator.localstack import LocalStackError
from harness import checkov, reports
from harness.checkov import CheckovError, Mode, Result, fault
from harness.emulators import EmulatorError, Moto
from harness.session import own_emulator, temporary_folder
from harness.terraform import Terraform, TerraformError
from harness.workspace import Workspace, all_examples
from tools.environments import ROOT

RULES = ROOT / "policies" / "checkov"
SKIPS = ROOT / "policies" / "skips.toml"
REPORTS = ROOT / "reports"
OUTCOMES = ("passed", "failed", "skipped")
MADE_UP = "made-up-by-the-scan"
CONSOLE = Console(highlight=False, emoji=False, soft_wrap=True)

_RESOURCE = re.compile(r'resource "(\w+)"')
# The number of a rule in its file in policies/checkov.
_RULE_NUMBER = re.compile(r'(?:rule\(\s*|"CKV_ASM_)(\d+)\b')
# No example has the subject of these: random_string, a sensitive variable, AWS's managed policy, a
# local that is named like a secret.
_WITHOUT_EXAMPLE = {"CKV_ASM_24", "CKV_ASM_25", "CKV_ASM_26", "CKV_ASM_27"}
_INLINE_SKIP = re.compile(r"(?:checkov|bridgecrew|cortex):skip")
_SENTENCE = re.compile(r"[A-Z].*\s.*\.")


class SkipError(Exception):
    """The file of skips is not valid; the message says which skip and how to fix it."""


@dataclass(frozen=True)
class Skip:
    """An accepted finding; the fields are those of policies/skips.toml."""

    line: int
    rule: str
    file: str
    resource: str
    reason: str
    mode: str = ""
    scanned: str = ""

    def matches(self, result: Result) -> bool:
        """Whether the result is a failure that this skip accepts."""
        return (
            result.outcome == "failed"
            and (self.rule, self.file) == (result.rule, result.file)
            and self.mode in ("", result.mode)
            and self.scanned in ("", result.scanned)
            and fnmatch.fnmatchcase(result.address, self.resource)
        )


def load_skips(file: Path) -> list[Skip]:
    """The skips of a file; SkipError for one that lacks a field or whose reason is no sentence."""
    text = file.read_text()
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line == "[[skip]]"]
    skips = []
    for line, entry in zip(lines, tomllib.loads(text).get("skip", []), strict=True):
        try:
            skip = Skip(line, **entry)
        except TypeError as error:
            problem = str(error).partition(" ")[2]
            raise SkipError(f"{file.name}:{line}: the skip has a {problem}") from None
        if not _SENTENCE.fullmatch(skip.reason):
            raise SkipError(f"{file.name}:{line}: give the reason for the skip in a sentence.")
        skips.append(skip)
    return skips


def skip(results: Iterable[Result], skips: Sequence[Skip]) -> Iterator[Result]:
    """The results, skipped if a skip matches, and a failure for each skip that never matches."""
    used = set()
    for result in results:
        matching = next((each for each in skips if each.matches(result)), None)
        used.add(matching)
        if matching:
            result = dataclasses.replace(result, outcome="skipped", advice=matching.reason)
        yield result
    for stale in (each for each in skips if each not in used):
        advice = f"Nothing fails {stale.rule} there: remove or fix the skip."
        yield fault("SCAN_STALE_SKIP", _name(SKIPS), stale.line, advice, stale.resource)


def inline_skips(repository: Path) -> Iterator[Result]:
    """A failure for each comment in the HCL that would make checkov skip a finding."""
    for file in sorted(repository.rglob("*.tf")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if _INLINE_SKIP.search(line):
                advice = f"Move it to {_name(SKIPS)}, with its reason."
                yield fault("SCAN_INLINE_SKIP", str(file.relative_to(repository)), number, advice)


def idle_rules(rules: Path, results: Iterable[Result]) -> Iterator[Result]:
    """A failure for each of our rules that has judged nothing, and one if there is no rule."""
    judged = {result.rule for result in results}
    files = [file for file in sorted(rules.glob("*.py")) if file.name != "__init__.py"]
    for file in files:
        numbers = _RULE_NUMBER.findall(file.read_text())
        for rule in [f"CKV_ASM_{number}" for number in numbers] or ["a rule without a number"]:
            if rule not in judged | _WITHOUT_EXAMPLE:
                advice = f"{rule} is not loaded, or no example has what it looks at: add that."
                yield fault("SCAN_NOT_RUN", _name(file), 1, advice)
    if not files:
        yield fault("SCAN_NOT_RUN", _name(rules), 1, "There is no rule: put the folder back.")


def idle_examples(repository: Path, results: Iterable[Result]) -> Iterator[Result]:
    """A failure for each example in which no rule has judged anything in one of the modes."""
    judged = {(result.mode, result.scanned) for result in results}
    for mode, scanned in _scanned(repository).items():
        for example in scanned:
            if example.startswith("examples/") and (mode, example) not in judged:
                advice = f"checkov found nothing to judge in mode {mode}: find out why."
                yield fault("SCAN_NOT_RUN", f"{example}/main.tf", 1, advice)


def idle_types(repository: Path, plan: str) -> Iterator[Result]:
    """A failure for each resource type that checkov has rules for and that no example creates."""
    planned = {kind for kind, _ in checkov.planned(plan)}
    for file in sorted(repository.rglob("*.tf")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            declared = _RESOURCE.match(line)
            if declared and declared[1] in checkov.EXPECTED.keys() - planned:
                advice = f"No example makes an {declared[1]}: add one, so that it is scanned."
                yield fault("SCAN_NOT_RUN", str(file.relative_to(repository)), number, advice)


def plan_after_apply(terraform: Terraform) -> str:
    """Plan JSON without unknown values, because all resources already exist."""
    terraform.apply(made_up=MADE_UP)
    return terraform.plan("-refresh=false", made_up=MADE_UP).json


def scan(terraform: Terraform, skips: Sequence[Skip]) -> tuple[list[Result], Mapping[Mode, float]]:
    """Results for the repository in Terraform's folder `module`, and seconds by mode."""
    seconds: dict[Mode, float] = {}

    def timed[T](mode: Mode, run: Callable[[], T]) -> T:
        start = time.monotonic()
        result = run()
        seconds[mode] = time.monotonic() - start
        return result

    repository = terraform.folder / "module"
    with ThreadPoolExecutor() as pool:
        hcl = pool.submit(timed, "hcl", lambda: checkov.scan_hcl(repository, RULES))
        plan = plan_after_apply(terraform)
        planned = timed("plan", lambda: checkov.scan_plan(terraform.folder, plan, RULES))
    results = [*hcl.result(), *map(_seen_from_example, planned)]
    results += inline_skips(repository)
    results += idle_examples(repository, results)
    results += idle_types(repository, plan)
    results += idle_rules(RULES, results)
    return list(skip(results, skips)), seconds


def table(results: Iterable[Result], repository: Path, seconds: Mapping[Mode, float]) -> Table:
    """A row for each module and example by mode. The first row of a mode has its seconds."""
    counts = Counter((each.mode, each.scanned, each.outcome) for each in results)
    rows = Table("mode", "scanned", *OUTCOMES, "seconds", box=box.SIMPLE_HEAD)
    for mode, scanned in _scanned(repository).items():
        taken = f"{seconds[mode]:.1f}"
        for thing in scanned:
            rows.add_row(mode, thing, *(str(counts[mode, thing, each]) for each in OUTCOMES), taken)
            taken = ""
    return rows


def findings(results: Iterable[Result]) -> Iterator[str]:
    """A paragraph for each place that fails a rule: the rule, the place, the resources, advice."""

    def place(result: Result) -> tuple[str, str, int, str]:
        return result.rule, result.file, result.line, result.advice

    failed = sorted((each for each in results if each.outcome == "failed"), key=place)
    for (rule, file, line, advice), same in itertools.groupby(failed, key=place):
        found = list(same)
        paragraph = [
            " ".join(filter(None, [rule, found[0].severity, found[0].name])),
            f"{file}:{line}",
            *sorted({f"{each.mode} {each.scanned} {each.resource}".rstrip() for each in found}),
            advice,
        ]
        yield "\n  ".join(filter(None, paragraph))


def main() -> int:
    """Exit code: 0, 1 after a finding or an error, 130 after Ctrl-C."""
    start = time.monotonic()
    try:
        skips = load_skips(SKIPS)
        with (
            temporary_folder() as folder,
            own_emulator(folder / "emulator"),
            Moto(folder / "moto") as moto,
        ):
            workspace = Workspace(folder / "work", folder / "templates")
            terraform = workspace(all_examples(ROOT))
            terraform.environment = moto.settings
            results, seconds = scan(terraform, skips)
            CONSOLE.print(table(results, terraform.folder / "module", seconds))
    except KeyboardInterrupt:
        return 130
    except (CheckovError, LocalStackError, EmulatorError, SkipError, TerraformError) as error:
        CONSOLE.print(str(error), markup=False)
        return 1
    found = list(findings(results))
    for paragraph in found:
        CONSOLE.print(paragraph, markup=False, end="\n\n")
    written = " and ".join(map(_name, reports.write(results, REPORTS)))
    if found:
        CONSOLE.print(f"Fix each finding, or accept it with a reason in {_name(SKIPS)}.")
    CONSOLE.print(
        f"Findings: {len(found)}, in {time.monotonic() - start:.0f} s. Reports: {written}."
    )
    return 1 if found else 0


def _scanned(repository: Path) -> dict[Mode, list[str]]:
    """The modules and examples that each mode scans, by their folders."""
    modules, examples = (
        [f"{kind}/{folder.name}" for folder in sorted((repository / kind).glob("*/"))]
        for kind in ("modules", "examples")
    )
    return {"hcl": [".", *modules, *examples], "plan": examples}


def _seen_from_example(result: Result) -> Result:
    """The result as seen from the example itself, in this repository."""
    example, _, resource = result.resource.removeprefix("module.").partition(".")
    return dataclasses.replace(
        result,
        scanned=f"examples/{example}",
        resource=resource,
        file=result.file.removeprefix("module/"),
    )


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
