"""Cases and queues in the command palette: by short id, by id, by name."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel import ids
from watchfloor.review import find, queries
from watchfloor.review.pages import many_words

WORK = ("review.work", "review.appeal", "review.escalation", "review.cluster")


def provide(actor: Actor, query: str) -> Iterable[dict[str, str]]:
    """Queues whose name or key has the words; the case whose id this is (a case_… id, a UUID, or the five of a short one)."""
    if not any(actor.has(name) for name in (*WORK, "case.view")):
        return
    want = query.casefold().split()
    if not want:
        return
    if all(word in _("All cases").casefold() for word in want) and actor.has("case.view"):
        yield {"title": _("All cases"), "url": reverse("case-list"), "kind": _("page"), "icon": "list"}
    if any(actor.has(name) for name in ("queue.manage", "floor.view")):
        for title, page in ((_("Routing rules"), "routing"), (_("Queues"), "queue-list")):
            if all(word in title.casefold() for word in want):
                yield {"title": title, "url": reverse(page), "kind": _("page"), "icon": "git-branch"}
    for name, title in many_words.places(actor)[1:]:
        if all(word in title.casefold() for word in want):
            yield {"title": title, "url": reverse(name), "kind": _("page"), "icon": "list"}
    yield from _special(actor, want)
    for row in queries.queue_summary(actor):
        if all(word in f"{row.name} {row.key}".casefold() for word in want):
            hint = _("%(count)s open") % {"count": row.open}
            url = reverse("review-queue", args=[row.key])
            yield {"title": row.name, "url": url, "kind": _("queue"), "icon": "inbox", "hint": hint}
    text = query.strip()
    if len(want) == 1 and len(text) >= find.SHORT:
        for case in queries.visible_cases(actor).filter(find.by_words(actor, text)).order_by("-id")[:5]:
            url = reverse("case-detail", args=[ids.encode("case", case.pk)])
            title = _("Case %(case)s") % {"case": ids.short(case.pk)}
            yield {
                "title": title,
                "url": url,
                "kind": _("case"),
                "icon": "folder",
                "hint": f"{case.policy_key}, {case.state}",
            }


def _special(actor: Actor, want: list[str]) -> Iterable[dict[str, str]]:
    """The special floors' pages."""
    pages: list[tuple[str, str, str, tuple[str, ...]]] = [
        (_("Live streams"), "review-live", "video", (*WORK, "case.view"))
    ]
    pages.append((_("Protected accounts"), "protected", "shield", ("protected.know",)))
    pages.append((_("Parity report"), "protected-parity", "scale", ("protected.know",)))
    for title, name, icon, permissions in pages:
        if any(actor.has(each) for each in permissions) and all(word in title.casefold() for word in want):
            yield {"title": title, "url": reverse(name), "kind": _("page"), "icon": icon}
