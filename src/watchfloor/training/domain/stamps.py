"""Whether a practice case or question still speaks of the policy text in force; pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping


def digest(text: str, overlays: Mapping[str, str]) -> str:
    """What an item is stamped with: the clauses and where they differ by market. A new summary or other questions on the way
    to a finding change no finding, so they make nothing stale."""
    body = json.dumps([text.strip(), dict(sorted(overlays.items()))], ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


def clause_text(text: str, number: str) -> str:
    """The words of one clause of a policy text (``"9.1"``), or of the longest one whose number begins it; "" when there is none.

    Violation types of one market are numbered like their clause with the market after it (``"5.1 DE"``).
    """
    wanted = number.split(" ")[0]
    for clause in text.split("\n\n"):
        own, _, words = clause.strip().partition(" ")
        if own == wanted:
            return words
    return ""
