"""The first administrator: made once, whatever happens at the same moment."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection

from watchfloor.identity import actions, defaults
from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import Writer, writing

_LOCK = 0x57465F46  # "WF_F": two people pressing the button are one after the other
ROLES = (
    "administrator",
    "escalation_lead",
)  # the second, so that they can give it on; it opens nothing without a clearance


def open_house() -> bool:
    """True while nobody exists who could sign in."""
    return not User.objects.exists()


def make_administrator(
    *, name: str, email: str, password: str, time_zone: str, install: Callable[[Writer], object]
) -> User:
    """The first user, holding everything a person may hold, and the shipped defaults by ``install``; one transaction.

    Raises:
        Conflict: someone exists already.
        BadInput: name, address or password will not do.
    """
    by = system("first-run")
    with writing(by, reason="first run") as w:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if not open_house():
            raise Conflict("already_set_up", "This installation has an administrator already.", hint="Sign in.")
        user = actions.create_user(w, email=email, name=name, password=password, time_zone=time_zone)
        defaults.install(w)
        install(w)
        for role in ROLES:
            actions.grant(w, by, user, role)
    return user
