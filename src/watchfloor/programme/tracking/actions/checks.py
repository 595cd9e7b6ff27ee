"""What every writer of tracking checks: texts, people, moments; and rows locked before they change."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from watchfloor.identity.models import User
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.models import Projected

LONGEST_TITLE, LONGEST_TEXT, LONGEST_WHY = 200, 8_000, 500
M = TypeVar("M", bound=Projected)


class Same:
    """Stands for "leave it as it is", where None means "nobody" or "never"."""


SAME = Same()


def title(text: str, where: str = "title") -> str:
    """A title of one line."""
    text = " ".join(str(text).split())
    if not text or len(text) > LONGEST_TITLE or "\x00" in text:
        raise BadInput("bad_title", f"Write a title of 1 to {LONGEST_TITLE} characters.", where=where)
    return text


def words(text: str, where: str, most: int = LONGEST_TEXT, *, needed: bool = False) -> str:
    """A text of several lines."""
    text = str(text).strip()
    if needed and not text:
        raise BadInput("no_text", "Write something.", where=where)
    if len(text) > most or "\x00" in text:
        raise BadInput("bad_text", f"Write at most {most:,} characters.", where=where)
    return text


def person(who: Any, where: str = "owner") -> UUID | None:
    """A person who can sign in, by id or actor text; None for nobody."""
    if who is None or who == "":
        return None
    try:
        found = who if isinstance(who, UUID) else UUID(str(who).removeprefix("user:"))
    except ValueError:
        found = None
    if found is None or not User.objects.filter(pk=found, is_active=True).exists():
        raise BadInput("unknown_person", "There is no such person.", where=where)
    return found


def moment(at: datetime | None, where: str = "due") -> datetime | None:
    """A moment that knows its zone."""
    if at is not None and at.tzinfo is None:
        raise BadInput("bad_due", "A due time says its time zone.", where=where)
    return at


def locked(model: type[M], row: M | UUID, kind: str) -> M:
    """The row as it is now, locked until the transaction ends."""
    pk = row.pk if isinstance(row, model) else row
    found = model._default_manager.select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotFound(f"unknown_{kind}", f"There is no such {kind}.")
    return found
