output "monthly_cost" {
  description = "US dollars per month, rounded to cents: `total` and its parts `secret`, `replicas`, `key`, `reads`, `rotation` and `monitoring`."
  value = {
    for name, dollars in merge(local.parts, { total = sum(values(local.parts)) }) : name => tonumber(format("%.2f", dollars))
  }

  precondition {
    condition     = local.rotations_per_year != null
    error_message = "rotation.schedule_expression is ${jsonencode(try(var.rotation.schedule_expression, null))}, which gives no number of rotations. Give rate(10 days), rate(4 hours), or cron(0 HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK *), as for the secret."
  }
}
