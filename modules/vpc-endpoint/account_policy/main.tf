# The policy of a VPC endpoint that leads to no specific secret. It allows the account's principals to reach the account's
# resources. It prevents the use of other accounts' credentials in the VPC, and the transfer of values to other accounts.
# The policies of the principals and of the secret decide what the principals can do with a secret.
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
