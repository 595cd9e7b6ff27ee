"""MD5 and SHA-256 of a file in one pass: what exchanges hold of files that were not changed at all."""

from __future__ import annotations

import hashlib
from typing import BinaryIO, NamedTuple

_PART = 1 << 20


class Digests(NamedTuple):
    """Hexadecimal digests, and the number of bytes."""

    md5: str
    sha256: str
    size: int


def digests(file: BinaryIO) -> Digests:
    """Of everything from where the file stands to its end."""
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    while part := file.read(_PART):
        md5.update(part)
        sha256.update(part)
        size += len(part)
    return Digests(md5.hexdigest(), sha256.hexdigest(), size)
