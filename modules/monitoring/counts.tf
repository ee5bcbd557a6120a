# Counted by CloudWatch: by a rule without a target, whose matches are a metric, or by a metric filter on a trail's logs.

locals {
  # CloudTrail does not record the parameters of a call that is denied, but AWS's message tells the secret as it was named.
  denied = [for id in ["resource: ${var.secret_name}", ":secret:${var.secret_name}", ":secret:${element(split(":secret:", var.secret_arn), 1)}"] :
    { ends = id, goes_on = "*${id} *" }
  ]

  counts = {
    denied-reads = {
      alarm   = "More than ${var.denied_reads_threshold} attempts to read the value were denied within 5 minutes. Look in CloudTrail for GetSecretValue with AccessDenied: a reader whose permissions are gone, or somebody who tries."
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
      alarm   = "More than ${var.calls_threshold} calls for the secret within an hour. Look in CloudTrail who calls: a reader that does not cache the value, or somebody who copies it."
      maximum = var.calls_threshold
      period  = 3600
      pattern = jsonencode(merge(local.api_call, { detail = { requestParameters = { secretId = local.secret_ids } } }))
      filter  = "(${join(" || ", [for id in local.secret_ids : "($.requestParameters.secretId = \"${id}\")"])})"
    }
  }

  # A trail may hold the events of other regions and accounts.
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
      error_message = "The event pattern for ${each.key} has ${length(each.value.pattern)} characters; EventBridge takes ${local.pattern_limit}. Choose a shorter name for the secret."
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
      error_message = "The metric filter for ${each.key} has ${length(each.value)} characters; CloudWatch Logs takes 1,024 at most. Choose a shorter name, or leave monitoring.cloudtrail_log_group_name out."
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

        # One of three: what comes late would not count in the period that is just over.
        datapoints = 1
        periods    = 3
      }
    },
    var.rotated_within_days == null ? {} : {
      not-rotated = {
        description = "no rotation was counted for ${var.rotated_within_days} days. The password from before still works. Ask aws secretsmanager describe-secret for LastRotatedDate: EventBridge may have lost the count. If it is as old, read the log of the rotation function, then: aws secretsmanager rotate-secret."
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
  treat_missing_data  = each.key == "not-rotated" ? "breaching" : "notBreaching" # before the first event, and long after the last
  alarm_actions       = [local.topic_arn]
  tags                = var.tags

  # Without an event there is no value. For a missing one an alarm looks at those before, would stay as it is long after
  # the last event, and could not tell of the next.
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
