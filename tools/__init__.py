"""What make runs: a module for each command."""
