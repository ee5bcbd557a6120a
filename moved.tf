# Moves a secret of an earlier commit of this module, in which child modules contained the parts of the secret.

moved {
  from = module.secret.aws_secretsmanager_secret.this
  to   = aws_secretsmanager_secret.this
}

moved {
  from = module.secret.aws_secretsmanager_secret_policy.this
  to   = aws_secretsmanager_secret_policy.this
}

moved {
  from = module.secret.aws_secretsmanager_secret_rotation.this
  to   = aws_secretsmanager_secret_rotation.this
}

moved {
  from = module.secret.aws_secretsmanager_secret_version.first
  to   = aws_secretsmanager_secret_version.first
}

moved {
  from = module.secret.aws_secretsmanager_secret_version.this
  to   = aws_secretsmanager_secret_version.this
}

moved {
  from = module.secret.aws_secretsmanager_secret_version.marker
  to   = aws_secretsmanager_secret_version.marker
}

moved {
  from = module.secret.terraform_data.asked
  to   = terraform_data.asked
}

moved {
  from = module.secret.terraform_data.rotate_immediately
  to   = terraform_data.rotate_immediately
}

moved {
  from = module.key[0].aws_kms_key.this[0]
  to   = aws_kms_key.this[0]
}

moved {
  from = module.key[0].aws_kms_alias.this[0]
  to   = aws_kms_alias.this[0]
}
