# The function that reads the secret, and its permissions: read the secret, write its log, and let Lambda connect it to
# the network.

resource "aws_lambda_function" "this" {
  function_name = "count-bookings"
  description   = "Counts the bookings of a day"
  role          = aws_iam_role.function.arn

  filename         = local.package
  source_code_hash = filebase64sha256(local.package)
  handler          = "app.handle"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 30

  # Each concurrent execution keeps a connection, and a database allows a limited number.
  reserved_concurrent_executions = 20

  environment {
    variables = { SECRET_ARN = module.credentials.arn }
  }

  vpc_config {
    subnet_ids         = aws_subnet.private[*].id
    security_group_ids = [aws_security_group.function.id]
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function.name
  }

  tags = local.tags

  # Without its permissions, the function can neither reach its network nor read the secret.
  depends_on = [aws_iam_role_policy.function, aws_iam_role_policy.network]
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/count-bookings"
  retention_in_days = 365
  tags              = local.tags
}

resource "aws_iam_role" "function" {
  name        = "count-bookings"
  description = "Execution role of the function count-bookings"
  tags        = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  name   = "reads-credentials"
  role   = aws_iam_role.function.name
  policy = data.aws_iam_policy_document.function.minified_json
}

data "aws_iam_policy_document" "function" {
  source_policy_documents = [module.credentials.policies_json.reader]

  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function.arn}:*"]
  }
}

resource "aws_iam_role_policy" "network" {
  name   = "uses-network"
  role   = aws_iam_role.function.name
  policy = data.aws_iam_policy_document.network.minified_json
}

data "aws_iam_policy_document" "network" {
  # Lambda uses the role to create the function's network interfaces, so no policy can name them in advance.
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
  statement {
    sid       = "UseNetwork"
    actions   = local.network_actions
    resources = ["*"]
  }

  # Lambda needs these permissions, but the function's code does not. Only calls from the code have this condition key.
  # https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
  statement {
    sid       = "DenyNetworkToCode"
    effect    = "Deny"
    actions   = local.network_actions
    resources = ["*"]

    condition {
      test     = "Null"
      variable = "lambda:SourceFunctionArn"
      values   = ["false"]
    }
  }
}

locals {
  network_actions = [
    "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
  ]
}
