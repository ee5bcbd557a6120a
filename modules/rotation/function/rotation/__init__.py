"""Rotates the password of a PostgreSQL, MySQL or MariaDB user that AWS Secrets Manager keeps."""
