"""What the doctor returns: facts, findings, and the report that contains them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Severity(StrEnum):
    """Severity of a finding; the most severe comes first."""

    ERROR = "error"  # reading or rotating fails
    WARNING = "warning"  # it works for this caller now, but not for all, not for long or not safely
    UNKNOWN = "unknown"  # a check was not possible
    NOTE = "note"  # information; a healthy secret can have it


@dataclass(frozen=True)
class Finding:
    """Something that is wrong or unknown. `id` is stable; `advice` says what to do."""

    id: str
    severity: Severity
    title: str
    explanation: str
    advice: str


@dataclass(frozen=True)
class Fact:
    """What AWS returns about the secret; `value` can have several lines and is never secret."""

    name: str
    value: str


def day(date: datetime) -> str:
    """A date's day in UTC, as AWS counts days; boto3 gives dates in the machine's time zone."""
    return f"{date.astimezone(UTC):%Y-%m-%d}"


def minute(date: datetime) -> str:
    """A date to the minute in UTC."""
    return f"{date.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True)
class Report:
    """Findings on one secret, or on all secrets of a region if `secret` is None."""

    secret: str | None
    region: str
    facts: tuple[Fact, ...]
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, secret: str | None, region: str, found: Iterable[Fact | Finding]) -> "Report":
        """Report of facts and findings; the same finding counts once."""
        unique = list(dict.fromkeys(found))
        ranks = list(Severity)
        findings = [each for each in unique if isinstance(each, Finding)]
        return cls(
            secret,
            region,
            facts=tuple(each for each in unique if isinstance(each, Fact)),
            findings=tuple(sorted(findings, key=lambda each: ranks.index(each.severity))),
        )

    @property
    def exit_code(self) -> int:
        """0: healthy. 1: an error or a warning. 2: neither, but some checks were not possible."""
        severities = {finding.severity for finding in self.findings}
        if severities & {Severity.ERROR, Severity.WARNING}:
            return 1
        return 2 if Severity.UNKNOWN in severities else 0
