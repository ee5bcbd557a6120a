"""Rules for secrets in AWS: `checkov -d . --external-checks-dir policies/checkov`.

checkov imports every file of this folder as a rule, because this file is here. What the rules share
is in asm/, which has no such file, so that checkov leaves it alone; it puts this folder on the
path.
"""
