resource "aws_iam_role_policy_attachment" "fail_role" {
  role       = "reader"
  policy_arn = "arn:aws:iam::aws:policy/SecretsManagerReadWrite"
}

data "aws_partition" "current" {}

resource "aws_iam_role_policy_attachment" "fail_partition" {
  role       = "reader"
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/SecretsManagerReadWrite"
}

resource "aws_iam_group_policy_attachment" "fail_each" {
  for_each = toset(["SecretsManagerReadWrite"])

  group      = "developers"
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_iam_role" "fail_managed" {
  name                = "reader"
  managed_policy_arns = ["arn:aws:iam::aws:policy/SecretsManagerReadWrite"]
  assume_role_policy  = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_iam_role" "without" {
  name               = "plain"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_iam_user_policy_attachment" "pass_other" {
  user       = "auditor"
  policy_arn = "arn:aws:iam::aws:policy/SecurityAudit"
}
