variable "secret_name" {
  description = "Name of the secret to watch. The names of the rules, alarms and topic contain it."
  type        = string
  nullable    = false
}

variable "secret_arn" {
  description = <<-EOT
    ARN of the secret, or of its replica, in the region and account of the provider. AWS delivers events only where it records them.
    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:secretsmanager:${local.region}:${local.account_id}:secret:.", var.secret_arn))
    error_message = "secret_arn is ${var.secret_arn}. The provider watches only ${local.region} in account ${local.account_id}. Give the ARN of the secret or replica in that region and account, or use another provider."
  }
}

variable "key_arn" {
  description = "ARN of the customer managed key that encrypts the secret, in the same region. For a replica, give the key of the replica. Null for the AWS managed key, which nobody can change or delete."
  type        = string
  default     = null

  validation {
    condition     = var.key_arn == null || can(regex("^arn:[a-z-]+:kms:${local.region}:[0-9]{12}:key/.", var.key_arn))
    error_message = "key_arn is ${coalesce(var.key_arn, "null")}. Give the ARN of a key in the provider's region, ${local.region}, where AWS records its events. A replica has a key in its own region."
  }
}

variable "readers" {
  description = "ARNs of the IAM roles (or users) that can read the value without an alert: readers, administrators and rotators. Null: no alert for reads. For a role in another account, CloudTrail records only the account, so all roles of that account can read without an alert."
  type        = list(string)
  default     = null

  validation {
    condition = !anytrue([for arn in coalesce(var.readers, []) : !can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$", arn))])
    # The message omits the entries: before its creation a role has no ARN, and Terraform could not print the message.
    error_message = "readers has an entry that is not the ARN of a role or user. Give ARNs of roles, arn:aws:iam::ACCOUNT:role/NAME."
  }
}

variable "reader_services" {
  description = "AWS services that can read the value without an alert, as service principals such as `appflow.amazonaws.com`."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "rotates" {
  description = "Whether the secret rotates. With `true`, alerts report failed and missing rotations. Use `false` for a replica, because AWS records rotations in the secret's own region."
  type        = bool
  default     = false
  nullable    = false
}

variable "topic_arn" {
  description = <<-EOT
    ARN of an SNS topic in the same region, which gets the alerts. Its policy must allow `events.amazonaws.com` and `cloudwatch.amazonaws.com` the action `sns:Publish`, the first without a condition. An encrypted topic needs a customer managed key whose policy allows both services `kms:Decrypt` and `kms:GenerateDataKey*`.
    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  EOT
  type        = string
  default     = null

  validation {
    condition     = (var.topic_arn == null) != (var.emails == null)
    error_message = "monitoring names ${var.emails == null ? "no topic" : "both topic_arn and emails"}. Give either topic_arn for an existing topic, or emails for a new topic."
  }

  validation {
    condition     = var.topic_arn == null || can(regex("^arn:${local.partition}:sns:${local.region}:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", var.topic_arn))
    error_message = "monitoring.topic_arn is ${jsonencode(var.topic_arn)}. Give the ARN of a standard topic in the secret's region: arn:${local.partition}:sns:${local.region}:ACCOUNT:NAME."
  }
}

variable "emails" {
  description = "E-mail addresses to subscribe to a new topic, which the module encrypts with a new key. AWS first sends each address an e-mail to confirm. You can add other subscribers to the topic."
  type        = list(string)
  default     = null

  validation {
    condition     = length(coalesce(var.emails, ["any"])) > 0
    error_message = "monitoring.emails is []. Give at least one address, or leave emails out and give topic_arn."
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
    Log group to which a CloudTrail trail sends the management events of this region. Metric filters then count denied reads and calls in these logs. Without a log group, EventBridge rules count them.
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
  description = "Maximum number of denied attempts to read within 5 minutes before the alarm, a whole number from 0."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.denied_reads_threshold >= 0 && var.denied_reads_threshold <= 1000000000 && floor(var.denied_reads_threshold) == var.denied_reads_threshold
    error_message = "monitoring.denied_reads_threshold is ${var.denied_reads_threshold}. Give a whole number from 0 to 1,000,000,000. With 0, every denied attempt raises the alarm."
  }
}

variable "calls_threshold" {
  description = "Maximum number of calls for the secret within an hour before the alarm, a whole number from 1."
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
    Number of days within which a rotation must succeed, 1 to 7. Otherwise, an alarm reports it. Use at least one day more than the time between two rotations, because the rotation window can delay a rotation. An alarm looks back at most 7 days.
    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  EOT
  type        = number
  default     = null

  validation {
    condition     = contains(range(1, 8), coalesce(var.rotated_within_days, 1))
    error_message = "monitoring.rotated_within_days is ${coalesce(var.rotated_within_days, 1)}. Give a whole number from 1 to 7, because an alarm looks back at most 7 days. For a longer schedule, leave it out and use AWS Config, as modules/monitoring/README.md describes."
  }

  validation {
    condition     = var.rotated_within_days == null || var.rotates
    error_message = "monitoring.rotated_within_days is given for a secret that does not rotate. Give rotation, or remove monitoring.rotated_within_days."
  }
}

variable "tags" {
  description = "Tags of all resources that the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}
