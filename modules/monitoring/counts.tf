# CloudWatch counts the events. The metric counts the matches of a rule without a target, or of a metric filter on the
# logs of a trail.

locals {
  # CloudTrail does not record the parameters of a denied call, but AWS's error message contains the secret as the caller
  # named it.
  denied = [for id in ["resource: ${var.secret_name}", ":secret:${var.secret_name}", ":secret:${element(split(":secret:", var.secret_arn), 1)}"] :
    { ends = id, goes_on = "*${id} *" }
  ]

  counts = {
    denied-reads = {
      alarm   = "More than ${var.denied_reads_threshold} attempts to read the value were denied within 5 minutes. In CloudTrail, look for GetSecretValue with AccessDenied. Either a reader has lost its permissions, or someone tries to read the value."
      maximum = var.denied_reads_threshold
      period  = 300
      pattern = jsonencode(merge(local.api_call, {
        detail = {
          eventName    = ["GetSecretValue"]
          errorCode    = [{ prefix = "AccessDenied" }]
          errorMessage = concat([for id in local.denied : { suffix = id.ends }], [for id in local.denied : { wildcard = id.goes_on }])
        }
      }))
      filter = "($.eventName = GetSecretValue) && ($.errorCode = \"AccessDenied*\") && (${join(" || ", [for id in local.denied : "($.errorMessage = \"*${id.ends}\") || ($.errorMessage = \"${id.goes_on}\")"])})"
    }
    calls = {
      alarm   = "More than ${var.calls_threshold} calls for the secret within an hour. In CloudTrail, look for the callers. Either a reader does not cache the value, or someone copies it."
      maximum = var.calls_threshold
      period  = 3600
      pattern = jsonencode(merge(local.api_call, { detail = { requestParameters = { secretId = local.secret_ids } } }))
      filter  = "(${join(" || ", [for id in local.secret_ids : "($.requestParameters.secretId = \"${id}\")"])})"
    }
  }

  # A trail can contain the events of other regions and accounts.
  filters = {
    for name, count in local.counts :
    name => "{ ($.eventSource = \"secretsmanager.amazonaws.com\") && ($.awsRegion = \"${local.region}\") && ($.recipientAccountId = \"${local.account_id}\") && ${count.filter} }"
  }
}

resource "aws_cloudwatch_event_rule" "count" {
  for_each = { for name, count in local.counts : name => count if var.cloudtrail_log_group_name == null }

  name          = "${local.name}-${each.key}"
  description   = substr("${var.secret_name}: counted by the alarm of the same name", 0, 512)
  event_pattern = each.value.pattern
  state         = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
  tags          = var.tags

  lifecycle {
    precondition {
      condition     = length(each.value.pattern) <= local.pattern_limit
      error_message = "The event pattern for ${each.key} has ${length(each.value.pattern)} characters. EventBridge accepts at most ${local.pattern_limit}. Choose a shorter name for the secret."
    }
  }
}

resource "aws_cloudwatch_log_metric_filter" "count" {
  for_each = { for name, filter in local.filters : name => filter if var.cloudtrail_log_group_name != null }

  name           = "${local.name}-${each.key}"
  log_group_name = var.cloudtrail_log_group_name
  pattern        = each.value

  metric_transformation {
    namespace = "SecretsManager"
    name      = "${local.name}-${each.key}"
    value     = "1"
  }

  lifecycle {
    precondition {
      condition     = length(each.value) <= 1024
      error_message = "The metric filter for ${each.key} has ${length(each.value)} characters. CloudWatch Logs accepts at most 1,024. Choose a shorter name for the secret, or remove monitoring.cloudtrail_log_group_name."
    }
  }
}

resource "aws_cloudwatch_event_rule" "rotated" {
  count = var.rotated_within_days == null ? 0 : 1

  name        = "${local.name}-rotated"
  description = substr("${var.secret_name}: counted by the alarm ${local.name}-not-rotated", 0, 512)
  tags        = var.tags

  event_pattern = jsonencode(merge(local.rotation, {
    detail = { eventName = ["RotationSucceeded"], "$or" = local.of_secret }
  }))
}

locals {
  # TriggeredRules: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
  alarms = merge(
    {
      for name, count in local.counts : name => {
        description = count.alarm
        namespace   = var.cloudtrail_log_group_name == null ? "AWS/Events" : "SecretsManager"
        metric      = var.cloudtrail_log_group_name == null ? "TriggeredRules" : aws_cloudwatch_log_metric_filter.count[name].name
        dimensions  = var.cloudtrail_log_group_name == null ? { RuleName = aws_cloudwatch_event_rule.count[name].name } : {}
        period      = count.period
        comparison  = "GreaterThanThreshold"
        threshold   = count.maximum

        # One of three periods, because a late event does not count in the period that has just ended.
        datapoints = 1
        periods    = 3
      }
    },
    var.rotated_within_days == null ? {} : {
      not-rotated = {
        description = "CloudWatch counted no rotation for ${var.rotated_within_days} days. The current password still works. EventBridge may have missed a rotation: check LastRotatedDate in the output of aws secretsmanager describe-secret. If that date is as old, read the log of the rotation function and fix the cause, then run aws secretsmanager rotate-secret."
        namespace   = "AWS/Events"
        metric      = "TriggeredRules"
        dimensions  = { RuleName = aws_cloudwatch_event_rule.rotated[0].name }
        period      = 86400
        comparison  = "LessThanThreshold"
        threshold   = 1
        datapoints  = var.rotated_within_days
        periods     = var.rotated_within_days
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = substr("${var.secret_name}: ${each.value.description}", 0, 1024)
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  datapoints_to_alarm = each.value.datapoints
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.key == "not-rotated" ? "breaching" : "notBreaching" # applies before the first event and long after the last
  alarm_actions       = [local.topic_arn]
  tags                = var.tags

  # Without an event, the metric has no value, and an alarm then looks at earlier values. It would keep its state long
  # after the last event, and could not report the next one.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
  metric_query {
    id          = "filled"
    label       = each.key
    expression  = "FILL(events, 0)"
    return_data = true
  }

  metric_query {
    id = "events"

    metric {
      namespace   = each.value.namespace
      metric_name = each.value.metric
      dimensions  = each.value.dimensions
      stat        = "Sum"
      period      = each.value.period
    }
  }
}
