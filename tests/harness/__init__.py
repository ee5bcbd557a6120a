"""What the tests and tools/ share: Terraform, servers, judges, and the searches for values."""
