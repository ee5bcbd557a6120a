# The function that rotates the secret: this project's function, AWS's published one (aws_template.tf), or an existing
# one.

locals {
  # A validation of var.function ensures that at most one of these is true.
  own          = var.function.package != null
  aws_template = var.function.aws_template != null

  # The names of functions, roles and stacks have at most 64 of these characters. The hash distinguishes names that differ
  # only in other characters, or only in case, which AWS ignores in role names. modules/monitoring and the policies in
  # docs/security.md use the same part of the name.
  name = "rotate-${substr(replace(var.secret_name, "/[^A-Za-z0-9-]/", "-"), 0, 39)}-${substr(sha256(var.secret_name), 0, 8)}"

  environment = {
    STRATEGY                   = var.strategy
    PASSWORD_LENGTH            = var.password.length
    EXCLUDE_CHARACTERS         = var.password.exclude_characters
    EXCLUDE_LOWERCASE          = var.password.exclude_lowercase
    EXCLUDE_UPPERCASE          = var.password.exclude_uppercase
    EXCLUDE_NUMBERS            = var.password.exclude_numbers
    EXCLUDE_PUNCTUATION        = var.password.exclude_punctuation
    INCLUDE_SPACE              = var.password.include_space
    REQUIRE_EACH_INCLUDED_TYPE = var.password.require_each_included_type
  }
}

resource "aws_lambda_function" "this" {
  count = local.own ? 1 : 0

  function_name = local.name
  description   = substr("Rotates the secret ${var.secret_name}", 0, 256)
  role          = aws_iam_role.this[0].arn

  package_type      = var.function.package.image_uri == null ? "Zip" : "Image"
  image_uri         = var.function.package.image_uri
  filename          = var.function.package.file
  s3_bucket         = try(var.function.package.s3.bucket, null)
  s3_key            = try(var.function.package.s3.key, null)
  s3_object_version = try(var.function.package.s3.version, null)
  source_code_hash  = var.function.package.hash
  handler           = var.function.package.image_uri == null ? "rotation.handler.handle" : null
  runtime           = var.function.package.image_uri == null ? "python3.13" : null
  architectures     = [var.function.architecture]

  memory_size                    = 256
  timeout                        = var.function.timeout_in_seconds
  reserved_concurrent_executions = var.function.reserved_concurrency

  environment {
    variables = local.environment
  }

  vpc_config {
    subnet_ids         = var.function.network.subnet_ids
    security_group_ids = aws_security_group.this[*].id
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this[0].name
  }

  tags = var.tags

  # Without its permissions, the function can neither reach its network nor rotate.
  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy.network]

  # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
  lifecycle {
    precondition {
      condition     = length(jsonencode(local.environment)) <= 4096
      error_message = "password.exclude_characters has ${length(var.password.exclude_characters)} characters. With them, the environment variables of the rotation function have ${length(jsonencode(local.environment))} bytes. Lambda accepts at most 4,096. Exclude fewer characters, or exclude a whole class, for example with exclude_punctuation."
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  count = local.own ? 1 : 0

  name              = "/aws/lambda/${local.name}"
  retention_in_days = var.function.logs.retention_in_days
  kms_key_id        = var.function.logs.kms_key_arn
  tags              = var.tags
}

# The stack of AWS's published function creates its own permission.
resource "aws_lambda_permission" "secrets_manager" {
  count = local.aws_template ? 0 : 1

  statement_id   = "SecretsManagerRotates-${substr(sha256(var.secret_name), 0, 16)}"
  function_name  = local.own ? aws_lambda_function.this[0].function_name : var.function.arn
  action         = "lambda:InvokeFunction"
  principal      = "secretsmanager.amazonaws.com" # in every partition
  source_account = data.aws_caller_identity.current.account_id
}

# A failed step is an error of the function. If Secrets Manager cannot start a rotation, only CloudTrail shows it.
resource "aws_cloudwatch_metric_alarm" "errors" {
  count = local.own ? 1 : 0

  alarm_name          = "${local.name}-errors"
  alarm_description   = substr("A step of the rotation of ${var.secret_name} failed. The current password still works. See the log group /aws/lambda/${local.name}.", 0, 1024)
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  datapoints_to_alarm = 1
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.function.alarm_topic_arns
  tags                = var.tags

  # Without an invocation, the metric has no value, and an alarm then looks at earlier values. It would keep its state
  # long after the error, and could not report the next one.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
  metric_query {
    id          = "filled"
    label       = "Errors"
    expression  = "FILL(errors, 0)"
    return_data = true
  }

  metric_query {
    id = "errors"

    metric {
      namespace   = "AWS/Lambda"
      metric_name = "Errors"
      dimensions  = { FunctionName = aws_lambda_function.this[0].function_name }
      stat        = "Sum"
      period      = 300
    }
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}
