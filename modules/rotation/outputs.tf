output "function_arn" {
  description = "ARN of the function, available after Secrets Manager can invoke it and it can rotate."
  value = one(concat(
    aws_lambda_function.this[*].arn,
    [for stack in aws_serverlessapplicationrepository_cloudformation_stack.this : stack.outputs["RotationLambdaARN"]],
    local.own || local.aws_template ? [] : [var.function.arn],
  ))

  depends_on = [aws_lambda_permission.secrets_manager, aws_iam_role_policy.this, aws_iam_role_policy.aws_template]
}

output "role_arn" {
  description = "ARN of the execution role of this project's function, or null for any other function."
  value       = one(aws_iam_role.this[*].arn)
}

# Separate from role_arn. One output of both roles would wait for the superuser's secret, which must allow role_arn.
output "aws_template_role_arn" {
  description = "ARN of the execution role of AWS's published function, or null for any other function."
  value       = one(data.aws_lambda_function.aws_template[*].role)
}

output "security_group_id" {
  description = "ID of the function's security group, or null for an existing function. Databases and VPC endpoints must allow this group."
  value       = one(aws_security_group.this[*].id)
}
