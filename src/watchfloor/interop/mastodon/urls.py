"""Mastodon's addresses, each with and without a slash at its end: its clients differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, path

from watchfloor.interop.mastodon import about, moderating, reporting
from watchfloor.interop.mastodon.answers import door

READS, WORKS = "case.view", "review.claim_case"
OPEN = "What server this is, before anybody has a token; nothing of the floor but the names of reasons to report."
KEYS = "It asks for a token's prefix and secret and gives nothing without them."
NONE = "It makes nothing and says where applications are made."


def _undo(verb: str) -> Callable[..., Any]:
    return lambda asked, account_id: moderating.undo(asked, account_id, verb)


_ADDRESSES: list[tuple[str, str, Callable[..., Any]]] = [
    ("api/v1/reports", "reports", door(POST=("report.submit", reporting.make))),
    ("api/v1/instance", "instance", door(OPEN, GET=("", about.server))),
    ("api/v2/instance", "instance-two", door(OPEN, GET=("", about.server_two))),
    ("api/v1/instance/rules", "rules", door(OPEN, GET=("", about.rules))),
    ("api/v1/accounts/verify_credentials", "verify", door(GET=("", about.verify_credentials))),
    ("api/v1/apps", "apps", door(NONE, POST=("", about.register))),
    ("api/v1/apps/verify_credentials", "verify-app", door(GET=("", about.verify_app))),
    ("oauth/token", "token", door(KEYS, POST=("", about.token))),
    (".well-known/oauth-authorization-server", "metadata", door(OPEN, GET=("", about.metadata))),
    ("api/v1/admin/reports", "admin-reports", door(GET=(READS, moderating.reports))),
    ("api/v1/admin/reports/<str:report_id>", "admin-report", door(GET=(READS, moderating.one), PUT=(WORKS, moderating.update))),
    ("api/v1/admin/reports/<str:report_id>/assign_to_self", "admin-assign", door(POST=(WORKS, moderating.assign))),
    ("api/v1/admin/reports/<str:report_id>/unassign", "admin-unassign", door(POST=(WORKS, moderating.unassign))),
    ("api/v1/admin/reports/<str:report_id>/resolve", "admin-resolve", door(POST=(WORKS, moderating.resolve))),
    ("api/v1/admin/reports/<str:report_id>/reopen", "admin-reopen", door(POST=(WORKS, moderating.reopen))),
    ("api/v1/admin/accounts/<str:account_id>", "admin-account", door(GET=(READS, moderating.read_account))),
    ("api/v1/admin/accounts/<str:account_id>/action", "admin-action", door(POST=(WORKS, moderating.act))),
    *[
        (f"api/v1/admin/accounts/<str:account_id>/{verb}", f"admin-{verb}", door(POST=("enforcement.lift", _undo(verb))))
        for verb in moderating.UNDOES
    ],
]  # fmt: skip


def _paths() -> Iterator[URLPattern]:
    for route, name, view in _ADDRESSES:
        yield path(route, view, name=f"mastodon-{name}")
        yield path(f"{route}/", view, name=f"mastodon-{name}-slash")


urlpatterns = list(_paths())
