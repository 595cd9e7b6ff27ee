"""What the command palette knows of numbers: the catalogue, and each shipped metric by its title or key."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.insight import catalogue

ENOUGH = 2  # letters before metrics are searched


def provide(actor: Actor, query: str) -> Iterator[dict[str, str]]:
    """The catalogue and its shipped metrics that hold all words; they are at hand, so that no answer depends on what was read before."""
    want = query.casefold().split()
    if not want or not actor.has("insight.view"):
        return
    title = _("Metric catalogue")
    if all(word in title.casefold() for word in want):
        yield {
            "title": title,
            "url": reverse("insight-catalogue"),
            "kind": _("page"),
            "icon": "list",
            "hint": _("Insight"),
        }
    if len(query.strip()) < ENOUGH:
        return
    for key, metric in catalogue.shipped().items():
        name = _(metric.title)
        if all(word in f"{name} {key}".casefold() for word in want):
            yield {
                "title": name,
                "url": reverse("insight-metric", args=[key]),
                "kind": _("Metric"),
                "icon": "chart-line",
            }
