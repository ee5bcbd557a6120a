# Who may do what. Permissions are written in this module and nowhere else: documents in, documents out, no resource.
# One file for each place that AWS asks: secret_policy.tf, key_policy.tf, identity_policies.tf, endpoint_policy.tf.

locals {
  account_root = "arn:${var.partition}:iam::${coalesce(var.account_id, "none")}:root"

  # By region, of the secret and of its replicas. Six "?" are the suffix of the ARN, which the key's policy cannot know: the
  # key is there before the secret. So nothing in key_policy.tf may use secret_arns.
  regions             = concat([var.region], keys(var.replica_key_arns))
  endpoints           = { for region in local.regions : region => "secretsmanager.${region}.${local.dns_suffixes[var.partition]}" }
  secret_arn_patterns = { for region in local.regions : region => "arn:${var.partition}:secretsmanager:${region}:${coalesce(var.account_id, "none")}:secret:${var.secret_name}-??????" }
  secret_arns         = var.secret_arn == null ? local.secret_arn_patterns : { for region in local.regions : region => replace(var.secret_arn, ":${var.region}:", ":${region}:") }

  # https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
  dns_suffixes = {
    aws        = "amazonaws.com"
    aws-cn     = "amazonaws.com.cn"
    aws-eusc   = "amazonaws.eu"
    aws-iso    = "c2s.ic.gov"
    aws-iso-b  = "sc2s.sgov.gov"
    aws-iso-e  = "cloud.adc-e.uk"
    aws-iso-f  = "csp.hci.ic.gov"
    aws-us-gov = "amazonaws.com"
  }

  read_actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
  rotate_actions = concat(local.read_actions, ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"])
  manage_actions = concat(local.rotate_actions, [
    "secretsmanager:CancelRotateSecret", "secretsmanager:DeleteResourcePolicy", "secretsmanager:DeleteSecret",
    "secretsmanager:GetResourcePolicy", "secretsmanager:ListSecretVersionIds", "secretsmanager:PutResourcePolicy",
    "secretsmanager:RemoveRegionsFromReplication", "secretsmanager:ReplicateSecretToRegions", "secretsmanager:RestoreSecret",
    "secretsmanager:RotateSecret", "secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:UpdateSecret",
    "secretsmanager:ValidateResourcePolicy",
  ])

  # Empty also where IAM decides; where that matters, var.readers is asked.
  readers = coalesce(var.readers, [])

  # For Sids of statements that can be in one document with those of other secrets. A Sid has only letters and digits.
  # Where two names would give one title, as a/b and a-b, a hash tells them apart.
  title = join("", concat(
    [replace(title(replace(var.secret_name, "/[^A-Za-z0-9]/", " ")), " ", "")],
    can(regex("^[a-z][a-z0-9]*(/[a-z][a-z0-9]*)*$", var.secret_name)) ? [] : [substr(sha256(var.secret_name), 0, 8)],
  ))
}
