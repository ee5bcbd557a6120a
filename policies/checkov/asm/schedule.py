"""Rotation schedules, with the expressions that Secrets Manager documents.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
"""

import calendar
import itertools
import re
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
_START = date(2025, 1, 1)
_DAYS = 3 * 366
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
# Secrets Manager counts the days of the week from Sunday, 1.
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class ScheduleError(ValueError):
    """Secrets Manager refuses this expression; the message says why."""


@dataclass(frozen=True)
class Cron:
    """A `cron(...)`: its hours in order, and the fields that name its days."""

    hours: list[int]
    days: str
    months: set[int]
    weekdays: str

    def is_on(self, day: date) -> bool:
        """Whether rotations start on the day."""
        if day.month not in self.months:
            return False
        last = calendar.monthrange(day.year, day.month)[1]
        weekday = day.isoweekday() % 7 + 1
        field = self.days if self.weekdays == "?" else self.weekdays
        if nth := re.fullmatch(r"(\w+)#([1-5])", field):
            return weekday in _numbers(nth[1], 1, 7, _WEEKDAYS) and (day.day + 6) // 7 == int(
                nth[2]
            )
        if final := re.fullmatch(r"(\w+)L", field):
            return weekday in _numbers(final[1], 1, 7, _WEEKDAYS) and day.day > last - 7
        if self.weekdays == "?":
            return day.day in ({last} if field == "L" else _numbers(field, 1, 31))
        return weekday in ({7} if field == "L" else _numbers(field, 1, 7, _WEEKDAYS))


def parse(expression: str) -> timedelta | Cron:
    """The interval of a `rate(...)`, or a `cron(...)`. Raises ScheduleError."""
    if rate := re.fullmatch(r"rate\(([1-9]\d*) (hour|day)s?\)", expression):
        interval = timedelta(**{f"{rate[2]}s": int(rate[1])})
        if not timedelta(hours=4) <= interval <= 999 * _DAY:
            raise ScheduleError(f"A rate is between 4 hours and 999 days: {expression}")
        return interval
    fields = re.fullmatch(r"cron\(0 (\S+) (\S+) (\S+) (\S+) \*\)", expression)
    if not fields:
        raise ScheduleError(f"Not a schedule expression: {expression}")
    hours, days, months, weekdays = fields.groups()
    if (days == "?") == (weekdays == "?"):
        raise ScheduleError("One of day of month and day of week is ?, the other is not.")
    cron = Cron(sorted(_numbers(hours, 0, 23)), days, _numbers(months, 1, 12, _MONTHS), weekdays)
    days = [cron.is_on(day) for day in _dates()]
    if not any(days):
        raise ScheduleError("The expression names no day.")
    tomorrow = [24 + cron.hours[0]] if all(days) else []
    if min((b - a for a, b in itertools.pairwise(cron.hours + tomorrow)), default=24) < 4:
        raise ScheduleError("A secret is rotated every four hours at most.")
    return cron


def days_between(expression: str) -> float | None:
    """Longest time between two rotations in days; None if the expression is refused."""
    try:
        schedule = parse(expression.strip())
    except ScheduleError:
        return None
    if isinstance(schedule, timedelta):
        return schedule / _DAY
    rotations = [day for day in _dates() if schedule.is_on(day)]
    gaps = [(after - before).days for before, after in itertools.pairwise(rotations)]
    return max(gaps, default=float("inf"))


def _dates() -> list[date]:
    return [_START + number * _DAY for number in range(_DAYS)]


def _numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> set[int]:
    """Numbers that a field such as `1,5-9`, `*/2`, `/8` or `JAN` means."""
    for number, name in enumerate(names, start=low):
        field = field.replace(name, str(number))
    found: set[int] = set()
    for part in field.split(","):
        match = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?|(?=/))(?:/([1-9]\d*))?", part)
        if not match:
            raise ScheduleError(f"Not a field of a cron expression: {field}")
        first, final, step = match.groups()
        start = int(first or low)
        end = int(final) if final else high if step or not first else start
        if not low <= start <= end <= high:
            raise ScheduleError(f"Beyond {low}-{high}: {field}")
        found |= set(range(start, end + 1, int(step or 1)))
    return found
