"""An IAM policy engine that decides as AWS documents, or refuses to decide."""
