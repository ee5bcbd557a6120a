# The secret with its copies and its resource policy. Its value is in value.tf, its key in key.tf, what its policies say in
# policies.tf.

# Remembers what cannot change without another secret in its place. All below has the name that is in use, so that a name
# that is not known before the apply comes to be refused before anything is changed.
resource "terraform_data" "identity" {
  input = { name = var.name, region = data.aws_service.secrets_manager.region }

  lifecycle {
    ignore_changes = [input]

    postcondition {
      condition     = self.input.name == var.name
      error_message = "name changes from ${jsonencode(self.input.name)} to ${jsonencode(var.name)}. Secrets Manager cannot rename a secret, and one made anew would have a new value. Keep the name, or carry the value over to a second secret (docs/recipes.md#rename)."
    }

    postcondition {
      condition     = self.input.region == data.aws_service.secrets_manager.region
      error_message = "The provider's region changes from ${self.input.region} to ${data.aws_service.secrets_manager.region}. The secret stays in ${self.input.region}, and one made anew would have a new value. Keep the region, or add the other one to replicas."
    }
  }
}

# Tells region and partition without a call.
data "aws_service" "secrets_manager" {
  service_id = "secretsmanager"
}

locals {
  name   = terraform_data.identity.input.name
  region = data.aws_service.secrets_manager.region

  # A data source that names a resource itself waits for its changes. By a local value it is read while planning.
  # https://developer.hashicorp.com/terraform/language/v1.11.x/data-sources#data-resource-behavior
  arn = aws_secretsmanager_secret.this.arn
}

resource "aws_secretsmanager_secret" "this" { # "already scheduled for deletion"? Run: aws secretsmanager restore-secret, then import it (docs/recipes.md#restore)
  name                    = local.name
  description             = var.description
  recovery_window_in_days = var.recovery_window_in_days
  tags                    = var.tags

  # A scan of the plan sees no local values: by the resource it finds the key.
  kms_key_id = try(aws_kms_key.this[0].arn, local.key_arn)

  force_overwrite_replica_secret = var.force_overwrite_replica_secret

  dynamic "replica" {
    for_each = var.replicas

    content {
      region     = replica.key
      kms_key_id = replica.value.kms_key_arn
    }
  }

  lifecycle {
    # A secret of another name would be another secret, with another value.
    ignore_changes = [name]

    postcondition {
      condition     = self.name == local.name
      error_message = "name is ${jsonencode(var.name)}, and the secret in the state is ${jsonencode(self.name)}. Secrets Manager cannot rename a secret, and one made anew would have a new value. Keep the name, or carry the value over to a second secret (docs/recipes.md#rename)."
    }

    # The provider leaves the copies as they are where no region is named any more.
    # https://github.com/hashicorp/terraform-provider-aws/issues/23316
    postcondition {
      condition     = length(setsubtract(self.replica[*].region, keys(var.replicas))) == 0
      error_message = "The secret has copies in ${join(", ", setsubtract(self.replica[*].region, keys(var.replicas)))}, which replicas does not name, and Terraform's provider does not remove the last copy. Name the regions in replicas, or run this, then plan again: aws secretsmanager remove-regions-from-replication --secret-id ${self.name} --remove-replica-regions ${join(" ", setsubtract(self.replica[*].region, keys(var.replicas)))}"
    }

    postcondition {
      condition     = !contains(self.replica[*].status, "Failed")
      error_message = "The secret is not copied to every region. ${join(" ", [for replica in self.replica : "${replica.region}: ${coalesce(replica.status_message, "AWS gives no reason.")}" if replica.status == "Failed"])} Fix the cause; where a secret of this name is there, delete it, or set force_overwrite_replica_secret = true to overwrite it. Run this, then apply again: aws secretsmanager remove-regions-from-replication --secret-id ${self.name} --remove-replica-regions ${join(" ", [for replica in self.replica : replica.region if replica.status == "Failed"])}"
    }

    precondition {
      condition     = !contains(keys(var.replicas), local.region)
      error_message = "replicas names ${local.region}, the region that the secret itself is in. Name other regions only."
    }
  }
}

resource "aws_secretsmanager_secret_policy" "this" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  policy              = module.policies.resource_policies_json.secret
  block_public_policy = true

  lifecycle {
    # The provider leaves an empty KmsKeyId out of UpdateSecret. A condition at the data source would have it read too late.
    precondition {
      condition     = local.current_key == ""
      error_message = "${var.name} is encrypted with ${local.current_key}, and Terraform's provider cannot give it the AWS managed key. Run this, then plan again: aws secretsmanager update-secret --secret-id ${var.name} --kms-key-id alias/aws/secretsmanager"
    }

    # Terraform reads the value with every plan, so a policy must not shut out the identity that runs it.
    precondition {
      condition     = !local.limits_reading || !var.create_value || local.caller_is_named
      error_message = "access limits who reads the value, and does not name ${local.caller_role}, which runs Terraform: with the next plan Terraform could not read it. Add this ARN (with the role's path, if it has one) to access.administrators or access.readers."
    }
  }
}
