"""Shows a report: to a person, or as JSON to a program."""

import dataclasses
import json

from rich.console import Console
from rich.table import Table
from rich.text import Text

from secret_doctor.findings import Report, Severity

SCHEMA = 1
STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "yellow",
    Severity.UNKNOWN: "magenta",
    Severity.NOTE: "cyan",
}


def to_json(report: Report) -> str:
    """The report, with the fields that README.md describes."""
    document = {
        "schema": SCHEMA,
        "secret": report.secret,
        "region": report.region,
        "facts": {fact.name: fact.value for fact in report.facts},
        "findings": [dataclasses.asdict(finding) for finding in report.findings],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def show(report: Report, console: Console) -> None:
    """Facts as a table, then each finding with its advice."""
    if report.facts:
        title = Text(f"{report.secret or 'All secrets'} in {report.region}")
        table = Table(title=title, show_header=False)
        table.add_column()
        table.add_column(overflow="fold")
        for fact in report.facts:
            table.add_row(fact.name, Text(fact.value))
        console.print(table)
    for finding in report.findings:
        heading = Text(finding.severity, style=STYLES[finding.severity])
        console.print(heading.append(f" {finding.id}: {finding.title}", style="default"))
        console.print(Text(f"  {finding.explanation}"), soft_wrap=True)
        console.print(Text(f"  {finding.advice}", style="bold"), soft_wrap=True, end="\n\n")
    if not report.findings:
        console.print("No finding.")
