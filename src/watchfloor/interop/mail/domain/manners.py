"""Which mails are answered by a machine: never one that a machine sent, or a loop of two machines would go on for ever (RFC 3834)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_MACHINES: Final = (
    "mailer-daemon",
    "postmaster",
    "no-reply",
    "noreply",
    "do-not-reply",
    "donotreply",
    "bounce",
    "abuse-noreply",
)
_BULK: Final = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_MARKS: Final = (
    "list-id",
    "list-unsubscribe",
    "x-autoreply",
    "x-autorespond",
    "x-auto-response-suppress",
    "x-loop",
    "feedback-id",
)


def why_silent(headers: Iterable[tuple[str, str]], sender: str, envelope_from: str | None) -> str:
    """Why a mail is not answered, in a word; "" for one that is. ``envelope_from``: None where nobody told, "" the null sender."""
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name, value.strip().lower())
    if envelope_from is not None and envelope_from.strip("<> ") == "":
        return "null_sender"
    if found.get("auto-submitted", "no").partition(";")[0].strip() not in ("no", ""):
        return "machine"
    if found.get("precedence", "") in _BULK or any(name in found for name in _MARKS):
        return "list"
    if found.get("return-path", "x").strip() == "<>":
        return "null_sender"
    local = sender.partition("@")[0]
    if not sender:
        return "no_sender"
    if local.startswith(_MACHINES) or local.endswith(("-bounces", "-owner")):
        return "machine"
    return ""
