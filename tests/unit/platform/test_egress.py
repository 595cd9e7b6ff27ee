"""No spelling of an inner address passes for a public one."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.platform import egress

INNER = """127.0.0.1 127.255.255.254 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 169.254.170.2 0.0.0.0 0.1.2.3
100.64.0.1 100.100.100.200 192.0.0.192 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.9 224.0.0.1 239.1.1.1 240.0.0.1
255.255.255.255 ::1 :: fe80::1 febf::1 fc00::1 fdff::1 fec0::1 ff02::1 ff0e::1 ::ffff:127.0.0.1 ::ffff:a9fe:a9fe ::ffff:0:0
::127.0.0.1 ::10.0.0.1 2002:7f00:1:: 2002:a9fe:a9fe:: 2002:a00:1:: 2002:808:808::1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::808:808
2001:db8::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 3fff::1 5f00::1 100::1 fd00:ec2::254
2a00:1::5efe:127.0.0.1 2a00:1::200:5efe:10.0.0.1""".split()  # noqa: SIM905


@pytest.mark.parametrize("text", INNER)
def test_inner(text: str) -> None:
    assert not egress.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    ["8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_public(text: str) -> None:
    assert egress.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    ["169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fe80::a", "100.100.100.200", "fd00:ec2::254"],
)
def test_where_clouds_hand_out_keys(text: str) -> None:
    assert egress.is_metadata(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0",
        "0x7f.1",
        "017700000001",
        "1.2.3",
        "256.1.1.1",
        "127.0.0.0x1",
    ],
)
def test_odd_spellings(host: str) -> None:
    assert egress.looks_like_number(host)


@pytest.mark.parametrize("host", "127.0.0.1 example.com 1.example.com x0x7f a.1b".split())  # noqa: SIM905
def test_ordinary_names(host: str) -> None:
    assert not egress.looks_like_number(host)


@given(st.integers(0, 2**32 - 1))
def test_an_inner_address_stays_one_in_all_its_clothes(number: int) -> None:
    plain = ipaddress.IPv4Address(number)
    clothes = [
        (0xFFFF << 32) | number, number, (0x64FF9B << 96) | number, (0x2002 << 112) | (number << 80),
        (0x2A00 << 112) | (0x5EFE << 32) | number,
    ]  # fmt: skip
    for dressed in clothes:
        if egress.is_public(ipaddress.IPv6Address(dressed)):
            assert egress.is_public(plain)
