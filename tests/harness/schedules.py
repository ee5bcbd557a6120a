"""Rotation schedules that Secrets Manager accepts or refuses, to test all code that parses them.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
"""

from typing import NamedTuple


class Schedule(NamedTuple):
    """An expression, the most days between two rotations, and the number of rotations in 2026."""

    expression: str
    most_days: float
    in_2026: float


SCHEDULES = (
    Schedule("rate(4 hours)", 1 / 6, 365 * 6),
    Schedule("rate(10 hours)", 10 / 24, 365 * 2.4),
    Schedule("rate(12 hours)", 0.5, 365 * 2),
    Schedule("rate(36 hours)", 1.5, 365 / 1.5),
    Schedule("rate(1 day)", 1, 365),
    Schedule("rate(10 days)", 10, 36.5),
    Schedule("rate(999 days)", 999, 365 / 999),
    Schedule("cron(0 /8 * * ? *)", 1, 365 * 3),
    Schedule("cron(0 */6 * * ? *)", 1, 365 * 4),
    Schedule("cron(0 8/8 * * ? *)", 1, 365 * 2),
    Schedule("cron(0 2/10 * * ? *)", 1, 365 * 3),
    Schedule("cron(0 0-12/6 * * ? *)", 1, 365 * 3),
    Schedule("cron(0 8,20 * * ? *)", 1, 365 * 2),
    Schedule("cron(0 10 * * ? *)", 1, 365),
    Schedule("cron(0 23 ? * * *)", 1, 365),
    Schedule("cron(0 18 ? * SAT *)", 7, 52),
    Schedule("cron(0 8 ? * MON-FRI *)", 3, 261),
    Schedule("cron(0 8 ? * 2,4 *)", 5, 104),
    Schedule("cron(0 8 ? * TUE,FRI *)", 4, 104),
    Schedule("cron(0 8 ? * SUN-TUE,6 *)", 3, 208),
    Schedule("cron(0 8 ? * 1/2 *)", 2, 209),
    Schedule("cron(0 8 ? * L *)", 7, 52),
    Schedule("cron(0 8 1 * ? *)", 31, 12),
    Schedule("cron(0 8 31 * ? *)", 61, 7),
    Schedule("cron(0 16 1,15 * ? *)", 17, 24),
    Schedule("cron(0 16 1-15 * ? *)", 17, 180),
    Schedule("cron(0 16 1-15,10-20 * ? *)", 12, 240),
    Schedule("cron(0 16 1/2 * ? *)", 2, 186),
    Schedule("cron(0 16 1/5 * ? *)", 5, 79),
    Schedule("cron(0 16 */6 * ? *)", 6, 67),
    Schedule("cron(0 17 L * ? *)", 31, 12),
    Schedule("cron(0 17 SUNL * ? *)", 35, 12),
    Schedule("cron(0 17 ? * FRIL *)", 35, 12),
    Schedule("cron(0 17 ? * 6L *)", 35, 12),
    Schedule("cron(0 0 ? * SUN#1 *)", 35, 12),
    Schedule("cron(0 1 ? 1/3 SUN#1 *)", 91, 4),
    Schedule("cron(0 0 ? 1/11 2#1 *)", 336, 2),
    Schedule("cron(0 8 1 JAN,APR,JUL,OCT ? *)", 92, 4),
    Schedule("cron(0 8 1 1-3 ? *)", 306, 3),
    Schedule("cron(0 8 1 */2 ? *)", 62, 6),
    Schedule("cron(0 8 31 12 ? *)", 365, 1),
)
REFUSED = (
    "every day",
    "rate(0 days)",
    "rate(3 hours)",
    "rate(1000 days)",
    "rate(1.5 days)",
    "rate(30 minutes)",
    "cron(30 8 * * ? *)",
    "cron(0 8 * * ? 2027)",
    "cron(0 8 * * ?)",
    "cron(0 8 * * * *)",
    "cron(0 8 ? * ? *)",
    "cron(0 8 1 * MON *)",
    "cron(0 24 * * ? *)",
    "cron(0 * * * ? *)",
    "cron(0 0/2 * * ? *)",
    "cron(0 L * * ? *)",
    "cron(0 8 0 * ? *)",
    "cron(0 8 32 * ? *)",
    "cron(0 8 1W * ? *)",
    "cron(0 8 1 0 ? *)",
    "cron(0 8 1 13 ? *)",
    "cron(0 8 1 ? ? *)",
    "cron(0 8 1 MAI ? *)",
    "cron(0 8 ? * 0 *)",
    "cron(0 8 ? * 8 *)",
    "cron(0 8 ? * MOON *)",
    "cron(0 8 ? * SUN#6 *)",
    "cron(0 8 ? * MON-FRI *) ",
)
# With less than 4 hours between two rotations.
TOO_OFTEN = (
    "cron(0 1,2,3 * * ? *)",
    "cron(0 20,8,10 1 * ? *)",
    "cron(0 2,23 * * ? *)",
    "cron(0 2,23 ? * SUN-SAT *)",
    "cron(0 /7 * * ? *)",
)
