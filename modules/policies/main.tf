# Defines who can do what. Only this module contains permissions. It takes and returns policy documents, and has no
# resource. Each kind of policy has a file: secret_policy.tf, key_policy.tf, identity_policies.tf, endpoint_policy.tf.

locals {
  account_root = "arn:${var.partition}:iam::${var.account_id}:root"

  # By region, of the secret and of its replicas: the endpoint of Secrets Manager, and the ARN with six "?" for its
  # suffix. The key's policy cannot know the suffix, because the key exists before the secret. So key_policy.tf must not
  # use secret_arns.
  regions = {
    for region in distinct(concat([var.region], keys(var.replica_key_arns))) : region => {
      endpoint    = "secretsmanager.${region}.${local.dns_suffixes[var.partition]}"
      arn_pattern = "arn:${var.partition}:secretsmanager:${region}:${var.account_id}:secret:${var.secret_name}-??????"
    }
  }
  secret_arns = { for region, in_region in local.regions : region => var.secret_arn == null ? in_region.arn_pattern : replace(var.secret_arn, ":${var.region}:", ":${region}:") }

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

  actions = {
    read = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    rotate = [
      "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage",
    ]
    manage = [
      "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage",
      "secretsmanager:CancelRotateSecret", "secretsmanager:DeleteResourcePolicy", "secretsmanager:DeleteSecret",
      "secretsmanager:GetResourcePolicy", "secretsmanager:ListSecretVersionIds", "secretsmanager:PutResourcePolicy",
      "secretsmanager:RemoveRegionsFromReplication", "secretsmanager:ReplicateSecretToRegions", "secretsmanager:RestoreSecret",
      "secretsmanager:RotateSecret", "secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:UpdateSecret",
      "secretsmanager:ValidateResourcePolicy",
    ]
  }

  # Also empty where IAM decides. Where the difference matters, the module uses var.readers.
  readers = coalesce(var.readers, [])

  # For the Sids of statements that share a document with those of other secrets. A Sid has only letters and digits.
  # A hash distinguishes names that give the same title, such as a/b and a-b.
  title = join("", concat(
    [replace(title(replace(var.secret_name, "/[^A-Za-z0-9]/", " ")), " ", "")],
    can(regex("^[a-z][a-z0-9]*(/[a-z][a-z0-9]*)*$", var.secret_name)) ? [] : [substr(sha256(var.secret_name), 0, 8)],
  ))
}
