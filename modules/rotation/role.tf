# The permissions of the function: rotate this secret, write its own log, and use its network.

resource "aws_iam_role" "this" {
  count = local.own ? 1 : 0

  name                 = local.name
  path                 = var.function.role.path
  permissions_boundary = var.function.role.permissions_boundary
  description          = substr("Execution role of the function that rotates the secret ${var.secret_name}", 0, 1000)
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  count = local.own ? 1 : 0

  name   = "rotates"
  role   = aws_iam_role.this[0].name
  policy = data.aws_iam_policy_document.function[0].minified_json
}

data "aws_iam_policy_document" "function" {
  count = local.own ? 1 : 0

  source_policy_documents = [var.rotator_policy_json]

  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this[0].arn}:*"]
  }
}

# A separate policy without dependencies, because the security group waits for it.
resource "aws_iam_role_policy" "network" {
  count = local.own ? 1 : 0

  name   = "uses-network"
  role   = aws_iam_role.this[0].name
  policy = data.aws_iam_policy_document.network[0].minified_json
}

data "aws_iam_policy_document" "network" {
  count = local.own ? 1 : 0

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
