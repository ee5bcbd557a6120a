output "function_arn" {
  description = "ARN of the function, once Secrets Manager may invoke it and it may rotate."
  value = one(concat(
    aws_lambda_function.this[*].arn,
    [for stack in aws_serverlessapplicationrepository_cloudformation_stack.this : stack.outputs["RotationLambdaARN"]],
    local.own || local.aws_template ? [] : [var.function.arn],
  ))

  depends_on = [aws_lambda_permission.secrets_manager, aws_iam_role_policy.this, aws_iam_role_policy.aws_template]
}

output "role_arn" {
  description = "ARN of the execution role of this project's own function; null for any other."
  value       = one(aws_iam_role.this[*].arn)
}

# Not in one output with the other: that would wait for the superuser's secret, which has to let this role in.
output "aws_template_role_arn" {
  description = "ARN of the execution role of AWS's published function; null for any other."
  value       = one(data.aws_lambda_function.aws_template[*].role)
}

output "security_group_id" {
  description = "Id of the function's security group, which databases and VPC endpoints must admit. Null for a function that exists."
  value       = one(aws_security_group.this[*].id)
}
