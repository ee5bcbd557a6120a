"""When Secrets Manager rotates a secret, from the rules of its rotation, in UTC.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
"""

import calendar
import itertools
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_DAY = timedelta(days=1)


class Window(NamedTuple):
    """Time within which a rotation starts."""

    start: datetime
    end: datetime


class ScheduleError(ValueError):
    """Rules that Secrets Manager refuses; the message says why."""


def next_window(rules: Mapping[str, Any], after: datetime) -> Window:
    """The window that follows a rotation at `after`; `rules` are RotationRules as in the API."""
    given = rules.keys() & {"AutomaticallyAfterDays", "ScheduleExpression"}
    if len(given) > 1:
        raise ScheduleError(
            "You cannot specify both rotation frequency and schedule expression together."
        )
    if not given:
        raise ScheduleError("Neither rotation frequency nor schedule expression is specified.")
    days = rules.get("AutomaticallyAfterDays", 1)
    if not 1 <= days <= 1000:
        raise ScheduleError(f"AutomaticallyAfterDays is between 1 and 1000: {days}")
    expression = rules.get("ScheduleExpression", "")
    midnight = datetime.combine(after.date(), time(), after.tzinfo)
    if not expression:
        start, interval = midnight + days * _DAY, days * _DAY
    elif rate := re.fullmatch(r"rate\(([1-9]\d*) (hour|day)s?\)", expression):
        interval = timedelta(**{f"{rate[2]}s": int(rate[1])})
        if not timedelta(hours=4) <= interval <= 999 * _DAY:
            raise ScheduleError(f"A rate is between 4 hours and 999 days: {expression}")
        start = midnight + ((after - midnight) // interval + 1) * interval
    elif cron := re.fullmatch(r"cron\(0 (\S+) (\S+) (\S+) (\S+) \*\)", expression):
        start, interval = _next_of_cron(after, *cron.groups())
    else:
        raise ScheduleError(f"Not a schedule expression: {expression}")

    in_hours = interval < _DAY
    if "Duration" not in rules:
        end = start + timedelta(hours=1) if in_hours else _end_of_day(start)
    else:
        duration = re.fullmatch(r"([1-9]\d?)h", rules["Duration"])
        if not duration:
            raise ScheduleError(f"Not a duration in hours: {rules['Duration']}")
        end = start + timedelta(hours=int(duration[1]))
        if end - start > interval or (not in_hours and end > start.replace(hour=0) + _DAY):
            raise ScheduleError("The window extends into the next one or into the next day.")
    return Window(start, end)


def _next_of_cron(
    after: datetime, hours: str, days: str, months: str, weekdays: str
) -> tuple[datetime, timedelta]:
    """Next time of a cron expression, and the shortest time between two on one day, or a day."""
    if (days == "?") == (weekdays == "?"):
        raise ScheduleError("One of day of month and day of week is ?, the other is not.")
    of_day = sorted(_numbers(hours, 0, 23))
    of_year = _numbers(months, 1, 12, _MONTHS)
    interval = min((b - a for a, b in itertools.pairwise(of_day)), default=24)
    if interval < 4:
        raise ScheduleError("A secret is rotated every four hours at most.")
    for offset in range(366 + 31):
        day = after.date() + offset * _DAY
        if day.month in of_year and _is_day(day, days, weekdays):
            for hour in of_day:
                start = datetime.combine(day, time(hour), after.tzinfo)
                if start > after:
                    return start, timedelta(hours=interval)
    raise ScheduleError("The expression names no time within a year.")


def _is_day(day: date, days: str, weekdays: str) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    weekday = day.isoweekday() % 7 + 1
    if days == "L":
        return day.day == last
    if days != "?":
        return day.day in _numbers(days, 1, 31)
    if nth := re.fullmatch(r"(\w+)#([1-5])", weekdays):
        return weekday in _numbers(nth[1], 1, 7, _DAYS) and (day.day - 1) // 7 + 1 == int(nth[2])
    if final := re.fullmatch(r"(\w+)L", weekdays):
        return weekday in _numbers(final[1], 1, 7, _DAYS) and day.day > last - 7
    return weekday in _numbers(weekdays.replace("L", "7"), 1, 7, _DAYS)


def _numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> set[int]:
    """Numbers that a field of a cron expression stands for."""
    for number, name in enumerate(names, start=low):
        field = field.replace(name, str(number))
    found: set[int] = set()
    for part in field.split(","):
        match = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?)(?:/([1-9]\d*))?", part)
        if not match:
            raise ScheduleError(f"Not a field of a cron expression: {field}")
        first, final, step = match.groups()
        start = int(first or low)
        end = int(final) if final else high if step or not first else start
        if not low <= start <= end <= high:
            raise ScheduleError(f"Beyond {low}-{high}: {field}")
        found |= set(range(start, end + 1, int(step or 1)))
    return found


def _end_of_day(moment: datetime) -> datetime:
    return moment.replace(hour=23, minute=59, second=59)
