"""Which steps a rule may take, and what a rule in a state may do to an item."""

from __future__ import annotations

import hashlib
import re

from watchfloor.kernel.errors import BadInput, Conflict

STEPS: dict[str, tuple[str, ...]] = {
    "draft": ("backtested", "retired"),
    "backtested": ("shadow", "draft", "retired"),
    "shadow": ("partial", "on", "paused", "draft", "retired"),
    "partial": ("on", "shadow", "paused", "retired"),
    "on": ("partial", "shadow", "paused", "retired"),
    "paused": ("shadow", "partial", "on", "draft", "retired"),
    "retired": ("draft",),
}
ACTING = frozenset({"partial", "on"})
COUNTING = frozenset({"shadow", "partial", "on"})  # states in which a rule's firings are counted
_PATH = re.compile(r"(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\.sml")
SEVERITIES = {"low": 1, "medium": 2, "high": 3, "severe": 4, "critical": 5}


def check_step(name: str, before: str, after: str) -> None:
    """Raise ``Conflict`` naming the allowed steps when a rule may not go from ``before`` to ``after``."""
    if after not in STEPS.get(before, ()):
        allowed = ", ".join(STEPS.get(before, ()))
        raise Conflict(
            "bad_step", f"The rule {name} is {before}; it cannot become {after}.", hint=f"Allowed: {allowed}."
        )


def check_path(path: str) -> None:
    """Raise ``BadInput`` unless ``path`` is a plain relative name that ends in ``.sml``."""
    if len(path) > 200 or not _PATH.fullmatch(path):
        raise BadInput(
            "bad_path",
            f"{path[:60]!r} is no name for a rule file.",
            where="path",
            hint="Letters, digits, - and _, folders with /, and .sml at the end, such as spam/links.sml.",
        )


def acts(state: str, percent: int, rule: str, item_key: str) -> bool:
    """Whether a rule in this state has effects on this item. A partial rule always picks the same items."""
    if state == "on":
        return True
    if state != "partial":
        return False
    digest = hashlib.sha256(f"{rule}\x1f{item_key}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < percent


def severity(word: str | None) -> int | None:
    """``"high"`` -> 3; a digit is taken as it is; None and unknown words are None."""
    if word is None:
        return None
    if word.isascii() and word.isdigit():
        return max(1, min(5, int(word)))
    return SEVERITIES.get(word.lower())
