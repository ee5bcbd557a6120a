"""Runs the doctor for tests, and searches all of its output for the value."""

import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.stub import Stubber
from rich.console import Console

from harness import leaks
from secret_doctor import output
from secret_doctor.aws import AWS
from secret_doctor.examine import examine
from secret_doctor.findings import Report, Severity
from tools.environments import ROOT

README = (ROOT / "doctor" / "README.md").read_text()
PASSWORD = 'kept"secret<from>the/doctor'
CREDENTIALS = {
    "engine": "mysql",
    "username": "dbadmin-of-the-doctor",
    "password": PASSWORD,
    "host": "database.of.the.doctor.example.com",
    "port": 3306,
}
VALUE = json.dumps(CREDENTIALS)
# The parts of the tests' values that the doctor must not print.
HIDDEN = (PASSWORD, str(CREDENTIALS["username"]), str(CREDENTIALS["host"]))


def diagnose(aws: AWS, name: str, **options: Any) -> Report:  # noqa: ANN401 - those of examine
    """The report of `examine`; AssertionError if its output holds a value of the tests."""
    return checked(examine(aws, name, **options))


def checked(report: Report) -> Report:
    """The report, if neither form of its output holds a value of the tests.

    AssertionError also for a finding that the README does not list.
    """
    unlisted = {each.id for each in report.findings} - documented_ids()
    assert not unlisted, f"add to the findings in doctor/README.md: {unlisted}"
    text = io.StringIO()
    output.show(report, Console(file=text, width=1000))
    search({"JSON": output.to_json(report), "text": text.getvalue()})
    return report


def documented_ids() -> set[str]:
    """Ids in the README's table of findings."""
    table = README.partition("## Findings")[2].partition("## JSON")[0]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    return set(re.findall(r"`([a-z-]+)`", "".join(rows)))


def search(texts: Mapping[str, str]) -> None:
    """Raise AssertionError if one of the texts holds a value of the tests."""
    found = [place for hidden in HIDDEN for place in leaks.find(hidden, texts=texts)]
    assert found == [], f"the doctor prints what is secret: {found}"


def problems(report: Report) -> list[str]:
    """Ids of the findings that are more severe than a note."""
    return [each.id for each in report.findings if each.severity != Severity.NOTE]


@contextmanager
def recorded(client: Any, *answers: tuple[str, str, Any]) -> Iterator[None]:  # noqa: ANN401
    """Make a boto3 client give these answers in this order, without a call to AWS.

    Each is the operation, the error code ("" if it succeeds), and the message or response.
    """
    with Stubber(client) as stubber:
        for operation, code, answer in answers:
            if code:
                stubber.add_client_error(operation, code, answer)
            else:
                stubber.add_response(operation, answer)
        yield
        stubber.assert_no_pending_responses()
