output "monthly_cost" {
  description = "US dollars a month, rounded to cents: `total`, and what it is made of: `secret`, `replicas`, `key`, `reads`, `rotation`, `monitoring`."
  value = {
    for name, dollars in merge(local.parts, { total = sum(values(local.parts)) }) : name => tonumber(format("%.2f", dollars))
  }

  precondition {
    condition     = local.rotations_per_year != null
    error_message = "rotation.schedule_expression is ${jsonencode(try(var.rotation.schedule_expression, null))}, from which no number of rotations follows. Give rate(10 days), rate(4 hours), or cron(0 HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK *), as the secret takes it."
  }
}
