"""Evidence of XARF reports, kept the way all content is: pictures, video and sound sealed in the media store, texts with the item.

What looks like a medium is one whatever its sender calls it, so an illegal picture never lies in a column as text. Of reports under a
restricted policy no mail is taken apart into text with pictures in it, and long runs of encoded bytes are left out.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from watchfloor.interop.xarf.domain.reading import Document, Piece
from watchfloor.interop.xarf.domain.shaping import Kept
from watchfloor.items.media import actions, sniff
from watchfloor.items.media.fetch import Refused
from watchfloor.items.media.store import Incoming
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import writing

LONGEST: Final = 20_000  # characters of one text
ALL: Final = 200_000  # of all texts of one report
_RUN = re.compile(r"[A-Za-z0-9+/=]{120,}")
_TEXTS: Final = ("text/", "application/json", "application/xml", "message/")


def keep(document: Document, *, source: str, clearance: str = "") -> tuple[Kept, ...]:
    """Keep all of it; media are in the store when this returns."""
    left = ALL
    found = []
    for piece in document.evidence:
        kept = _one(piece, source, clearance, left)
        left -= len(kept.text) + len(str(kept.mail.get("text", "")))
        found.append(kept)
    return tuple(found)


def medium(data: bytes, source: str, clearance: str = "") -> str:
    """Put bytes into the media store; the receipt, or "" for what is no picture, video or sound."""
    file = Incoming(len(data) + 1)
    try:
        file.write(data)
        file.finish()
        with writing("system:intake", on_behalf=f"source:{source}") as w:
            row = actions.received(w, file, how="upload", source=source)
            if clearance:
                actions.restrict(w, row, clearance)
    except Refused:
        file.abandon()
        return ""
    except BaseException:
        file.abandon()
        raise
    return encode("med", row.pk)


def plain(text: str, clearance: str, limit: int = LONGEST) -> tuple[str, bool]:
    """A text as it may be kept, and whether something of it was left out."""
    shown = _RUN.sub("[encoded bytes left out]", text) if clearance else text
    shown = shown.replace("\x00", "\ufffd")[: max(0, limit)]
    return shown, shown != text


def _one(piece: Piece, source: str, clearance: str, left: int) -> Kept:
    digest = hashlib.sha256(piece.data).hexdigest()
    receipt, text, cut, mail = "", "", False, {}
    if sniff.sniff(piece.data[: sniff.HEAD]) is not None:
        receipt = medium(piece.data, source, clearance)
    elif piece.content_type.startswith("message/rfc822"):
        from watchfloor.interop.mail.evidence import brief

        mail = brief(piece.data, source, clearance)
        text, cut = plain(str(mail.pop("text", "")), clearance, min(LONGEST, left))
        mail["text"], text = text, ""
    elif piece.content_type.startswith(_TEXTS):
        try:
            text, cut = plain(piece.data.decode("utf-8"), clearance, min(LONGEST, left))
        except UnicodeDecodeError:
            text = ""
    return Kept(
        kept="media" if receipt else "mail" if mail else "text" if text else "described", content_type=piece.content_type,
        bytes=len(piece.data), sha256=digest, description=piece.description, hash_matches=_matches(piece), media=receipt,
        text=text, cut=cut, mail=mail,
    )  # fmt: skip


def _matches(piece: Piece) -> bool | None:
    """Whether it is what its sender hashed; None where nothing was said, or by an unknown digest."""
    name, _, value = piece.claimed.partition(":")
    if name not in ("md5", "sha1", "sha256", "sha512") or not value:
        return None
    return hashlib.new(name, piece.data, usedforsecurity=False).hexdigest() == value
