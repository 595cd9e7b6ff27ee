"""Which addresses a server may be made to call: only public ones, in whatever clothes they come (SSRF).

An address is looked at with every IPv4 address it carries inside: mapped, compatible, 6to4, NAT64 (well-known and local), ISATAP;
Teredo is refused as a whole. ``ipaddress`` alone calls some of these global. Ranges: the IANA special-purpose registries
(RFC 6890). Pure.
"""

from __future__ import annotations

import ipaddress
import re

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NEVER = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
        "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
    )
]  # fmt: skip
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.ip_network("::/96")
_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")
)
_NUMBER = re.compile(r"(?i)(0x[0-9a-f]*|[0-9]+)")


def faces(address: Address) -> list[Address]:
    """The address and every IPv4 address it carries inside; a mapped one is only what it carries."""
    if not isinstance(address, ipaddress.IPv6Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    found: list[Address] = [address]
    if address.sixtofour is not None:
        found.append(address.sixtofour)
    tail = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    isatap = (int(address) >> 32) & 0xFDFFFFFF == 0x5EFE  # either of 0000:5efe and 0200:5efe
    if isatap or address in _COMPATIBLE or any(address in network for network in _NAT64):
        found.append(tail)
    return found


def is_public(address: Address) -> bool:
    """True for an address of the public internet, all its faces considered."""
    return all(_public(each) for each in faces(address))


def is_metadata(address: Address) -> bool:
    """True for the addresses where clouds hand out keys, and for all link-local ones: never called, whatever a setting allows."""
    return any(each in _METADATA or each.is_link_local for each in faces(address))


def looks_like_number(host: str) -> bool:
    """True for the old spellings of an IPv4 address (``0177.1``, ``2130706433``, ``0x7f.1``) that resolvers differ about."""
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return bool(_NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]))
    return False


def _public(address: Address) -> bool:
    if any(address in network for network in _NEVER if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not getattr(address, "is_site_local", False)
