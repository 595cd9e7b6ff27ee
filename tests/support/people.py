"""People who can sign in, for tests of pages: a user, a role of their own, and a signed-in client."""

from __future__ import annotations

import uuid
from typing import Any

from django.test import Client

from watchfloor.identity import actions
from watchfloor.identity.domain import Actor, system
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for
from watchfloor.ledger.writer import writing

BACKEND = "django.contrib.auth.backends.ModelBackend"


def member(permissions: frozenset[str] | set[str], name: str = "Rita Reader", **limits: Any) -> User:
    """A user whose one role holds exactly these permissions, within these limits (``queues=[...]``)."""
    key = f"r{uuid.uuid4().hex[:12]}"
    with writing(system("test")) as w:
        user = actions.create_user(w, email=f"{key}@example.org", name=name, password=None)
        actions.save_role(w, key=key, name=key, permissions=sorted(permissions))
        actions.grant(w, system("test"), user, key, **limits)
    return user


def signed_in(user: User) -> Client:
    """A browser without scripts, signed in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def actor_of(user: User) -> Actor:
    """The actor behind a user."""
    return actor_for(user)
