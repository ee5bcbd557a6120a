# Calculates what a secret costs in a month of 730 hours, from given prices. It has no resource and makes no API call.

locals {
  # One rotation by this project's function: the calls of alternating users, and 5 s at 256 MB with a cold start.
  calls_per_rotation      = 14
  gb_seconds_per_rotation = 0.25 * 5

  key_made    = !var.key.aws_managed && var.key.existing == null
  call        = var.prices.secrets_manager_10000_calls / 10000
  kms_request = var.key.aws_managed ? 0 : var.prices.kms_10000_requests / 10000
  rotation    = local.calls_per_rotation * (local.call + local.kms_request) + 4 * var.prices.lambda_1000000_requests / 1000000 + local.gb_seconds_per_rotation * var.prices.lambda_gb_second

  # The alarms, metrics and keys that modules/rotation and modules/monitoring create.
  alarms = sum([
    try(var.rotation.function.package, null) == null ? 0 : 1,
    var.monitoring == null ? 0 : 2,
    try(var.monitoring.rotated_within_days, null) == null ? 0 : 1,
  ])
  metrics    = try(var.monitoring.cloudtrail_log_group_name, null) == null ? 0 : 2
  topic_keys = try(var.monitoring.emails, null) == null ? 0 : 1

  parts = {
    secret     = var.prices.secret_month
    replicas   = var.prices.secret_month * length(var.replicas)
    key        = local.key_made ? var.prices.key_month * (1 + min(var.key_rotations, 2)) : 0
    reads      = var.reads_per_month * (local.call / var.reads_per_call + local.kms_request)
    rotation   = coalesce(local.rotations_per_year, 0) / 12 * local.rotation
    monitoring = var.prices.alarm_month * local.alarms + var.prices.metric_month * local.metrics + var.prices.key_month * local.topic_keys
  }
}
