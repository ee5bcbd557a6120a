resource "aws_secretsmanager_secret" "this" {
  name = "rotation/secret"
}

resource "aws_iam_role" "own" {
  name               = "own"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_lambda_function" "pass_own" {
  function_name = "pass-own"
  role          = aws_iam_role.own.arn
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_secretsmanager_secret_rotation" "own" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.pass_own.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_iam_role" "shared" {
  name               = "shared"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_lambda_function" "fail_shared" {
  function_name = "fail-shared"
  role          = aws_iam_role.shared.arn
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_secretsmanager_secret_rotation" "shared" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.fail_shared.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_iam_role" "broad" {
  name               = "broad"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_lambda_function" "fail_broad" {
  function_name = "fail-broad"
  role          = aws_iam_role.broad.arn
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_secretsmanager_secret_rotation" "broad" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.fail_broad.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_iam_role" "attached" {
  name               = "attached"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

# With an unknown ARN, the whole encoded value is unknown in a plan.
resource "aws_lambda_function" "hcl_fail_attached" {
  function_name = "fail-attached"
  role          = aws_iam_role.attached.arn
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_secretsmanager_secret_rotation" "attached" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.hcl_fail_attached.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_iam_role" "managed" {
  name               = "managed"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_lambda_function" "fail_managed" {
  function_name = "fail-managed"
  role          = aws_iam_role.managed.arn
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_secretsmanager_secret_rotation" "managed" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.fail_managed.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_lambda_function" "another" {
  function_name = "another"
  role          = aws_iam_role.shared.arn
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_lambda_function" "unknown_role" {
  function_name = "unknown-role"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_secretsmanager_secret_rotation" "unknown_role" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.unknown_role.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

data "aws_iam_policy_document" "own" {
  statement {
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
    resources = [aws_secretsmanager_secret.this.arn]
  }

  statement {
    actions   = ["secretsmanager:GetRandomPassword"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "own" {
  role   = aws_iam_role.own.id
  policy = data.aws_iam_policy_document.own.json
}

resource "aws_iam_role_policy_attachment" "own" {
  role       = aws_iam_role.own.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
}

data "aws_iam_policy_document" "broad" {
  statement {
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "broad" {
  role   = aws_iam_role.broad.name
  policy = data.aws_iam_policy_document.broad.json
}

resource "aws_iam_policy" "attached" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = { Effect = "Allow", Action = "secretsmanager:*", Resource = aws_secretsmanager_secret.this.arn }
  })
}

resource "aws_iam_role_policy_attachment" "attached" {
  role       = aws_iam_role.attached.name
  policy_arn = aws_iam_policy.attached.arn
}

resource "aws_iam_role_policy_attachment" "managed" {
  role       = aws_iam_role.managed.name
  policy_arn = "arn:aws:iam::aws:policy/SecretsManagerReadWrite"
}
