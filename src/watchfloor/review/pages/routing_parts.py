"""What the pages of routing and queues share: tabs, who may change what, the names of queues."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import Forbidden, WatchfloorError
from watchfloor.review.models import Queue

VIEW = ("queue.manage", "floor.view")


def tabs(here: str) -> list[dict[str, Any]]:
    """Rules, a case, backtest, history, queues."""
    pages = [
        ("routing", _("Rules")), ("routing-try", _("Try a case")), ("routing-backtest", _("Backtest")),
        ("routing-history", _("History")), ("queue-list", _("Queues")),
    ]  # fmt: skip
    return [{"label": label, "href": reverse(name), "current": name == here} for name, label in pages]


def may_route(actor: Actor) -> bool:
    """Routing is one table for all: who changes it needs the permission without limits of queue or market."""
    if actor.all_powerful:
        return True
    return any(
        "queue.manage" in scope.permissions and scope.queues is None and scope.markets is None for scope in actor.scopes
    )


def must_route(actor: Actor) -> None:
    """``Forbidden`` unless the actor may change the routing table."""
    if not may_route(actor):
        raise Forbidden(
            "no_permission",
            "Your roles do not include changing the routing.",
            hint="It needs queue.manage for all queues.",
        )


def queue_names() -> dict[str, str]:
    """The names of all queues by their keys."""
    return dict(Queue.objects.values_list("key", "name"))


def say(error: WatchfloorError) -> str:
    """The error and how to mend it."""
    return " ".join(part for part in (error.message, error.hint) if part)
