# unknown: 5 7; pass: 4 6
data "aws_iam_policy_document" "of_key" {
  statement {
    not_actions = ["kms:Decrypt"]
    resources   = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
  }
}

resource "aws_kms_key" "this" {
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.of_key.json
}

# unknown: 4 5 6 7 22 23
data "aws_iam_policy_document" "of_queue" {
  statement {
    actions   = ["*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  policy    = data.aws_iam_policy_document.of_queue.json
}

# unknown: 5
data "aws_iam_policy_document" "base" {
  statement {
    actions   = ["*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:role/publisher"]
    }
  }
}

data "aws_iam_policy_document" "of_topic" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
}

resource "aws_sns_topic_policy" "this" {
  arn    = "arn:aws:sns:eu-west-1:111122223333:orders"
  policy = data.aws_iam_policy_document.of_topic.json
}

# fail: 5
data "aws_iam_policy_document" "of_role" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "this" {
  role   = "reader"
  policy = data.aws_iam_policy_document.of_role.json
}

# fail: 5
data "aws_iam_policy_document" "of_secret" {
  statement {
    actions   = ["*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:role/reader"]
    }
  }
}

resource "aws_secretsmanager_secret_policy" "this" {
  secret_arn          = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf"
  block_public_policy = true
  policy              = data.aws_iam_policy_document.of_secret.json
}

# fail: 5
data "aws_iam_policy_document" "of_nothing_here" {
  statement {
    actions   = ["secretsmanager:*"]
    resources = ["*"]
  }
}
