"""KMS keys, as Terraform has them."""

AWS_MANAGED = "alias/aws/secretsmanager"
KEYS = ("aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key", "aws_kms_alias")
