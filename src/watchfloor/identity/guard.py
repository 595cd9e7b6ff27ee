"""Decorators for pages: signed in, and holding a permission in some scope (rows are filtered again by the queries)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import Forbidden

View = Callable[..., HttpResponse]


def page(permission: str | None = None) -> Callable[[View], View]:
    """Only for people who are signed in and hold ``permission``; others are sent to sign in, or told no."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if permission is not None and not actor_of(request).has(permission):
                raise Forbidden(
                    "no_permission", "Your roles do not include this page.", hint="Ask an administrator for access."
                )
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate
