"""Behind a proxy, calls to the emulator bypass it, and calls to package registries use it."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock
from urllib.request import proxy_bypass

import pytest

from harness.proxy import VARIABLES, Proxy
from harness.terraform import Terraform, TerraformError, environment
from secret_doctor.main import main as doctor


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The proxy that this process's environment names, without exceptions for any host."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with Proxy() as started:
        for name, url in started.settings.items():
            monkeypatch.setenv(name, url)
        yield started


def test_calls_to_the_emulator_go_past_the_proxy(
    proxy: Proxy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator = os.environ["AWS_ENDPOINT_URL"]
    assert doctor(["test/missing"]) == 2
    assert set(proxy.asked) == {f"{emulator}/"}
    proxy.asked.clear()
    capsys.readouterr()

    with mock.patch.dict(os.environ, environment(emulator, tmp_path), clear=True):
        assert doctor(["test/missing"]) == 1

    assert "error not-found" in capsys.readouterr().out
    assert proxy.asked == []


def test_calls_to_a_registry_go_through_the_proxy(proxy: Proxy, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        """
        terraform {
          required_providers {
            other = { source = "example/other" }
          }
        }
        """
    )
    terraform = Terraform(tmp_path)
    terraform.environment = environment(os.environ["AWS_ENDPOINT_URL"], tmp_path)

    with pytest.raises(TerraformError, match=r"registry\.terraform\.io"):
        terraform.init()

    assert set(proxy.asked) == {"registry.terraform.io:443"}


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
@pytest.mark.usefixtures("proxy")
def test_what_the_user_asks_directly_stays_so(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "example.com, 10.0.0.1")
    settings = environment("http://emulator.test:4566", tmp_path)
    monkeypatch.setenv("no_proxy", settings["no_proxy"])

    hosts = ("example.com", "10.0.0.1", "emulator.test:4566", "127.0.0.1:4566", "localhost")
    assert all(map(proxy_bypass, hosts))
    assert not proxy_bypass("registry.terraform.io")
    assert settings["NO_PROXY"] == settings["no_proxy"]
    assert {settings[each] for each in VARIABLES} == {os.environ["HTTP_PROXY"]}

    monkeypatch.setenv(name, "*")
    monkeypatch.setenv("no_proxy", environment("http://emulator.test:4566", tmp_path)["no_proxy"])
    assert proxy_bypass("registry.terraform.io")
