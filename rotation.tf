# The rotation is in the module of its secret, where scanners look for it. modules/rotation creates the function.

resource "aws_secretsmanager_secret_rotation" "this" { # "A previous rotation isn't complete"? Rotation may be off by now: secret-doctor says how to end that one, then apply again (docs/rotation.md)
  count = var.rotation == null ? 0 : 1

  secret_id           = aws_secretsmanager_secret.this.arn
  rotation_lambda_arn = module.rotation[0].function_arn
  rotate_immediately  = var.rotation.rotate_immediately

  rotation_rules {
    automatically_after_days = var.rotation.automatically_after_days
    schedule_expression      = var.rotation.schedule_expression
    duration                 = var.rotation.duration
  }

  # There must be a value to rotate.
  depends_on = [aws_secretsmanager_secret_version.marker]

  lifecycle {
    # The provider rotates only when the function or the rules change.
    replace_triggered_by = [terraform_data.rotate_immediately]

    # In var.rotation, these checks could not use the local values, which depend on it.
    precondition {
      condition     = try(local.cron_hours_between >= 4, true)
      error_message = "rotation.schedule_expression is ${jsonencode(var.rotation.schedule_expression)}, with only ${jsonencode(local.cron_hours_between)} hours between two rotations. Secrets Manager rotates every 4 hours at most. Give hours that are at least 4 apart, also from the last hour to the first of the next day, such as cron(0 8,20 * * ? *)."
    }

    precondition {
      condition     = try(tonumber(trimsuffix(var.rotation.duration, "h")) <= local.cron_hours_between, true)
      error_message = "rotation.duration, ${jsonencode(var.rotation.duration)}, is longer than the shortest time between two rotations of ${jsonencode(var.rotation.schedule_expression)}, ${jsonencode(local.cron_hours_between)} hours. Shorten rotation.duration to at most that time."
    }

    precondition {
      condition     = try(max(local.cron_numbers.hours...) + tonumber(trimsuffix(var.rotation.duration, "h")) <= 24, true)
      error_message = "rotation.duration, ${jsonencode(var.rotation.duration)}, continues past the end of the UTC day on which ${jsonencode(var.rotation.schedule_expression)} starts it, at ${try(max(local.cron_numbers.hours...), 0)}:00. Shorten rotation.duration to at most ${try(24 - max(local.cron_numbers.hours...), 24)}h, or start earlier."
    }

    # PostgreSQL counts bytes: 63 bytes are 84 characters of base64. It truncates a longer name, perhaps to that of
    # another user.
    precondition {
      condition = var.rotation.strategy != "alternating_users" || try(var.rotation.function.arn, null) != null || try(
        local.engine.username_length_max == 63 ? length(base64encode("${var.database.username}_clone")) <= 84 : length("${var.database.username}_clone") <= local.engine.username_length_max,
        true,
      )
      error_message = "rotation.strategy is alternating_users, but the name of the second user, ${try(var.database.username, "NAME")}_clone, is too long. The maximum of ${try(var.database.engine, "the engine")} is ${try(local.engine.username_length_max, 0)}. Use a user with a shorter name, or set rotation.strategy to single_user."
    }
  }
}

resource "terraform_data" "rotate_immediately" {
  count = var.rotation == null ? 0 : 1

  input = var.rotation.rotate_immediately
}

module "rotation" {
  source = "./modules/rotation"
  count  = var.rotation == null ? 0 : 1

  secret_name         = local.name
  engine              = try(var.database.engine, null)
  database_port       = try(coalesce(var.database.port, local.engine.port), null)
  strategy            = var.rotation.strategy
  superuser           = local.superuser
  password            = local.password
  rotator_policy_json = module.policies.identity_policies_json.rotator
  function            = var.rotation.function
  tags                = var.tags
}

# When rotations start.
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
