"""Which partition an entity belongs to, and how many partitions each worker takes. Pure."""

from __future__ import annotations

import hashlib
import re

from watchfloor.kernel.errors import BadInput


def partition_of(entity: str, count: int) -> int:
    """The partition of an entity, the same in every process and every version: first eight bytes of its SHA-256, modulo."""
    return int.from_bytes(hashlib.sha256(entity.encode()).digest()[:8], "big") % count


def fair_share(partitions: int, members: int) -> int:
    """The most partitions one of ``members`` workers holds; all of them together can hold all partitions."""
    return -(-partitions // max(1, members))


def partitions_in(text: str, count: int) -> frozenset[int]:
    """``"0-3,7"`` as numbers.

    Raises:
        BadInput: it is no list of ranges, or names a partition that there is not.
    """
    found: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,6})(?:-(\d{1,6}))?\s*", part, re.ASCII)
        if match is None:
            raise BadInput("bad_partitions", f"{text!r} names no partitions.", where="--partitions", hint="Like 0-3,7.")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last >= count:
            raise BadInput(
                "bad_partitions", f"There is no partition {part.strip()}.", where="--partitions",
                hint=f"They are 0 to {count - 1} (WATCHFLOOR_STREAM_PARTITIONS).",
            )  # fmt: skip
        found.update(range(first, last + 1))
    return frozenset(found)
