"""What the command palette knows of policies."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.policy import queries


def provide(actor: Actor, query: str) -> Iterator[dict[str, str]]:
    """Policies and violation types whose name holds all words."""
    words = query.casefold().split()
    if not words or not actor.has("policy.view"):
        return
    title = str(_("Claims that go round"))
    if all(word in title.casefold() for word in words):
        yield {"title": title, "url": reverse("claims"), "kind": "policy", "icon": "flame"}
    title = str(_("Report reasons"))
    if all(word in title.casefold() for word in words):
        yield {"title": title, "url": reverse("reasons"), "kind": "policy", "icon": "flag"}
    for policy in queries.all_policies():
        address = reverse("policy-detail", args=[policy.key])
        if all(word in f"{policy.name} {policy.key}".casefold() for word in words):
            yield {"title": policy.name, "url": address, "kind": "policy", "icon": "scale"}
        for row in queries.violations(policy.key):
            if all(word in f"{row.name} {row.key}".casefold() for word in words):
                title = f"{row.clause} {row.name}"
                yield {"title": title, "url": f"{address}#violations", "kind": "policy", "icon": "scale",
                       "hint": policy.name}  # fmt: skip
