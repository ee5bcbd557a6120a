"""What the tests, the demonstration and the benchmark stand on: LocalStack and Terraform."""
