resource "aws_kms_replica_key" "this" {
  primary_key_arn = "arn:aws:kms:us-east-1:000000000000:key/mrk-00000000000000000000000000000000"
}

resource "aws_secretsmanager_secret" "pass_keys" {
  name = "pass/keys"

  replica {
    region     = "eu-west-1"
    kms_key_id = aws_kms_replica_key.this.arn
  }

  replica {
    region     = "eu-west-2"
    kms_key_id = "arn:aws:kms:eu-west-2:000000000000:key/mrk-00000000000000000000000000000000"
  }
}

resource "aws_secretsmanager_secret" "without_replica" {
  name = "without/replica"
}

resource "aws_secretsmanager_secret" "fail_one_of_two" {
  name = "fail/one-of-two"

  replica {
    region     = "eu-west-1"
    kms_key_id = aws_kms_replica_key.this.arn
  }

  replica {
    region = "eu-west-2"
  }
}

resource "aws_secretsmanager_secret" "fail_aws_managed" {
  name = "fail/aws-managed"

  replica {
    region     = "eu-west-1"
    kms_key_id = "alias/aws/secretsmanager"
  }
}

resource "aws_secretsmanager_secret" "fail_other_region" {
  name = "fail/other-region"

  replica {
    region     = "eu-west-1"
    kms_key_id = "arn:aws:kms:us-east-1:000000000000:key/mrk-00000000000000000000000000000000"
  }
}

# A plan does not show whether a key is given.
module "hcl_fail_dynamic" {
  source = "./secret"

  replicas = { eu-west-1 = null }
}

module "pass_dynamic" {
  source = "./secret"

  replicas = { eu-west-1 = "arn:aws:kms:eu-west-1:000000000000:key/mrk-00000000000000000000000000000000" }
}
