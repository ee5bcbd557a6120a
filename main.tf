# The secret with its copies and its resource policy. value.tf has its value, key.tf its key, and policies.tf the content
# of its policies.

# Stores the name and region, which cannot change without a new secret. The resources below use the stored name. So
# Terraform refuses a new name before it changes anything, even if the name is unknown until apply.
resource "terraform_data" "identity" {
  input = { name = var.name, region = data.aws_service.secrets_manager.region }

  lifecycle {
    ignore_changes = [input]

    postcondition {
      condition     = self.input.name == var.name
      error_message = "name changes from ${jsonencode(self.input.name)} to ${jsonencode(var.name)}. Secrets Manager cannot rename a secret, and a new secret would have a new value. Keep the name, or carry the value over to a second secret (docs/recipes.md#rename)."
    }

    postcondition {
      condition     = self.input.region == data.aws_service.secrets_manager.region
      error_message = "The provider's region changes from ${self.input.region} to ${data.aws_service.secrets_manager.region}. The secret stays in ${self.input.region}, and a new secret would have a new value. Keep the region, or add the other region to replicas."
    }
  }
}

# Gives the region and partition without an API call.
data "aws_service" "secrets_manager" {
  service_id = "secretsmanager"
}

locals {
  name   = terraform_data.identity.input.name
  region = data.aws_service.secrets_manager.region

  # A data source that refers to a resource waits for its changes. Through a local value, Terraform reads it during
  # planning.
  # https://developer.hashicorp.com/terraform/language/v1.11.x/data-sources#data-resource-behavior
  arn = aws_secretsmanager_secret.this.arn
}

resource "aws_secretsmanager_secret" "this" { # "already scheduled for deletion"? Run: aws secretsmanager restore-secret, then import it (docs/recipes.md#restore)
  name                    = local.name
  description             = var.description
  recovery_window_in_days = var.recovery_window_in_days
  tags                    = var.tags

  # A scan of the plan sees no local values. It finds the key through the resource.
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
    # A secret with another name would be another secret, with another value.
    ignore_changes = [name]

    postcondition {
      condition     = self.name == local.name
      error_message = "name is ${jsonencode(var.name)}, and the secret in the state is ${jsonencode(self.name)}. Secrets Manager cannot rename a secret, and a new secret would have a new value. Keep the name, or carry the value over to a second secret (docs/recipes.md#rename)."
    }

    # The provider does not remove the copies when replicas no longer names a region.
    # https://github.com/hashicorp/terraform-provider-aws/issues/23316
    postcondition {
      condition     = length(setsubtract(self.replica[*].region, keys(var.replicas))) == 0
      error_message = "The secret has copies in ${join(", ", setsubtract(self.replica[*].region, keys(var.replicas)))}, which replicas does not name. Terraform's provider does not remove the last copy. Name the regions in replicas, or run this command and plan again: aws secretsmanager remove-regions-from-replication --secret-id ${self.name} --remove-replica-regions ${join(" ", setsubtract(self.replica[*].region, keys(var.replicas)))}"
    }

    postcondition {
      condition     = !contains(self.replica[*].status, "Failed")
      error_message = "The secret is not copied to every region. ${join(" ", [for replica in self.replica : "${replica.region}: ${coalesce(replica.status_message, "AWS gives no reason.")}" if replica.status == "Failed"])} Fix the cause. If that region has a secret with this name, delete it, or set force_overwrite_replica_secret = true to overwrite it. Then run this command and apply again: aws secretsmanager remove-regions-from-replication --secret-id ${self.name} --remove-replica-regions ${join(" ", [for replica in self.replica : replica.region if replica.status == "Failed"])}"
    }

    precondition {
      condition     = !contains(keys(var.replicas), local.region)
      error_message = "replicas names ${local.region}, the region of the secret itself. Name only other regions."
    }

    precondition {
      condition     = try(split(":", var.key.existing.arn)[3] == local.region, true)
      error_message = "key.existing.arn is ${jsonencode(try(var.key.existing.arn, null))}, a key of another region than the secret, ${local.region}. Secrets Manager encrypts only with a key of its own region. Give the ARN of a key in ${local.region}, which can be a replica of a multi-Region key."
    }
  }
}

resource "aws_secretsmanager_secret_policy" "this" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  policy              = module.policies.resource_policies_json.secret
  block_public_policy = true

  lifecycle {
    # The provider leaves an empty KmsKeyId out of UpdateSecret. The data source itself cannot have this condition:
    # Terraform would read it only during the apply.
    precondition {
      condition     = local.current_key == ""
      error_message = "${var.name} is encrypted with ${local.current_key}, and Terraform's provider cannot change it to the AWS managed key. Run this command and plan again: aws secretsmanager update-secret --secret-id ${var.name} --kms-key-id alias/aws/secretsmanager"
    }

    # Terraform reads the value in every plan, so the policy must allow the identity that runs Terraform.
    precondition {
      condition     = !local.limits_reading || !var.create_value || local.caller_is_named
      error_message = "access limits who reads the value, and does not name ${local.caller_role}, which runs Terraform${local.has_conditions ? ", among access.administrators" : ""}. In the next plan, Terraform could not read the value. Add this ARN, with the role's path if it has one, to access.administrators${local.has_conditions ? ", to which access.conditions do not apply" : " or access.readers"}."
    }
  }
}
