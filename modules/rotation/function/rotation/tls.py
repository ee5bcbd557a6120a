"""TLS to the database: certificate and host name are verified."""

import functools
import os
import ssl
from pathlib import Path

from rotation.errors import RotationError

CODE = Path(__file__).parents[1]
DEFAULT_BUNDLE = "ca-bundle.pem"


def context() -> ssl.SSLContext:
    """Trusts the system's CAs and those in the PEM file beside the code that CA_BUNDLE names.

    Default: ca-bundle.pem, if there. RDS needs one: its own CA is in no system's store.
    """
    named = os.environ.get("CA_BUNDLE")
    file = CODE / (named or DEFAULT_BUNDLE)
    if named and not file.is_file():
        raise RotationError(f"CA_BUNDLE is {named}, which is not in the package: put it there.")
    return _context(file if file.is_file() else None)


@functools.cache
def _context(bundle: Path | None) -> ssl.SSLContext:
    trusting = ssl.create_default_context()
    # Demands of form, on by default since Python 3.13, that many a CA in use does not meet.
    trusting.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if bundle:
        try:
            trusting.load_verify_locations(bundle)
        except ssl.SSLError:
            raise RotationError(f"{bundle.name} is not PEM: package another file.") from None
    return trusting
