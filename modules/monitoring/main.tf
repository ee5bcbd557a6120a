# Sends alerts about a secret and its key to a topic. Rules report single events, each with its own message (events.tf).
# Alarms report events that CloudWatch counts (counts.tf).

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id

  # At most 48 characters: names of rules have at most 64 characters. The hash keeps names unique, because AWS
  # overwrites a rule, topic or alarm with the same name. modules/rotation and the policies in
  # docs/security.md use the same part of the name.
  name = "${substr(replace(var.secret_name, "/[^A-Za-z0-9-]/", "-"), 0, 39)}-${substr(sha256(var.secret_name), 0, 8)}"

  # CloudTrail records the secret as the caller names it: by its name, its ARN, or its ARN without the suffix.
  # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
  secret_ids = [var.secret_name, "arn:${local.partition}:secretsmanager:${local.region}:${local.account_id}:secret:${var.secret_name}", var.secret_arn]

  topic_arn = var.emails == null ? var.topic_arn : aws_sns_topic.this[0].arn
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}
