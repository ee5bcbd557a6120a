"""Finds and installs database servers and a pooler as Debian packages.

Needs only the standard library of Python 3.13: `python -m tools.debian` installs the missing
packages, if it has the permission.
"""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.environments import SetupError, alone

PROGRAMS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
POLICY = Path("/usr/sbin/policy-rc.d")
UNPRIVILEGED = "nobody"


def postgresql() -> Path | None:
    """Folder of PostgreSQL's programs, the newest if there are several."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [file.parent for file in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: float(folder.parent.name), default=None)


def mariadb() -> Path | None:
    """MariaDB's server program."""
    found = shutil.which("mariadbd", path=PROGRAMS)
    return Path(found).resolve() if found else None


def pgbouncer() -> Path | None:
    """PgBouncer's program."""
    found = shutil.which("pgbouncer", path=PROGRAMS)
    return Path(found).resolve() if found else None


def mysql() -> Path | None:
    """MySQL's server program, not MariaDB's of the same name; no stable Debian release has it."""
    found = shutil.which("mysqld", path=PROGRAMS)
    program = Path(found).resolve() if found else None
    return program if program and program != mariadb() else None


# Only the server, if there is such a package: it creates no user and no service.
PACKAGES: dict[str, Callable[[], Path | None]] = {
    "postgresql": postgresql,
    "mariadb-server-core": mariadb,
    "pgbouncer": pgbouncer,
}


def install() -> None:
    """Install the missing servers; raises SetupError if that is not possible."""
    missing = [package for package, find in PACKAGES.items() if not find()]
    if not missing:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", "--no-remove", *missing]
    if os.geteuid() or not shutil.which("apt-get"):
        raise SetupError(
            f"A database server for the tests is missing: run `apt-get install {' '.join(missing)}`"
            " as root, or install PostgreSQL and MariaDB so that initdb and mariadbd are on PATH"
        )
    print(f"Installing the Debian packages {', '.join(missing)}", flush=True)
    with services_kept_down():
        for each in (["apt-get", "update"], command):
            result = subprocess.run(
                each,
                env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            if result.returncode:
                last = "".join(result.stdout.strip().splitlines()[-1:])
                raise SetupError(f"`{' '.join(each)}` fails: {last}")


@contextmanager
def services_kept_down() -> Iterator[None]:
    """Stop Debian's packages from starting services, with policy-rc.d; a user's own file stays."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def unprivileged_user() -> str:
    """User to run servers as, because they refuse to run as root; empty for the current one."""
    return "" if os.geteuid() else UNPRIVILEGED


def as_user(user: str) -> dict[str, Any]:
    """Options with which `subprocess` runs a command as this user; none for an empty text."""
    if not user:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


if __name__ == "__main__":
    try:
        with alone():
            install()
    except SetupError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
