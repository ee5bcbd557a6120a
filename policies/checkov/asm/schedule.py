"""Schedules of rotation: how many days lie between two rotations at most."""

import calendar
import datetime
import itertools
import re

_NAMES = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
# Secrets Manager counts the days of the week from Sunday, 1.
_NAMES |= {name.upper(): (number + 1) % 7 + 1 for number, name in enumerate(calendar.day_abbr)}
_START = datetime.date(2025, 1, 1)
_DAYS = 3 * 366


def days_between(expression: str) -> float | None:
    """Days between two rotations at most, by `rate(...)` or `cron(...)`; None if it is neither."""
    if match := re.fullmatch(r"rate\((\d+) (hour|day)s?\)", expression.strip()):
        return int(match[1]) / (24 if match[2] == "hour" else 1)
    fields = re.fullmatch(r"cron\((.+)\)", expression.strip())
    if not fields or len(fields[1].split()) != 6:
        return None
    _, _, day, month, weekday, _ = fields[1].upper().split()
    dates = (_START + datetime.timedelta(days=number) for number in range(_DAYS))
    try:
        rotations = [
            date
            for date in dates
            if _matches(month, date.month, 1, 12)
            and _matches_day(day, date)
            and _matches_weekday(weekday, date)
        ]
    except (ValueError, KeyError):
        return None
    gaps = [(after - before).days for before, after in itertools.pairwise(rotations)]
    return max(gaps, default=float("inf"))


def _matches(field: str, value: int, low: int, high: int) -> bool:
    """Whether a field such as `1,5-9`, `*/2` or `1/3` takes the value."""
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            first, last = low, high
        else:
            ends = [_number(end) for end in span.split("-")]
            first, last = ends[0], high if step and len(ends) == 1 else ends[-1]
        if value in range(first, last + 1, int(step or 1)):
            return True
    return False


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NAMES[text]


def _matches_day(field: str, date: datetime.date) -> bool:
    """A day of the month may also be `L`, the last, or `15W`, the weekday nearest to the 15th."""
    # That weekday is at most two days away, which decides nothing here.
    field = field.removesuffix("W")
    if field == "L":
        return date.day == calendar.monthrange(date.year, date.month)[1]
    return _matches(field, date.day, 1, 31)


def _matches_weekday(field: str, date: datetime.date) -> bool:
    """A weekday may also be `6L`, the last Friday of the month, or `3#2`, the second Tuesday."""
    number = date.isoweekday() % 7 + 1
    if field != "L" and field.endswith("L"):
        is_last = date.day > calendar.monthrange(date.year, date.month)[1] - 7
        return is_last and number == _number(field[:-1])
    if "#" in field:
        wanted, _, week = field.partition("#")
        return number == _number(wanted) and (date.day - 1) // 7 + 1 == int(week)
    return _matches("7" if field == "L" else field, number, 1, 7)
