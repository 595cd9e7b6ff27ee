"""Puts the actor on the request, worked out once and only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from watchfloor.identity.domain import NOBODY, Actor
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for


def set_actor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """``request.actor``: an ``Actor``; ``NOBODY`` when not signed in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        def find() -> Actor:
            return actor_for(cast(User, request.user)) if request.user.is_authenticated else NOBODY

        request.actor = SimpleLazyObject(find)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def actor_of(request: HttpRequest) -> Actor:
    """The request's actor, typed."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]
