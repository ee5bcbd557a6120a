"""Times at which Secrets Manager rotates a secret, from its rotation rules, in UTC.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
"""

import itertools
import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from asm.schedule import Cron, ScheduleError, parse

_DAY = timedelta(days=1)


class Window(NamedTuple):
    """The time range in which a rotation starts."""

    start: datetime
    end: datetime


def next_window(rules: Mapping[str, Any], after: datetime) -> Window:
    """The window that follows a rotation at `after`; `rules` are RotationRules as in the API.

    Raises ScheduleError for rules that Secrets Manager refuses.
    """
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
    expression = rules.get("ScheduleExpression")
    schedule = days * _DAY if expression is None else parse(expression)
    if isinstance(schedule, Cron):
        start, interval = _next_of_cron(after, schedule)
    else:
        interval = schedule
        midnight = datetime.combine(after.date(), time(), after.tzinfo)
        # Windows start at midnight if the interval divides a day, or is a number of whole days.
        is_whole = not interval % _DAY or not _DAY % interval
        base = midnight if is_whole else after.replace(minute=0, second=0, microsecond=0)
        start = base + ((after - base) // interval + 1) * interval

    in_hours = interval < _DAY
    if "Duration" not in rules:
        end = start + timedelta(hours=1) if in_hours else _end_of_day(start)
    else:
        duration = re.fullmatch(r"([1-9]\d?)h", rules["Duration"])
        if not duration:
            raise ScheduleError(f"Not a duration in hours: {rules['Duration']}")
        end = start + timedelta(hours=int(duration[1]))
        within_day = isinstance(schedule, Cron) or not in_hours
        if end - start > interval or (within_day and end > start.replace(hour=0) + _DAY):
            raise ScheduleError("The window extends into the next one or into the next day.")
    return Window(start, end)


def _next_of_cron(after: datetime, cron: Cron) -> tuple[datetime, timedelta]:
    """Next time of a cron expression, and the shortest interval within a day, or else a day."""
    hours = min((b - a for a, b in itertools.pairwise(cron.hours)), default=24)
    days = (after.date() + offset * _DAY for offset in itertools.count())
    starts = (
        datetime.combine(day, time(hour), after.tzinfo)
        for day in days
        if cron.is_on(day)
        for hour in cron.hours
    )
    return next(start for start in starts if start > after), timedelta(hours=hours)


def _end_of_day(moment: datetime) -> datetime:
    return moment.replace(hour=23, minute=59, second=59)
