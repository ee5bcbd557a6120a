"""Searches files and texts for a secret value, in every form that it can have there."""

import base64
import contextlib
import functools
import html
import io
import itertools
import json
import re
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

SHORTEST = 8
_GZIP = b"\x1f\x8b"


def find(
    value: str, paths: Iterable[Path] = (), texts: Mapping[str, str] | None = None
) -> list[str]:
    """Each place that holds the value, as `place: form`, with the first form that matches.

    It searches folders recursively, but does not follow symbolic links to folders. It searches the
    members of zip files (a plan file is one) and the content of gzip files. `texts` are more texts
    by name. Raises ValueError for a value so short that it would occur by chance. Raises
    FileNotFoundError for a path that does not exist.
    """
    return find_each([value], paths, texts)[value]


def find_each(
    values: Iterable[str], paths: Iterable[Path] = (), texts: Mapping[str, str] | None = None
) -> dict[str, list[str]]:
    """The result of `find` for each value, in one search."""
    wanted = {value: (_signs(value), _forms(value)) for value in values}
    found: dict[str, list[str]] = {value: [] for value in wanted}
    for place, content in _all_contents(paths, texts or {}):
        for value, (signs, forms) in wanted.items():
            if any(sign in content for sign in signs):
                here = (form for form, pattern in forms.items() if pattern in content)
                found[value] += [f"{place}: {form}" for form in itertools.islice(here, 1)]
    return found


def _all_contents(paths: Iterable[Path], texts: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    for name, text in texts.items():
        yield name, text.encode()
    for path in paths:
        for file in _files(path):
            yield from _contents(str(file), file.read_bytes())


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise FileNotFoundError(path)
    if path.is_file():
        return [path]
    found = [folder / name for folder, _, names in path.walk() for name in sorted(names)]
    # `walk` lists a link to a folder as a file. The provider of a mirror is such a link.
    return [file for file in found if file.is_file()]


def _contents(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Content by name, and the unpacked content of a zip or gzip file."""
    yield name, content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from _contents(f"{name}!{member}", archive.read(member))
    elif content.startswith(_GZIP):
        yield from _contents(f"{name}!", _unpacked(content))


def _unpacked(content: bytes) -> bytes:
    """Unpacked content of a gzip file, member by member, as far as the file is complete."""
    unpacked = b""
    while content.startswith(_GZIP):
        member = zlib.decompressobj(wbits=31)
        with contextlib.suppress(zlib.error):
            unpacked += member.decompress(content)
        content = member.unused_data
    return unpacked


def _signs(value: str) -> list[bytes]:
    """Patterns in every content that holds a form of the value, so few need the full search.

    They encode the longest sequence of letters and digits, which no escaping changes.
    """
    longest = max(re.findall("[A-Za-z0-9]*", value), key=len)
    return [pattern for _, pattern in _encodings(longest)]


def _forms(value: str) -> dict[str, bytes]:
    """Each form of the value by name, without duplicates."""
    if len(value) < SHORTEST:
        raise ValueError(f"a value of fewer than {SHORTEST} characters is found by chance")
    texts = {"raw": value}
    for name, escape in _ESCAPES.items():
        texts[name] = escape(value)
        # A secret's JSON string is itself a string in the JSON of the state.
        for outer_name, outer_escape in _ESCAPES.items():
            texts[f"{name} in {outer_name}"] = outer_escape(texts[name])
    first_names: dict[bytes, str] = {}
    for name, text in texts.items():
        for encoding, pattern in _encodings(text):
            first_names.setdefault(pattern, f"{name}{encoding}")
    return {name: pattern for pattern, name in first_names.items()}


def _encodings(text: str) -> Iterator[tuple[str, bytes]]:
    """The text in each encoding, by a name that is empty for UTF-8."""
    yield "", text.encode()
    yield ", URL", urllib.parse.quote(text, safe="").encode()
    yield ", URL path", urllib.parse.quote(text).encode()
    yield ", URL form", urllib.parse.quote_plus(text).encode()
    yield ", UTF-16LE", text.encode("utf-16-le")
    yield ", UTF-16BE", text.encode("utf-16-be")
    yield ", hex", text.encode().hex().encode()
    yield ", HEX", text.encode().hex().upper().encode()
    for shift in range(3):
        yield f", base64 +{shift}", _base64_within(text.encode(), shift)
        yield f", base64url +{shift}", _base64_within(text.encode(), shift, b"-_")


def _ascii_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _terraform_json(text: str) -> str:
    escaped = _json(text)
    for character in "<>&":
        escaped = escaped.replace(character, f"\\u{ord(character):04x}")
    return escaped


def _hcl(text: str, escape: Callable[[str], str] = _json) -> str:
    return escape(text).replace("${", "$${").replace("%{", "%%{")


def _python(text: str) -> str:
    return repr(text)[1:-1]


def _quoted_python(text: str) -> str:
    """The text's form in a Python string with a double quote, such as JSON."""
    return repr(f'"{text}')[2:-1]


def _xml(text: str, **more: str | int | None) -> str:
    return html.escape(text, quote=False).translate(str.maketrans(more))


def _ascii_xml(text: str) -> str:
    return _xml(text).encode("ascii", "xmlcharrefreplace").decode()


_ESCAPES: Mapping[str, Callable[[str], str]] = {
    "JSON": _json,
    "ASCII JSON": _ascii_json,
    "Terraform's JSON": _terraform_json,
    "HCL": _hcl,
    "ASCII HCL": functools.partial(_hcl, escape=_ascii_json),
    "Python": _python,
    "JSON's Python": _quoted_python,
    "XML": _xml,
    "ASCII XML": _ascii_xml,
    "XML attribute": functools.partial(_xml, **{'"': "&quot;", "\n": "&#10;"}),
    "HTML": html.escape,
    "Go's XML": functools.partial(_xml, **{'"': "&#34;", "'": "&#39;", "\n": "&#xA;"}),
}


def _base64_within(text: bytes, shift: int, altchars: bytes = b"+/") -> bytes:
    """Base64 characters that only the text determines, `shift` bytes into a group of three."""
    encoded = base64.b64encode(bytes(shift) + text, altchars)
    # A character holds 6 bits. Omit characters that share bits with the bytes before or after.
    first = -(-shift * 8 // 6)
    last = (shift + len(text)) * 8 // 6
    return encoded[first:last]
