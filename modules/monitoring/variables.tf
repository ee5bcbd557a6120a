variable "secret_name" {
  description = "Name of the secret to watch. Rules, alarms and topic are named after it."
  type        = string
  nullable    = false
}

variable "secret_arn" {
  description = <<-EOT
    ARN of the secret, or of its replica, in the region and account of the provider: events stay where they are recorded.
    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:secretsmanager:${local.region}:${local.account_id}:secret:.", var.secret_arn))
    error_message = "secret_arn is ${var.secret_arn}. The provider watches ${local.region} in account ${local.account_id}, and would see nothing of it. Give the ARN of the secret, or of its replica, of there, or another provider."
  }
}

variable "key_arn" {
  description = "ARN of the customer managed key that encrypts the secret, of the same region: for a replica, its own key. Null for the AWS managed key, which nobody can change or delete."
  type        = string
  default     = null

  validation {
    condition     = var.key_arn == null || can(regex("^arn:[a-z-]+:kms:${local.region}:[0-9]{12}:key/.", var.key_arn))
    error_message = "key_arn is ${coalesce(var.key_arn, "null")}. Give the ARN of a key of the provider's region, ${local.region}, where its events are recorded; a replica has a key of its own region."
  }
}

variable "readers" {
  description = "ARNs of the IAM roles (or users) that may read the value without notice: readers, administrators and rotators. Null: reading is not watched. Of a role in another account CloudTrail tells only the account, so that all of that account may."
  type        = list(string)
  default     = null

  validation {
    condition = !anytrue([for arn in coalesce(var.readers, []) : !can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$", arn))])
    # Without the entries: a role that is yet to be made has no ARN, and then a message could not be told at all.
    error_message = "readers has an entry that is not the ARN of a role or user. Give ARNs of roles, arn:aws:iam::ACCOUNT:role/NAME."
  }
}

variable "reader_services" {
  description = "AWS services that may read the value under a name of their own without notice, by service principal such as `appflow.amazonaws.com`."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "rotates" {
  description = "Whether the secret rotates, so that failed and missing rotations are watched. False for a replica: rotations are recorded in the secret's own region."
  type        = bool
  default     = false
  nullable    = false
}

variable "topic_arn" {
  description = <<-EOT
    ARN of an SNS topic, of the same region, that is told. Its policy must let `events.amazonaws.com` and `cloudwatch.amazonaws.com` take `sns:Publish`, the first without a condition. If it is encrypted, then by a customer managed key whose policy lets both take `kms:Decrypt` and `kms:GenerateDataKey*`.
    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  EOT
  type        = string
  default     = null

  validation {
    condition     = (var.topic_arn == null) != (var.emails == null)
    error_message = "monitoring names ${var.emails == null ? "no topic" : "both topic_arn and emails"}. Give either topic_arn, of a topic that exists, or emails, for which a topic is made."
  }

  validation {
    condition     = var.topic_arn == null || can(regex("^arn:${local.partition}:sns:${local.region}:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", var.topic_arn))
    error_message = "monitoring.topic_arn is ${jsonencode(var.topic_arn)}. Give the ARN of a standard topic of the secret's region: arn:${local.partition}:sns:${local.region}:ACCOUNT:NAME."
  }
}

variable "emails" {
  description = "Has a topic made, encrypted by a key of its own, and subscribes these e-mail addresses to it. Each gets a letter from AWS to confirm first. Other subscribers can be added to the topic."
  type        = list(string)
  default     = null

  validation {
    condition     = length(coalesce(var.emails, ["any"])) > 0
    error_message = "monitoring.emails is []. Name at least one address, or leave emails out and give topic_arn."
  }

  validation {
    condition     = alltrue([for email in coalesce(var.emails, []) : can(regex(local.email, email))])
    error_message = "monitoring.emails: ${jsonencode([for email in coalesce(var.emails, []) : email if !can(regex(local.email, email))])} is not an e-mail address. Give addresses as name@example.com."
  }
}

locals {
  email = "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}$"
}

variable "cloudtrail_log_group_name" {
  description = <<-EOT
    Log group to which a trail of CloudTrail sends the management events of this region. Metric filters count its denied reads and calls; without it rules of EventBridge count them.
    Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.cloudtrail_log_group_name == null || can(regex("^[A-Za-z0-9_/.#-]{1,512}$", var.cloudtrail_log_group_name))
    error_message = "monitoring.cloudtrail_log_group_name is ${jsonencode(var.cloudtrail_log_group_name)}. Give the name of a log group: 1 to 512 of the characters A-Z a-z 0-9 _ / . # -."
  }
}

variable "denied_reads_threshold" {
  description = "How many attempts to read may be denied within 5 minutes before the alarm: a whole number from 0."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.denied_reads_threshold >= 0 && var.denied_reads_threshold <= 1000000000 && floor(var.denied_reads_threshold) == var.denied_reads_threshold
    error_message = "monitoring.denied_reads_threshold is ${var.denied_reads_threshold}. Give a whole number from 0, which tells of every denied attempt, to 1,000,000,000."
  }
}

variable "calls_threshold" {
  description = "How many calls for the secret there may be within an hour before the alarm: a whole number from 1."
  type        = number
  default     = 1000
  nullable    = false

  validation {
    condition     = var.calls_threshold >= 1 && var.calls_threshold <= 1000000000 && floor(var.calls_threshold) == var.calls_threshold
    error_message = "monitoring.calls_threshold is ${var.calls_threshold}. Give a whole number from 1 to 1,000,000,000."
  }
}

variable "rotated_within_days" {
  description = <<-EOT
    Days within which a rotation must have succeeded, 1 to 7, or an alarm tells of it: at least a day more than between two rotations, which may come late by their window. An alarm looks back no further.
    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  EOT
  type        = number
  default     = null

  validation {
    condition     = contains(range(1, 8), coalesce(var.rotated_within_days, 1))
    error_message = "monitoring.rotated_within_days is ${coalesce(var.rotated_within_days, 1)}. An alarm looks back 1 to 7 days; for a longer schedule leave it out and let AWS Config watch, as modules/monitoring/README.md says."
  }

  validation {
    condition     = var.rotated_within_days == null || var.rotates
    error_message = "monitoring.rotated_within_days is given for a secret that does not rotate. Give rotation, or leave it out."
  }
}

variable "tags" {
  description = "Tags of everything that is made."
  type        = map(string)
  default     = {}
  nullable    = false
}
