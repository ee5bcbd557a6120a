# Scanned only as HCL: a plan would need the random provider.

resource "random_string" "hcl_fail_database" {
  length = 32
}

resource "aws_db_instance" "this" {
  instance_class = "db.t4g.micro"
  password       = random_string.hcl_fail_database.result
}

resource "random_string" "hcl_fail_version" {
  length = 32
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id     = "orders/database"
  secret_string = jsonencode({ username = "orders", password = random_string.hcl_fail_version.result })
}

resource "random_string" "hcl_pass_suffix" {
  length = 6
}

resource "aws_secretsmanager_secret" "this" {
  name = "orders/${random_string.hcl_pass_suffix.result}"
}
