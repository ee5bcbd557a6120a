"""LocalStack, as strict as AWS documents its services; README.md introduces LocalStack."""
