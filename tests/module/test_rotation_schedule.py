"""The module, checkov and the emulator read schedules as Secrets Manager does."""

import math
import re
from datetime import UTC, datetime

import pytest

from asm.schedule import ScheduleError, days_between, parse
from emulator.rotation_schedule import next_window
from harness.pages import PROVIDER
from harness.schedules import REFUSED, SCHEDULES, TOO_OFTEN, Schedule
from harness.terraform import TerraformError
from harness.workspace import Workspace

MODULES = (
    PROVIDER
    + """
variable "schedules" {
  type = set(string)
}

variable "monitoring" {
  type    = any
  default = null
}

module "secret" {
  source   = "./module"
  for_each = var.schedules

  name     = "tests/schedules"
  key      = { aws_managed = true }
  database = { engine = "mysql", username = "dbadmin" }
  rotation = {
    schedule_expression = each.key
    function            = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" }
  }
  monitoring = var.monitoring
}
"""
)
# A Wednesday.
NOW = datetime(2026, 11, 4, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rules", "start", "end"),
    [
        ({"AutomaticallyAfterDays": 30}, "2026-12-04 00:00:00", "2026-12-04 23:59:59"),
        ({"ScheduleExpression": "rate(1 day)"}, "2026-11-05 00:00:00", "2026-11-05 23:59:59"),
        ({"ScheduleExpression": "rate(10 days)"}, "2026-11-14 00:00:00", "2026-11-14 23:59:59"),
        ({"ScheduleExpression": "rate(4 hours)"}, "2026-11-04 16:00:00", "2026-11-04 17:00:00"),
        (
            {"ScheduleExpression": "rate(10 days)", "Duration": "2h"},
            "2026-11-14 00:00:00",
            "2026-11-14 02:00:00",
        ),
        (
            {"ScheduleExpression": "cron(0 16 1,15 * ? *)"},
            "2026-11-15 16:00:00",
            "2026-11-15 23:59:59",
        ),
        (
            {"ScheduleExpression": "cron(0 16 1,15 * ? *)", "Duration": "8h"},
            "2026-11-15 16:00:00",
            "2026-11-16 00:00:00",
        ),
        ({"ScheduleExpression": "cron(0 8 * * ? *)"}, "2026-11-05 08:00:00", "2026-11-05 23:59:59"),
        (
            {"ScheduleExpression": "cron(0 16 * * ? *)"},
            "2026-11-04 16:00:00",
            "2026-11-04 23:59:59",
        ),
        (
            {"ScheduleExpression": "cron(0 4/12 * * ? *)"},
            "2026-11-04 16:00:00",
            "2026-11-04 17:00:00",
        ),
        (
            {"ScheduleExpression": "cron(0 0 ? * SUN *)"},
            "2026-11-08 00:00:00",
            "2026-11-08 23:59:59",
        ),
        (
            {"ScheduleExpression": "cron(0 0 ? * 2-6 *)"},
            "2026-11-05 00:00:00",
            "2026-11-05 23:59:59",
        ),
        (
            {"ScheduleExpression": "cron(0 0 ? 1/3 SUN#1 *)"},
            "2027-01-03 00:00:00",
            "2027-01-03 23:59:59",
        ),
        (
            {"ScheduleExpression": "cron(0 17 L * ? *)"},
            "2026-11-30 17:00:00",
            "2026-11-30 23:59:59",
        ),
        (
            {"ScheduleExpression": "cron(0 0 ? * FRIL *)"},
            "2026-11-27 00:00:00",
            "2026-11-27 23:59:59",
        ),
        ({"ScheduleExpression": "cron(0 0 ? * L *)"}, "2026-11-07 00:00:00", "2026-11-07 23:59:59"),
        (
            {"ScheduleExpression": "cron(0 12 ? JAN-FEB MON *)"},
            "2027-01-04 12:00:00",
            "2027-01-04 23:59:59",
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_a_schedule_names_its_next_window(rules: dict[str, object], start: str, end: str) -> None:
    window = next_window(rules, NOW)

    assert [moment.strftime("%Y-%m-%d %H:%M:%S") for moment in window] == [start, end]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.expression)
def test_a_schedule_is_the_same_to_checkov_and_to_the_emulator(schedule: Schedule) -> None:
    rules = {"ScheduleExpression": schedule.expression}
    starts = [datetime(2025, 12, 31, 23, 59, tzinfo=UTC)]
    while starts[-1].year < 2027:
        starts.append(next_window(rules, starts[-1]).start)

    # The first is not a rotation, and the last is in the next year.
    assert len(starts) - 2 == pytest.approx(schedule.in_2026, abs=0.5)
    assert days_between(schedule.expression) == pytest.approx(schedule.most_days)


def test_the_module_refuses_what_secrets_manager_refuses(workspace: Workspace) -> None:
    schedules = [*(schedule.expression for schedule in SCHEDULES), *REFUSED]

    with pytest.raises(TerraformError) as refused:
        workspace(MODULES).plan(schedules=schedules)

    named = re.findall(r'rotation.schedule_expression is "([^"]+)"', refused.value.on_one_line)
    assert set(named) == set(REFUSED)


def test_the_module_refuses_hours_that_are_less_than_4_apart(workspace: Workspace) -> None:
    schedules = [*(schedule.expression for schedule in SCHEDULES), *TOO_OFTEN]

    with pytest.raises(TerraformError) as refused:
        workspace(MODULES).plan(schedules=schedules)

    named = re.findall(r'rotation.schedule_expression is "([^"]+)"', refused.value.on_one_line)
    assert set(named) == set(TOO_OFTEN)


def test_the_module_knows_the_longest_time_between_two_rotations(workspace: Workspace) -> None:
    watched = {"topic_arn": "arn:aws:sns:us-east-1:111122223333:rotation", "rotated_within_days": 1}

    with pytest.raises(TerraformError) as refused:
        workspace(MODULES).plan(
            schedules=[schedule.expression for schedule in SCHEDULES], monitoring=watched
        )

    said = re.findall(
        r'is 1, and "([^"]+)" can leave (\d+ days(?: or more)?) between two rotations',
        refused.value.on_one_line,
    )
    # An alarm looks back at most 7 days, so a longer time is the same to it.
    days = {each.expression: math.ceil(each.most_days) for each in SCHEDULES}
    assert dict(said) == {
        expression: f"{most} days" if most < 7 else "7 days or more"
        for expression, most in days.items()
    }


@pytest.mark.parametrize("expression", [*REFUSED, *TOO_OFTEN])
def test_an_expression_that_secrets_manager_refuses_is_no_schedule(expression: str) -> None:
    with pytest.raises(ScheduleError):
        parse(expression)


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"AutomaticallyAfterDays": 0},
        {"AutomaticallyAfterDays": 1001},
        {"AutomaticallyAfterDays": 1, "ScheduleExpression": "rate(1 day)"},
        {"ScheduleExpression": "cron(0 8 31 2 ? *)"},  # never
        {"ScheduleExpression": "cron(0 8,10 * * ? *)"},
        {"ScheduleExpression": "rate(1 day)", "Duration": "25h"},
        {"ScheduleExpression": "rate(4 hours)", "Duration": "5h"},
        {"ScheduleExpression": "cron(0 16 * * ? *)", "Duration": "9h"},
        {"ScheduleExpression": "cron(0 8,20 * * ? *)", "Duration": "5h"},
        {"ScheduleExpression": "cron(0 8,12 * * ? *)", "Duration": "5h"},
        {"ScheduleExpression": "cron(0 16 * * ? *)", "Duration": "0h"},
        {"ScheduleExpression": "cron(0 16 * * ? *)", "Duration": "2 hours"},
    ],
    ids=str,
)
def test_rules_that_secrets_manager_refuses_are_refused(rules: dict[str, object]) -> None:
    with pytest.raises(ScheduleError):
        next_window(rules, NOW)
