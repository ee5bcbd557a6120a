"""Paths of the emulator's Pythons and of the rules that it shares with this project."""

from pathlib import Path

_ROOT = Path(__file__).parents[2]
VENV = _ROOT / ".venv"
LOCALSTACK_PYTHON = VENV / "localstack" / "bin" / "python"
FUNCTION_PYTHON = VENV / "function" / "bin" / "python"
CACHE = VENV / "cache" / "python"
# Folders of the packages emulator, secret_doctor (for public policies) and asm (for schedules).
IMPORTED = (_ROOT / "tests", _ROOT / "doctor", _ROOT / "policies" / "checkov")
