# What a secret costs in a month of 730 hours, from prices that are given. Only arithmetic: no resource, no API call.

locals {
  # One rotation by this project's function: the calls of alternating users, and 5 s at 256 MB, with a cold start.
  calls_per_rotation      = 14
  gb_seconds_per_rotation = 0.25 * 5

  days_between_rotations = var.rotation == null ? null : coalesce(
    var.rotation.days,
    try(tonumber(regex("^rate\\(([1-9]\\d*) days?\\)$", var.rotation.schedule)[0]), null),
    try(tonumber(regex("^rate\\(([1-9]\\d*) hours?\\)$", var.rotation.schedule)[0]) / 24, null),
    1,
  )

  call        = var.prices.secrets_manager_10000_calls / 10000
  kms_request = var.key == "aws_managed" ? 0 : var.prices.kms_10000_requests / 10000
  rotation    = local.calls_per_rotation * (local.call + local.kms_request) + 4 * var.prices.lambda_1000000_requests / 1000000 + local.gb_seconds_per_rotation * var.prices.lambda_gb_second

  parts = {
    secret     = var.prices.secret_month
    replicas   = var.prices.secret_month * var.replicas
    key        = var.key == "made" ? var.prices.key_month * (1 + min(var.key_rotations, 2)) : 0
    reads      = var.reads_per_month * (local.call / var.reads_per_call + local.kms_request)
    rotation   = var.rotation == null ? 0 : 730 / 24 / local.days_between_rotations * local.rotation
    monitoring = var.prices.alarm_month * var.alarms + var.prices.metric_month * var.metrics + (var.topic_key ? var.prices.key_month : 0)
  }
}
