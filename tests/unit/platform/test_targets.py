"""No endpoint leads into the inner network, whatever its address is dressed as."""

from __future__ import annotations

import asyncio
import ipaddress

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.platform import targets


@pytest.fixture(autouse=True)
def public_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "0")


PRIVATE = """127.0.0.1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 0.0.0.0 100.64.0.1 224.0.0.1 255.255.255.255 198.18.0.1
::1 :: fe80::1 fc00::1 ff02::1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 2002:7f00:1:: 2002:a00:1:: 64:ff9b::7f00:1
64:ff9b::a9fe:a9fe 2001:db8::1""".split()  # noqa: SIM905


@pytest.mark.parametrize("text", PRIVATE)
def test_an_inner_address_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="not a public"):
        targets.check_address(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_allowed(text: str) -> None:
    targets.check_address(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "[::1]", "[::ffff:7f00:1]"]
)
def test_other_spellings_of_loopback_are_refused_before_connecting(host: str) -> None:
    with pytest.raises(BadInput, match="not a public"):
        asyncio.run(targets.resolve(f"https://{host}/hook"))


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "ftp://example.com/", "https://", "https://a:b@example.com/", "https://example.com:22/",
     "https://example.com/#x", "https://example.com:99999/", "//example.com", "https://127.0.0.1/"],
)  # fmt: skip
def test_an_odd_url_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        targets.check_url(url)


def test_the_checked_address_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    target = asyncio.run(targets.resolve("https://8.8.8.8/hook?x=1"))
    assert (target.url, target.host, target.name) == ("https://8.8.8.8:443/hook?x=1", "8.8.8.8", "8.8.8.8")
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    inner = asyncio.run(targets.resolve("http://127.0.0.1:8080"))
    assert (inner.url, inner.host) == ("http://127.0.0.1:8080/", "127.0.0.1:8080")
