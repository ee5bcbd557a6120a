"""LocalStack, as strict as AWS documents its services; README.md says what that is."""
