"""Functions that handle secrets."""

from asm.block import Block


def is_rotation_function(function: Block) -> bool:
    """Whether a rotation in the scan invokes it."""
    return any(function.attached("aws_secretsmanager_secret_rotation", "rotation_lambda_arn"))


def handles_secrets(function: Block) -> bool:
    """Whether it rotates a secret, or has a secret's location in its environment."""
    return is_rotation_function(function) or bool(
        function.references("environment").of("aws_secretsmanager_secret")
    )
