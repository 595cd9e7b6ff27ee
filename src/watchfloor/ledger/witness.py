"""A witness file: the newest checkpoint kept elsewhere, and replaced only by one that the log has grown to from it."""

from __future__ import annotations

from pathlib import Path

from watchfloor.kernel.errors import Conflict
from watchfloor.ledger import store
from watchfloor.ledger.checkpoint import Checkpoint
from watchfloor.platform.durable import whole


def keep(path: Path, note: str) -> None:
    """Put ``note`` into the file.

    Raises:
        Conflict: what the file holds is no beginning of this log: entries were removed or changed since.
        BadInput: it holds no checkpoint that this installation signed.
    """
    verifiers = [store.verifier()]
    if path.exists() and path.stat().st_size:
        known = Checkpoint.verify(path.read_text("utf-8"), verifiers)
        newest = Checkpoint.verify(note, verifiers)
        if known.origin != newest.origin or known.size > newest.size or store.tree().root(known.size) != known.root:
            raise Conflict(
                "log_rewritten", f"The witness saw {known.size:,} entries that are not the beginning of this log.",
                hint="Do not overwrite the file: it is the evidence. Run `watchfloor ledger verify`.",
            )  # fmt: skip
    with whole(path) as unfinished:
        unfinished.write_text(note, "utf-8")
