"""Wallet addresses in texts: long enough to be unmistakable, and most carry a checksum, so that a random string is none.

Bitcoin: base58check (``1...``, ``3...``) or bech32 (``bc1...``); Tron: base58check (``T...``); Ethereum and its kin: ``0x`` and
40 hex digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

WALLET = re.compile(
    r"(?<![0-9A-Za-z])(?:(?P<base58>[13T][1-9A-HJ-NP-Za-km-z]{25,34})|(?P<bech32>(?:bc1|BC1)[02-9ac-hj-np-zAC-HJ-NP-Z]{11,71})"
    r"|(?P<hex>0x[0-9a-fA-F]{40}))(?![0-9A-Za-z])",
    re.ASCII,
)
_BASE58 = {char: value for value, char in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}


def find(text: str) -> Iterator[tuple[str, int, int]]:
    """(canonical address, start, end) of each wallet address in ``text``."""
    for match in WALLET.finditer(text):
        address = match[0]
        if match.lastgroup == "base58":
            if not _checks(address):
                continue
        else:
            address = address.lower()
        yield address, match.start(), match.end()


def _checks(address: str) -> bool:
    """base58check: the last four of 25 bytes are the beginning of the double SHA-256 of the others."""
    value = 0
    for char in address:
        value = value * 58 + _BASE58[char]
    if value >= 1 << 200:
        return False
    raw = value.to_bytes(25, "big")
    return sha256(sha256(raw[:21]).digest()).digest()[:4] == raw[21:]
