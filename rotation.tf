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

    # In var.rotation, these checks could not use the local values of schedule.tf, which depend on it.
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
