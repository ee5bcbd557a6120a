"""Rules for secrets in AWS: `checkov -d . --external-checks-dir policies/checkov`.

checkov imports every file of this folder as a rule, because this file exists. The rules share the
code in asm/. That folder has no such file, so checkov does not import it. checkov adds this folder
to the path.
"""
