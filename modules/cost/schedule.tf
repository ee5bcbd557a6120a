# Rotations in a year of 365 days, from the inputs of var.rotation.
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html

locals {
  rotations_per_year = var.rotation == null ? 0 : try(
    365 / var.rotation.automatically_after_days,
    { hour = 365 * 24, day = 365 }[local.rate.unit] / local.rate.number,
    length(local.cron_numbers.hours) * local.cron_days,
    null,
  )

  rate = try(regex("^rate\\((?P<number>[1-9]\\d*) (?P<unit>hour|day)s?\\)$", var.rotation.schedule_expression), null)

  # The schedule without L, # and ?, with the same number of days in a year. One day a month becomes the 1st, and a fifth
  # weekday becomes that weekday from the 29th on.
  plain_cron = replace(replace(replace(replace(replace(try(coalesce(var.rotation.schedule_expression), ""),
    "/ \\S*L (\\S+) \\? /", " 1 $1 * "),
    "/ \\? (\\S+) \\w+(L|#[1-4]) /", " 1 $1 * "),
    "/ \\? (\\S+) (\\w+)#5 /", " 29-31 $1 $2 "),
    " L ", " SAT "),
    "?", "*",
  )

  cron = try(regex("^cron\\(0 (?P<hours>\\S+) (?P<days>\\S+) (?P<months>\\S+) (?P<weekdays>\\S+) \\*\\)$", local.plain_cron), null)

  # The parts of each field. Before the regex, * and /STEP become LOW-HIGH, and FIRST/STEP becomes FIRST-HIGH/STEP.
  cron_parts = try({
    for field, limit in { hours = [0, 23], days = [1, 31], months = [1, 12], weekdays = [1, 7] } : field => [
      for part in split(",", local.cron[field]) :
      regex("^(?P<first>\\w+)(?:-(?P<last>\\w+))?(?:/(?P<step>\\d+))?$", replace(replace(part,
        "/^\\*?(/|$)/", "${limit[0]}-${limit[1]}$1"),
        "/^(\\w+)\\//", "$1-${limit[1]}/",
      ))
    ]
  }, null)

  cron_numbers = try({
    for field, parts in local.cron_parts : field => distinct(flatten([
      for part in parts : range(
        lookup(local.cron_names, part.first, part.first),
        lookup(local.cron_names, coalesce(part.last, part.first), coalesce(part.last, part.first)) + 1,
        coalesce(part.step, 1),
      )
    ]))
  }, null)

  cron_names = merge(
    { for index, name in ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"] : name => index + 1 },
    { for index, name in ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] : name => index + 1 },
  )

  # Each weekday is a seventh of all days.
  cron_days = try(length(local.cron_numbers.weekdays) / 7 * sum([
    for month in local.cron_numbers.months :
    length([for day in local.cron_numbers.days : day if day <= [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]])
  ]), null)
}
