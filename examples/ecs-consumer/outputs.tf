output "arn" {
  description = "ARN of the secret."
  value       = module.credentials.arn
}

output "task_definition_arn" {
  description = "ARN of the task definition: what `aws ecs run-task` or a service is given."
  value       = aws_ecs_task_definition.report.arn
}

output "role_arn" {
  description = "ARN of the execution role, which may read the secret."
  value       = aws_iam_role.execution.arn
}

output "task_role_arn" {
  description = "ARN of the task role, which may not."
  value       = aws_iam_role.task.arn
}
