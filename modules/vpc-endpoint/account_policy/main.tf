# The policy of a VPC endpoint that leads to no secret in particular: the account's own principals, to what is the
# account's own. It keeps others' credentials from being used in the VPC, and values from leaving for others' accounts.
# What the principals may do with a secret, their own policies and the secret's decide.
# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "AccountUsesItsOwn"
    actions   = ["${var.service}:*"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}
