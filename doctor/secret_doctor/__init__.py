"""Finds out why a secret in AWS Secrets Manager cannot be read or does not rotate.

Asks AWS read-only questions as its caller, prints no value and changes nothing.
"""
