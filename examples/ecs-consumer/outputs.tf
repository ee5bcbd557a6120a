output "arn" {
  description = "ARN of the secret."
  value       = module.credentials.arn
}

output "task_definition_arn" {
  description = "ARN of the task definition, for `aws ecs run-task` or a service."
  value       = aws_ecs_task_definition.report.arn
}

output "role_arn" {
  description = "ARN of the execution role, which can read the secret."
  value       = aws_iam_role.execution.arn
}

output "task_role_arn" {
  description = "ARN of the task role, which cannot read the secret."
  value       = aws_iam_role.task.arn
}
