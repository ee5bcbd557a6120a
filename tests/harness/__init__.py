"""Code that the tests and tools/ share: Terraform, servers, judges, and searches for values."""
