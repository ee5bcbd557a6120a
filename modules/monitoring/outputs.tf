output "topic_arn" {
  description = "ARN of the topic that gets the alerts: the new topic, after its policy is attached, or the given topic."
  value       = local.topic_arn

  depends_on = [aws_sns_topic_policy.this]
}
