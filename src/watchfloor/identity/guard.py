"""Decorators for pages: signed in, and holding a permission in some scope (rows are filtered again by the queries).

Every address says whom it is for, beside itself: a page by ``page(...)`` or ``everyone(...)``, an endpoint of the JSON API by a
sentence in its description ("Needs ``case.view`` or ``item.read``.", or "Any token."). The permission matrix reads both and
tries them all, so an address that says nothing fails the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import Forbidden

View = Callable[..., HttpResponseBase]


def page(*permissions: str | None) -> Callable[[View], View]:
    """Only for people who are signed in and hold one of ``permissions`` (none named: anyone signed in)."""
    needed = tuple(name for name in permissions if name is not None)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if needed and not any(actor_of(request).has(name) for name in needed):
                raise Forbidden(
                    "no_permission", "Your roles do not include this page.", hint="Ask an administrator for access."
                )
            return view(request, *args, **kwargs)

        guarded.permissions = needed  # type: ignore[attr-defined]
        return guarded

    return decorate


def needs(request: HttpRequest, *permissions: str) -> Actor:
    """Who asks, for an endpoint of the JSON API; ``Forbidden`` for one that holds none of ``permissions`` in any scope."""
    actor = actor_of(request)
    if not any(actor.has(name) for name in permissions):
        raise Forbidden("no_permission", "This token may not do that.", hint=f"It needs {' or '.join(permissions)}.")
    return actor


def everyone(why: str) -> Callable[[View], View]:
    """Also for people who are not signed in; ``why`` says in a sentence what keeps it safe. Changes nothing but the record."""

    def decorate(view: View) -> View:
        view.open_because = why  # type: ignore[attr-defined]
        return view

    return decorate
