# Who may do what. Permissions are written in this module and nowhere else: documents in, documents out, no resource.
# One file for each place that AWS asks: secret_policy.tf, key_policy.tf, identity_policies.tf, endpoint_policy.tf.

data "aws_caller_identity" "current" {}

# Has partition and region as well, in one object: each in the state costs time when many secrets are destroyed.
data "aws_service" "secrets_manager" {
  service_id = "secretsmanager"
}

locals {
  account_id   = data.aws_caller_identity.current.account_id
  account_root = "arn:${local.partition}:iam::${local.account_id}:root"
  partition    = data.aws_service.secrets_manager.partition
  region       = data.aws_service.secrets_manager.region
  regions      = concat([local.region], keys(var.replica_key_arns))

  # Six "?" stand for the suffix of the ARN, which is not known before the secret is there.
  secret_arn_patterns = {
    for region in local.regions :
    region => "arn:${local.partition}:secretsmanager:${region}:${local.account_id}:secret:${var.secret_name}-??????"
  }
  secrets_manager_endpoints = {
    for region in local.regions : region => replace(data.aws_service.secrets_manager.dns_name, local.region, region)
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

  # Who is bound by no limit: without them nobody could mend a policy that has gone wrong, or rotate.
  unlimited = distinct(concat([local.account_root], var.administrators, var.rotators))
  named     = distinct(concat(local.unlimited, local.readers))

  # For Sids of statements that may stand in one document with those of other secrets.
  # A Sid takes letters and digits alone. Where two names would give one title, as a/b and a-b, a hash tells them apart.
  title = join("", concat(
    [replace(title(replace(var.secret_name, "/[^A-Za-z0-9]/", " ")), " ", "")],
    can(regex("^[a-z][a-z0-9]*(/[a-z][a-z0-9]*)*$", var.secret_name)) ? [] : [substr(sha256(var.secret_name), 0, 8)],
  ))

  # Terraform reads the value with every plan, so a policy must not shut out whoever runs it.
  caller_arn = data.aws_caller_identity.current.arn
  # A session tells the name of its role, but not the role's path.
  caller_role = try("arn:${local.partition}:iam::${local.account_id}:role/${regex(":assumed-role/([^/]+)/", local.caller_arn)[0]}", local.caller_arn)
  caller_is_named = anytrue([
    for arn in concat([local.account_root], var.administrators, local.readers) :
    replace(arn, "/:role/.*//", ":role/") == local.caller_role
  ])
}
