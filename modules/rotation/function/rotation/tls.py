"""TLS to the database, with verification of certificate and host name."""

import functools
import os
import ssl
from pathlib import Path

from rotation.errors import RotationError

CODE = Path(__file__).parents[1]
DEFAULT_BUNDLE = "ca-bundle.pem"


def context() -> ssl.SSLContext:
    """Trust the system's CAs and those in the PEM file in the package that CA_BUNDLE names.

    The default is ca-bundle.pem, if it exists. RDS needs a file: no system's store has its CA.
    """
    named = os.environ.get("CA_BUNDLE")
    file = CODE / (named or DEFAULT_BUNDLE)
    if named and not file.is_file():
        raise RotationError(f"CA_BUNDLE is {named}, which is not in the package: add it.")
    return _context(file if file.is_file() else None)


@functools.cache
def _context(bundle: Path | None) -> ssl.SSLContext:
    trusting = ssl.create_default_context()
    # Python 3.13 turned on a strict check of the form, and many CAs do not pass it.
    trusting.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if bundle:
        try:
            trusting.load_verify_locations(bundle)
        except ssl.SSLError:
            raise RotationError(f"{bundle.name} is not PEM: package another file.") from None
    return trusting
