"""The search for leaks finds every form of a value; no other test would find what it misses."""

import base64
import gzip
import html
import json
import urllib.parse
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax import saxutils

import pytest

from harness import leaks

VALUE = "p<4>\"ss'&w\\ord/é?${x}"


def terraform_json(text: str) -> str:
    escaped = json.dumps(text, ensure_ascii=False)
    return escaped.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def around(text: bytes, shift: int) -> bytes:
    return b"abc"[:shift] + text + b"xyz"


def xml(text: str, encoding: str = "unicode") -> str:
    element = ET.Element("system-out")
    element.text = text
    written = ET.tostring(element, encoding)
    return written if isinstance(written, str) else written.decode()


DOCUMENT = json.dumps({"username": "admin", "password": VALUE})

PLANTED = {
    "raw": VALUE,
    "JSON": json.dumps(VALUE),
    "JSON without escapes": json.dumps(VALUE, ensure_ascii=False),
    "Terraform's JSON": terraform_json(VALUE),
    "JSON in JSON": json.dumps({"secret_string": DOCUMENT}),
    "JSON in Terraform's JSON": terraform_json(DOCUMENT),
    "Terraform's JSON in Terraform's JSON": terraform_json(terraform_json(VALUE)),
    "HCL": json.dumps(VALUE, ensure_ascii=False).replace("${", "$${"),
    "HCL in ASCII": json.dumps(VALUE).replace("${", "$${"),
    "URL": urllib.parse.quote(VALUE),
    "URL with slashes quoted": urllib.parse.quote(VALUE, safe=""),
    "URL form": urllib.parse.quote_plus(VALUE),
    "URL of JSON": urllib.parse.quote(DOCUMENT, safe=""),
    "Python": repr(VALUE),
    "JSON in Python": repr(DOCUMENT),
    "Python in a report in XML": xml(repr(VALUE)),
    "XML": xml(VALUE),
    "XML in ASCII": xml(VALUE, "us-ascii"),
    "XML attribute": ET.tostring(ET.Element("testcase", name=VALUE), "unicode"),
    "JSON in XML": xml(DOCUMENT),
    "HTML": html.escape(VALUE),
    "Go's XML": saxutils.escape(VALUE, {'"': "&#34;", "'": "&#39;"}),
    "hex": VALUE.encode().hex(),
    "upper hex": VALUE.encode().hex().upper(),
    "base64 of a document": base64.b64encode(DOCUMENT.encode()).decode(),
    **{
        f"base64 at {shift}": base64.b64encode(around(VALUE.encode(), shift)).decode()
        for shift in range(3)
    },
    **{
        f"base64url at {shift}": base64.urlsafe_b64encode(around(VALUE.encode(), shift)).decode()
        for shift in range(3)
    },
}


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_value_is_found(text: str) -> None:
    assert leaks.find(VALUE, texts={"planted": f"before {text} after"})


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [VALUE, DOCUMENT], ids=["raw", "JSON"])
def test_a_value_in_utf_16_is_found(text: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "core").write_bytes(b"\x00" + text.encode(encoding) + b"\x00")

    assert leaks.find(VALUE, paths=[tmp_path])


def test_a_value_in_gzip_is_found_also_in_a_later_member_and_one_that_is_cut_off(
    tmp_path: Path,
) -> None:
    log = tmp_path / "server.log.gz"
    log.write_bytes(gzip.compress(b"before") + gzip.compress(VALUE.encode() + bytes(99))[:-8])

    assert leaks.find(VALUE, paths=[log]) == [f"{log}!: raw"]


def test_a_value_of_signs_alone_is_found() -> None:
    assert leaks.find("<&>é?${%", texts={"output": json.dumps({"password": "<&>é?${%"})})


def test_a_value_is_found_in_files_of_folders_and_in_zips_within_zips(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "terraform.tfstate").write_text(VALUE)
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tfplan", b"\x00\xff" + VALUE.encode())
    with zipfile.ZipFile(tmp_path / "plan", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "inner.zip")
    inner.unlink()

    assert leaks.find(VALUE, paths=[tmp_path]) == [
        f"{tmp_path}/plan!inner.zip!tfplan: raw",
        f"{tmp_path}/deep/er/terraform.tfstate: raw",
    ]


def test_what_a_link_to_a_folder_leads_to_is_not_searched(tmp_path: Path) -> None:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "provider").write_text(VALUE)
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "linux_amd64").symlink_to(tmp_path / "mirror")

    assert leaks.find(VALUE, paths=[tmp_path / "root"]) == []


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "state").write_text(json.dumps({"password": VALUE[:-1]}))

    assert leaks.find(VALUE, paths=[tmp_path], texts={"output": "nothing"}) == []


def test_a_value_that_would_be_found_by_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="by chance"):
        leaks.find("short")


def test_a_path_that_is_not_there_is_no_clean_path(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        leaks.find(VALUE, paths=[tmp_path / "terraform.tfstate"])
