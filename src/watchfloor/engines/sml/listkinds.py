"""What the entries of a list are, by kind: how one is written in its normal form, and how a value is found among a million.

Texts and accounts are looked up as they are, domains also under each domain above them, networks once for each length of prefix
in the list, hashes by their bits. Nothing here grows with the number of entries but memory.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Protocol

from watchfloor.engines.sml.stdlib import suffixes
from watchfloor.kernel.errors import BadInput

KINDS = ("texts", "domains", "networks", "hashes", "accounts", "bank")
MAX_VALUE = 2_000  # characters of an entry; an example text in a bank may have MAX_EXAMPLE
MAX_EXAMPLE = 20_000
Entry = tuple[str, datetime | None]
"""A value in its normal form and when it ends, if it does."""

_HEX = re.compile(r"[0-9a-f]+")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def normal(kind: str, value: str) -> str:
    """The normal form under which an entry is kept and shown.

    Raises:
        BadInput: the value is none of the kind; the sentence says what is wrong.
    """
    value = value.strip()
    if not value:
        raise BadInput("empty", "An entry cannot be empty.")
    longest = MAX_EXAMPLE if kind == "bank" else MAX_VALUE
    if len(value) > longest:
        raise BadInput("too_long", f"An entry has {len(value):,} characters; {longest:,} are the most.")
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise BadInput("not_text", "An entry holds a character that is no text.")
    maker = _NORMAL.get(kind)
    if maker is None:
        raise BadInput("unknown_kind", f"{kind[:40]!r} is no kind of list.", hint=f"One of: {', '.join(KINDS)}.")
    return maker(value)


def folded(text: str) -> str:
    """What of a text counts: compatibility forms, case and runs of blanks are levelled."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def host(text: str) -> str:
    """The host in a domain, a web address or an e-mail address, in lower-case ASCII (punycode); "" if there is none."""
    found = suffixes.host_of(text)
    if found.isascii():
        return found
    try:
        return found.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _domain(value: str) -> str:
    name = host(value.removeprefix("*.").lstrip("."))
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise BadInput(
            "no_domain", f"{value[:60]!r} is no domain.", hint="Such as example.com; it covers www.example.com."
        )
    if len(labels) == 1 or suffixes.public_suffix(name) == name:
        raise BadInput(
            "whole_suffix",
            f"{value[:60]!r} is no registered domain: it would cover all below it.",
            hint="Such as example.com.",
        )
    return name


def _network(value: str) -> str:
    try:
        made = ip_network(value)
    except ValueError:
        try:
            loose = ip_network(value, strict=False)
        except ValueError:
            raise BadInput(
                "no_network", f"{value[:60]!r} is no IP address or network.", hint="Such as 192.0.2.7 or 192.0.2.0/24."
            ) from None
        raise BadInput(
            "host_bits", f"{value[:60]!r} is an address within {loose}.", hint=f"Write {loose} for the network."
        ) from None
    if isinstance(made, IPv6Network) and (mapped := made.network_address.ipv4_mapped) and made.prefixlen >= 96:
        made = ip_network((mapped, made.prefixlen - 96))
    if made.prefixlen == 0:
        raise BadInput("whole_internet", f"{value[:60]!r} covers every address there is.")
    return str(made.network_address) if made.prefixlen == made.max_prefixlen else str(made)


def hash_text(value: str) -> str:
    """A hash in lower-case hexadecimal digits; "" if it is none."""
    digits = value.strip().lower().removeprefix("0x")
    return digits if _HEX.fullmatch(digits) and len(digits) % 2 == 0 and 8 <= len(digits) <= 256 else ""


def _hash(value: str) -> str:
    if digits := hash_text(value):
        return digits
    raise BadInput(
        "no_hash", f"{value[:60]!r} is no hash.", hint="An even number of hexadecimal digits, from 8 to 256 of them."
    )


_NORMAL: dict[str, Callable[[str], str]] = {
    "texts": folded,
    "domains": _domain,
    "networks": _network,
    "hashes": _hash,
    "accounts": str.strip,
    "bank": str.strip,
}


class Finder(Protocol):
    """Entries of one kind, ready to be asked."""

    def find(self, value: str, at: datetime) -> str | None:
        """The entry that covers ``value`` at this time, or None."""
        ...


class Keys:
    """A set of keys, some of which end. Those that never do cost no more than in a plain set."""

    __slots__ = ("_always", "_until")

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._always: set[str] = set()
        self._until: dict[str, datetime] = {}
        for value, ends in entries:
            if ends is None:
                self._always.add(value)
            else:
                self._until[value] = max(ends, self._until.get(value, ends))

    def has(self, key: str, at: datetime) -> bool:
        return key in self._always or ((ends := self._until.get(key)) is not None and ends > at)

    def __iter__(self) -> Iterator[str]:
        yield from self._always
        yield from (key for key in self._until if key not in self._always)


class Plain:
    """Values that must be equal once levelled."""

    __slots__ = ("_keys", "_level")

    def __init__(self, entries: Iterable[Entry], level: Callable[[str], str]) -> None:
        self._level = level
        self._keys = Keys((level(value), ends) for value, ends in entries)

    def find(self, value: str, at: datetime) -> str | None:
        key = self._level(value)
        return key if self._keys.has(key, at) else None


class Domains:
    """A domain covers itself and everything beneath it."""

    __slots__ = ("_keys",)

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._keys = Keys(entries)

    def find(self, value: str, at: datetime) -> str | None:
        name = host(value)
        while name:
            if self._keys.has(name, at):
                return name
            _, _, name = name.partition(".")
        return None


class Networks:
    """Addresses within networks, the narrowest first: one look for each length of prefix that occurs."""

    __slots__ = ("_by_length",)

    def __init__(self, entries: Iterable[Entry]) -> None:
        found: dict[tuple[int, int], dict[int, datetime | None]] = {}
        for value, ends in entries:
            net = ip_network(value)
            bits = net.max_prefixlen - net.prefixlen
            nets = found.setdefault((net.version, bits), {})
            key = int(net.network_address) >> bits
            if key in nets and ((known := nets[key]) is None or (ends is not None and known > ends)):
                continue
            nets[key] = ends
        self._by_length = sorted(found.items())

    def find(self, value: str, at: datetime) -> str | None:
        address = address_of(value)
        if address is None:
            return None
        number = int(address)
        for (version, bits), nets in self._by_length:
            if version != address.version or (key := number >> bits) not in nets:
                continue
            if (ends := nets[key]) is not None and ends <= at:
                continue
            if bits == 0:
                return str(address)
            kind = IPv4Network if version == 4 else IPv6Network
            return str(kind((key << bits, address.max_prefixlen - bits)))
        return None


def address_of(value: str) -> IPv4Address | IPv6Address | None:
    """An IP address; one of version 4 dressed as version 6 is read as version 4. None if it is none."""
    try:
        found = ip_address(value.strip())
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def finder(kind: str, entries: Iterable[Entry]) -> Finder:
    """The index for exact questions to a list of this kind; entries are in their normal form."""
    if kind == "domains":
        return Domains(entries)
    if kind == "networks":
        return Networks(entries)
    if kind == "hashes":
        return Plain(entries, hash_text)
    return Plain(entries, str.strip if kind == "accounts" else folded)
