"""What of a mail is kept with an item: its headers that matter, its text, its pictures in the media store; the rest is described."""

from __future__ import annotations

import re
from typing import Any, Final

from watchfloor.interop.mail.domain.parsing import Letter, parse
from watchfloor.interop.xarf.evidence import medium
from watchfloor.items.media import sniff
from watchfloor.kernel.errors import BadInput

MOST_MEDIA: Final = 20
_RUN: Final = re.compile(r"[A-Za-z0-9+/=]{120,}")


def brief(raw: bytes, source: str, clearance: str = "") -> dict[str, Any]:
    """An embedded mail in short; empty for one that cannot be read."""
    try:
        letter = parse(raw)
    except BadInput:
        return {}
    data = of_letter(letter, source, clearance)
    return {**data, "message_id": letter.message_id, "links": list(letter.links)[:50]}


def of_letter(letter: Letter, source: str, clearance: str = "") -> dict[str, Any]:
    """A mail as the data of an item of the type ``mail``."""
    attached, images = attachments(letter, source, clearance)
    text = _RUN.sub("[encoded bytes left out]", letter.text) if clearance else letter.text
    data: dict[str, Any] = {
        "subject": letter.subject, "text": text, "from": letter.header("from")[:500], "to": letter.header("to")[:500],
        "sent_at": letter.sent_at.isoformat() if letter.sent_at else None, "links": list(letter.links)[:50],
        "headers": letter.shown(), "attachments": attached, "images": images,
    }  # fmt: skip
    return {name: value for name, value in data.items() if value}


def attachments(letter: Letter, source: str, clearance: str = "") -> tuple[list[dict[str, Any]], list[str]]:
    """Each attachment described, and the receipts of those that went into the media store. Archives stay closed."""
    described: list[dict[str, Any]] = []
    images: list[str] = []
    for each in letter.attachments[:50]:
        receipt = ""
        if len(images) < MOST_MEDIA and sniff.sniff(each.data[: sniff.HEAD]) is not None:
            receipt = medium(each.data, source, clearance)
        if receipt:
            images.append(receipt)
        row: dict[str, Any] = {
            "name": each.name, "content_type": each.content_type, "bytes": len(each.data), "sha256": each.sha256,
        }  # fmt: skip
        described.append(row | ({"media": receipt} if receipt else {}))
    return described, images
