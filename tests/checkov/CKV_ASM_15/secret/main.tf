variable "replicas" {
  type = map(string)
}

resource "aws_secretsmanager_secret" "this" {
  name = "module/secret"

  dynamic "replica" {
    for_each = var.replicas

    content {
      region     = replica.key
      kms_key_id = replica.value
    }
  }
}
