output "monthly_cost" {
  description = "US dollars a month, rounded to cents: `total`, and what it is made of: `secret`, `replicas`, `key`, `reads`, `rotation`, `monitoring`."
  value = {
    for name, dollars in merge(local.parts, { total = sum(values(local.parts)) }) : name => tonumber(format("%.2f", dollars))
  }
}
