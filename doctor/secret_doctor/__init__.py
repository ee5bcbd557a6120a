"""Finds out why a secret in AWS Secrets Manager cannot be read or does not rotate.

Makes only read calls, with the caller's credentials. Prints no value and changes nothing.
"""
