variable "account" {
  type = string
}

resource "aws_kms_key" "this" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = var.account }, Action = "kms:Decrypt", Resource = "*" },
    ]
  })
}
