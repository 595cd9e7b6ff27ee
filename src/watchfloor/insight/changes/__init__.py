"""The typed change log: what people, the program and the world changed, when, and for whom; what a spike is held against.

changes.record(w, ChangeIn(kind="release", title="App 4.2", starts_at=..., scope={"market": ["ES"]}))
changes.between(start, end)      # what was written, and what the ledger says by itself
"""

from __future__ import annotations

from watchfloor.insight.changes.actions import record, undo
from watchfloor.insight.changes.contracts import Change, ChangeIn
from watchfloor.insight.changes.queries import between

__all__ = ["Change", "ChangeIn", "between", "record", "undo"]
