output "topic_arn" {
  description = "ARN of the topic that is told: the one made, once its policy is attached, or the one given."
  value       = local.topic_arn

  depends_on = [aws_sns_topic_policy.this]
}
