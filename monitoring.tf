module "monitoring" {
  source = "./modules/monitoring"
  count  = var.monitoring == null ? 0 : 1

  secret_name               = local.name
  secret_arn                = aws_secretsmanager_secret.this.arn
  key_arn                   = local.key_arn
  readers                   = var.access.readers == null ? null : concat(var.access.readers, var.access.administrators, local.rotators)
  reader_services           = keys(var.access.services)
  rotates                   = var.rotation != null
  topic_arn                 = var.monitoring.topic_arn
  emails                    = var.monitoring.emails
  cloudtrail_log_group_name = var.monitoring.cloudtrail_log_group_name
  denied_reads_threshold    = var.monitoring.denied_reads_threshold
  calls_threshold           = var.monitoring.calls_threshold
  rotated_within_days       = var.monitoring.rotated_within_days
  tags                      = var.tags
}
