# When rotations start, for the checks of `rotation` and `monitoring`. Terraform has no function for cron expressions.
# modules/cost/schedule.tf reads them in the same way, and tests/harness/schedules.py has the cases of both.
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html

locals {
  cron = try(regex("^cron\\(0 (?P<hours>\\S+) (?P<days>\\S+) (?P<months>\\S+) (?P<weekdays>\\S+) \\*\\)$", var.rotation.schedule_expression), null)

  # The parts of each field. Before the regex, * and /STEP become LOW-HIGH, and FIRST/STEP becomes FIRST-HIGH/STEP.
  cron_parts = {
    for field, limit in { hours = [0, 23], days = [1, 31], weekdays = [1, 7] } : field => try([
      for part in split(",", local.cron[field]) :
      regex("^(?P<first>\\w+)(?:-(?P<last>\\w+))?(?:/(?P<step>\\d+))?$", replace(replace(part,
        "/^\\*?(/|$)/", "${limit[0]}-${limit[1]}$1"),
        "/^(\\w+)\\//", "$1-${limit[1]}/",
      ))
    ], [])
  }

  # The numbers of each field, in order. Empty for ?, L and #.
  cron_numbers = {
    for field, parts in local.cron_parts : field => try([
      for number in range(32) : number if contains(flatten([
        for part in parts : range(
          lookup(local.cron_names, part.first, part.first),
          lookup(local.cron_names, coalesce(part.last, part.first), coalesce(part.last, part.first)) + 1,
          coalesce(part.step, 1),
        )
      ]), number)
    ], [])
  }

  cron_names = { for index, name in ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] : name => index + 1 }

  # The days with rotations in a week, or in a month of each length. The last is the first in the next week or month.
  cron_days = concat(local.cron_numbers.days, local.cron_numbers.weekdays)
  cron_weeks_or_months = try([
    for length in local.cron.days == "?" ? [7] : [28, 29, 30, 31] :
    concat([for day in local.cron_days : day if day <= length], [length + local.cron_days[0]])
    if local.cron.months == "*"
  ], [])

  schedule = try(coalesce(var.rotation.schedule_expression), "rate(${var.rotation.automatically_after_days} days)", null)

  # The longest time between two rotations in days. Null for a cron schedule with L or #, or only in some months. These
  # times are 7 days or more.
  days_between_rotations = try(
    coalesce(var.rotation.automatically_after_days),
    tonumber(regex("^rate\\(([0-9]+) days?\\)$", var.rotation.schedule_expression)[0]),
    ceil(tonumber(regex("^rate\\(([0-9]+) hours\\)$", var.rotation.schedule_expression)[0]) / 24),
    max(flatten([
      for days in local.cron_weeks_or_months : [for index, next in slice(days, 1, length(days)) : next - days[index]]
    ])...),
    null,
  )

  # The hours with rotations, and the first of the next day if rotations are daily.
  cron_hours = try(concat(local.cron_numbers.hours, local.days_between_rotations == 1 ? [24 + local.cron_numbers.hours[0]] : []), [])

  # The shortest time between two rotations of a cron schedule in hours. Null for one hour on some days.
  cron_hours_between = try(min([for index, next in slice(local.cron_hours, 1, length(local.cron_hours)) : next - local.cron_hours[index]]...), null)
}
