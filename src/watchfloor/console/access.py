"""Asks the identity part who is looking and what the shell may show them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from watchfloor.identity.domain import NOBODY, Actor
from watchfloor.identity.middleware import actor_of


def viewer(request: HttpRequest) -> Actor | None:
    """The actor of this request; None when nobody is signed in."""
    actor = actor_of(request) if hasattr(request, "actor") else None
    return None if actor is None or actor.id == NOBODY.id else actor


def may(request: HttpRequest) -> Callable[[str], bool]:
    """The question "does this viewer hold this permission in any scope?"; denied by default."""
    actor = viewer(request)
    return actor.has if actor is not None else lambda _permission: False
