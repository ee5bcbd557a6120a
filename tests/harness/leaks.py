"""Searches files and texts for a secret value, in every form in which it may have got there."""

import base64
import io
import json
import urllib.parse
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

SHORTEST = 8


def find(
    value: str, paths: Iterable[Path] = (), texts: Mapping[str, str] | None = None
) -> list[str]:
    """Where the value stands, as `place: form`; empty if nowhere.

    Folders are searched with all below them but what symbolic links lead to, and zip files (a plan
    file is one) by their members. `texts` are further texts by name. Raises ValueError for a value
    so short that it would be found by chance, FileNotFoundError for a path that is not there.
    """
    forms = _forms(value)
    places = [(name, text.encode()) for name, text in (texts or {}).items()]
    for path in paths:
        for file in _files(path):
            places += _contents(str(file), file.read_bytes())
    return [
        f"{place}: {form}"
        for place, content in places
        for form, pattern in forms.items()
        if pattern in content
    ]


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise FileNotFoundError(path)
    if path.is_file():
        return [path]
    found = [folder / name for folder, _, names in path.walk() for name in sorted(names)]
    # A link to a folder counts as a name here; the provider of a mirror is such a link.
    return [file for file in found if file.is_file()]


def _contents(name: str, content: bytes) -> list[tuple[str, bytes]]:
    """Content by name and, of a zip file, that of each member."""
    contents = [(name, content)]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                contents += _contents(f"{name}!{member}", archive.read(member))
    return contents


def _forms(value: str) -> dict[str, bytes]:
    """Each form of the value by name, equal ones once."""
    if len(value) < SHORTEST:
        raise ValueError(f"a value of fewer than {SHORTEST} characters is found by chance")
    texts = {"raw": value}
    for name, escape in _ESCAPES.items():
        texts[name] = escape(value)
        # A secret's JSON string is itself a string in the JSON of the state.
        for outer_name, outer_escape in _ESCAPES.items():
            texts[f"{name} in {outer_name}"] = outer_escape(texts[name])
    forms = {name: text.encode() for name, text in texts.items()}
    forms["URL"] = urllib.parse.quote(value, safe="").encode()
    forms["URL path"] = urllib.parse.quote(value).encode()
    forms["URL form"] = urllib.parse.quote_plus(value).encode()
    for name, text in texts.items():
        forms[f"{name}, hex"] = text.encode().hex().encode()
        forms[f"{name}, HEX"] = text.encode().hex().upper().encode()
        for shift in range(3):
            forms[f"{name}, base64 +{shift}"] = _base64_within(text.encode(), shift)
            forms[f"{name}, base64url +{shift}"] = _base64_within(text.encode(), shift, b"-_")
    first_names = {form: name for name, form in reversed(forms.items())}
    return {name: form for form, name in first_names.items()}


def _ascii_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _terraform_json(text: str) -> str:
    escaped = _json(text)
    for character in "<>&":
        escaped = escaped.replace(character, f"\\u{ord(character):04x}")
    return escaped


def _hcl(text: str) -> str:
    return _json(text).replace("${", "$${").replace("%{", "%%{")


_ESCAPES = {
    "JSON": _json,
    "ASCII JSON": _ascii_json,
    "Terraform's JSON": _terraform_json,
    "HCL": _hcl,
}


def _base64_within(text: bytes, shift: int, altchars: bytes = b"+/") -> bytes:
    """Base64 characters that the text alone decides, `shift` bytes into a group of three."""
    encoded = base64.b64encode(bytes(shift) + text, altchars)
    # A character holds 6 bits: those that reach into what stands before or after are left out.
    first = -(-shift * 8 // 6)
    last = (shift + len(text)) * 8 // 6
    return encoded[first:last]
