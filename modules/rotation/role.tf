# What the function may do: rotate this secret, write its own log, and use its network.

resource "aws_iam_role" "this" {
  count = local.own ? 1 : 0

  name        = local.name
  description = substr("Execution role of the function that rotates the secret ${var.secret_name}", 0, 1000)
  tags        = var.tags

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

  # Lambda makes the function's network interfaces in the name of its role, before there is one that could be named.
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
  statement {
    sid = "UseNetwork"
    actions = [
      "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
    ]
    resources = ["*"]
  }
}
