# A secret whose key, host, reader and replica key come from the same apply.

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

resource "aws_kms_key" "shared" {
  description = "Made in the same apply as the secret"
}

resource "aws_kms_key" "replica" {
  provider    = aws.ireland
  description = "Made in the same apply as the secret"
}

resource "terraform_data" "database" {
  input = "db.example.com"
}

resource "aws_iam_role" "reader" {
  name = "reader-of-orders"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

data "aws_iam_policy_document" "reader" {
  statement {
    sid       = "ReaderReads"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.reader.arn]
    }
  }
}

module "secret" {
  source = "../../.."

  name        = "test/secret/orders"
  description = "Credentials of the orders database"
  database = {
    engine   = "postgres"
    username = "orders"
    host     = terraform_data.database.output
  }
  key                     = { existing = { arn = aws_kms_key.shared.arn } }
  access                  = { policy_documents = [data.aws_iam_policy_document.reader.json] }
  replicas                = { eu-west-1 = { kms_key_arn = aws_kms_key.replica.arn } }
  recovery_window_in_days = 0
  tags                    = { Environment = "test", Owner = "team@example.com" }
}

output "secret" {
  value = module.secret
}
