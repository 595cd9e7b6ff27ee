"""What the command palette knows of trends: topics that were given a name, prevalence studies, and the pages around them."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.insight.trends import access
from watchfloor.insight.trends.models import Topic

MOST = 5


def provide(actor: Actor, query: str) -> Iterator[dict[str, str]]:
    """Pages, and named topics of which a text counts for the actor, that hold all words."""
    want = query.casefold().split()
    if not want or not actor.has(access.VIEW):
        return
    pages = (
        (_("Topics"), "insight-topics", "message"),
        (_("Prevalence"), "insight-prevalence", "chart-bar"),
        (_("Over-enforcement"), "insight-over", "scale"),
        (_("Automation"), "insight-automation", "robot"),
    )
    for title, url, icon in pages:
        if all(word in title.casefold() for word in want):
            yield {"title": title, "url": reverse(url), "kind": _("page"), "icon": icon, "hint": _("Insight")}
    named = Topic.objects.filter(joined_to="").exclude(name="")
    for word in want:
        named = named.filter(name__icontains=word)
    known = list(named.order_by("-found_at")[: 4 * MOST])
    counted = set(access.counted(actor).filter(topic__in=[row.key for row in known]).values_list("topic", flat=True))
    for row in [row for row in known if row.key in counted][:MOST]:
        yield {
            "title": row.name,
            "url": reverse("insight-topic", args=[row.key]),
            "kind": _("Topic"),
            "icon": "message",
        }
