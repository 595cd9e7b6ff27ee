"""What every writer of stakeholders checks of texts and people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from watchfloor.identity.models import User
from watchfloor.kernel.errors import BadInput


def line(text: str, where: str, most: int = 200, *, needed: bool = True) -> str:
    """A text of one line."""
    text = " ".join(str(text).split())
    if (needed and not text) or len(text) > most or "\x00" in text:
        raise BadInput("bad_text", f"Write 1 to {most} characters.", where=where)
    return text


def words(text: str, where: str, most: int = 8_000, *, needed: bool = True) -> str:
    """A text of several lines."""
    text = str(text).strip()
    if (needed and not text) or len(text) > most or "\x00" in text:
        raise BadInput("bad_text", f"Write 1 to {most:,} characters.", where=where)
    return text


def person(who: Any, where: str = "person") -> UUID:
    """Somebody who can sign in, by id or actor text."""
    try:
        found = who if isinstance(who, UUID) else UUID(str(who).removeprefix("user:"))
    except ValueError:
        found = None
    if found is None or not User.objects.filter(pk=found, is_active=True).exists():
        raise BadInput("unknown_person", "There is no such person.", where=where)
    return found


def own(actor: str) -> UUID | None:
    """Who a writer's actor is, as people are kept."""
    kind, _sep, name = actor.partition(":")
    try:
        return UUID(name) if kind == "user" else None
    except ValueError:
        return None
