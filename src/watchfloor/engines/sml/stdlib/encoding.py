# ruff: noqa: N802 - names are those of the rule language; the digests are names for texts, not secrets
"""Functions that encode texts and make digests of them."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode

from watchfloor.engines.sml.function import Cost, function
from watchfloor.engines.sml.limits import MAX_TEXT


@function(category="encoding", cost=Cost.TEXT)
def Base64Encode(input: str) -> str:
    """The text's UTF-8 bytes in Base64."""
    if len(input) * 2 > MAX_TEXT:
        raise ValueError(f"the text would be longer than {MAX_TEXT:,} characters")
    return b64encode(input.encode()).decode()


@function(category="encoding", cost=Cost.TEXT)
def Base64Decode(input: str) -> str:
    """The text that a Base64 text stands for."""
    return b64decode(input.encode()).decode()


@function(category="encoding", cost=Cost.TEXT)
def HashMd5(input: str) -> str:
    """The MD5 digest of the text, in hexadecimal digits."""
    return hashlib.md5(input.encode(), usedforsecurity=False).hexdigest()


@function(category="encoding", cost=Cost.TEXT)
def HashSha1(input: str) -> str:
    """The SHA-1 digest of the text, in hexadecimal digits."""
    return hashlib.sha1(input.encode(), usedforsecurity=False).hexdigest()


@function(category="encoding", cost=Cost.TEXT)
def HashSha256(input: str) -> str:
    """The SHA-256 digest of the text, in hexadecimal digits."""
    return hashlib.sha256(input.encode()).hexdigest()


@function(category="encoding", cost=Cost.TEXT)
def HashSha512(input: str) -> str:
    """The SHA-512 digest of the text, in hexadecimal digits."""
    return hashlib.sha512(input.encode()).hexdigest()
