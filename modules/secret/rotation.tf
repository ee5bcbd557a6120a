# Rotation stands beside its secret, where scanners look for it. The function is made elsewhere.

resource "aws_secretsmanager_secret_rotation" "this" { # "A previous rotation isn't complete"? Rotation may be off by now: secret-doctor says how to end that one, then apply again (docs/rotation.md)
  count = var.rotation == null ? 0 : 1

  secret_id           = aws_secretsmanager_secret.this.arn
  rotation_lambda_arn = var.rotation.function_arn
  rotate_immediately  = var.rotation.rotate_immediately

  rotation_rules {
    automatically_after_days = var.rotation.days
    schedule_expression      = var.rotation.schedule
    duration                 = var.rotation.window
  }

  # There must be a value to rotate.
  depends_on = [aws_secretsmanager_secret_version.marker]

  lifecycle {
    # The provider rotates only where the function or the rules change.
    replace_triggered_by = [terraform_data.rotate_immediately]
  }
}

resource "terraform_data" "rotate_immediately" {
  count = var.rotation == null ? 0 : 1

  input = var.rotation.rotate_immediately
}
