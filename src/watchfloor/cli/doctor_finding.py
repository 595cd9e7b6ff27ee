"""What one check of ``watchfloor doctor`` found."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One check: ``state`` is ``ok``, ``warn`` or ``bad``; ``mend`` says what to do."""

    check: str
    state: str
    says: str
    mend: str = ""
