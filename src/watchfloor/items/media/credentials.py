"""Whether a file's content credentials hold: its signature, its ties to these bytes, its signer's name on the list of the house.

    check(reader, kind)      # Credentials; raises MissingExtra

A second process in the cage does it, after the picture was opened: a file that fells the check is shown all the same, as one whose
credentials cannot be read. What comes of it is a fact beside the file and never a verdict: true credentials say who vouches, not that it is
true, and most files have none.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from watchfloor.items.media import decoding
from watchfloor.items.media.contracts import Credentials, Provenance
from watchfloor.items.media.decoding import Failed
from watchfloor.items.media.options import options, trust_list
from watchfloor.items.media.sniff import Kind
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, MissingExtra

log = logging.getLogger(__name__)
MOST = 512 * 1024 * 1024  # bytes of a file whose every byte is hashed for this


def available() -> bool:
    """Whether the extra ``provenance`` is installed."""
    return decoding.installed("c2pa")


def check(source: decoding.Ranges, kind: Kind, trust: Path | None = None) -> Credentials:
    """What its credentials are worth, by the house's list or another. Raises ``MissingExtra``, ``BadInput`` of the list."""
    if not available():
        raise MissingExtra("provenance", "Checking content credentials")
    now = clock.now().isoformat(timespec="seconds")
    if source.size > MOST:
        return Credentials(standing="unreadable", problems=("too_large",), checked_at=now)
    made = decoding.decode(source, kind, options().budget(), credentials=trust_list(trust))
    if isinstance(made, Failed) or made.checked is None:
        why = made.code if isinstance(made, Failed) else "unreadable"
        return Credentials(standing="unreadable", problems=(why,), checked_at=now)
    return msgspec.structs.replace(made.checked, checked_at=now)


def with_check(said: Provenance, source: decoding.Ranges, kind: Kind) -> Provenance:
    """The same, checked if the file has credentials and they can be checked here. A list that cannot be read is told in the log."""
    if not said.manifests or not available():
        return said
    try:
        return msgspec.structs.replace(said, checked=check(source, kind))
    except BadInput as problem:
        log.error("content credentials are not checked: %s", problem.message)
        return said
