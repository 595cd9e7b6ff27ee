"""Readers of what happened: by subject, kind, time; one by its number."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from watchfloor.interop.atproto import subjects, telling
from watchfloor.interop.atproto.asking import GET, Ask, Wrong, bad, method
from watchfloor.interop.atproto.domain import names
from watchfloor.interop.atproto.methods.statuses import detail, looked
from watchfloor.ledger.models import Event
from watchfloor.review import queries as review

LOOKS = 8  # stretches of the ledger read for one page, when a filter lets little through
STRETCH = 200


@method("tools.ozone.moderation.queryEvents", GET, ("case.view",))
def query_events(ask: Ask) -> dict[str, Any]:
    """Events of cases the caller may open, newest first unless asked otherwise. A page may be short; with a cursor there is more."""
    rows = _wanted(ask)
    down, limit = ask.text("sortDirection", "desc") != "asc", ask.limit()
    after = ask.number("cursor")
    types = [each.removeprefix(telling.EVENT) for each in ask.many("types")]
    out: list[dict[str, Any]] = []
    cursor: int | None = None
    for _look in range(LOOKS if rows is not None else 0):
        assert rows is not None
        part = rows if after is None else rows.filter(**{"ordinal__lt" if down else "ordinal__gt": after})
        events = list(part.order_by("-ordinal" if down else "ordinal")[:STRETCH])
        for event, view in telling.told(events, ask.actor, ask.here, ask.who):
            if len(out) == limit:
                return {"events": out, "cursor": str(cursor)}
            if _fits(ask, view, types):
                out.append(view)
            cursor = event.ordinal
        if len(events) < STRETCH:
            return {"events": out}
        after = cursor = events[-1].ordinal
    return {"events": out, **({"cursor": str(cursor)} if cursor is not None else {})}


@method("tools.ozone.moderation.getEvent", GET, ("case.view",))
def get_event(ask: Ask) -> dict[str, Any]:
    """One event, with its subject."""
    given = ask.number("id")
    if given is None:
        raise bad("The parameter id is missing.")
    found = list(_of_cases(ask).filter(ordinal=given))
    views = telling.told(found, ask.actor, ask.here, ask.who)
    if not views:
        raise Wrong(400, "EventNotFound", "There is no such event.")
    view = views[0][1]
    subject = view["subject"]
    item = subjects.find(ask, subject.get("uri") or subject["did"])
    missing = {"$type": "tools.ozone.moderation.defs#repoViewNotFound", "did": subject.get("did", ask.here.did)}
    return {**view, "subject": detail(ask, item) if item is not None else missing, "subjectBlobs": []}


def _of_cases(ask: Ask) -> Any:
    return Event.objects.filter(case_id__in=review.visible_cases(ask.actor).values("pk"), type__in=telling.TYPES)


def _wanted(ask: Ask) -> Any:
    """The rows that may fit; None where none can."""
    rows = _of_cases(ask)
    types = [each.removeprefix(telling.EVENT) for each in ask.many("types")]
    if types:
        rows = rows.filter(type__in=sorted({each for kind in types for each in telling.OURS.get(kind, ())}))
    if ask.text("subject"):
        item = subjects.find(ask, ask.text("subject"))
        if item is None:
            return None
        looked(ask, item)
        cases = review.visible_cases(ask.actor)
        own = Q(item=item) | (Q(item__author=item) if ask.yes("includeAllUserRecords") else Q(pk__in=[]))
        rows = rows.filter(case_id__in=cases.filter(own).values("pk"))
    if ask.text("subjectType") in ("account", "record"):
        account = Q(item__kind="account")
        of = review.visible_cases(ask.actor).filter(account if ask.text("subjectType") == "account" else ~account)
        rows = rows.filter(case_id__in=of.values("pk"))
    by = ask.text("createdBy")
    if by:
        if by != ask.who.did:
            return None  # who else did what is not told
        rows = rows.filter(actor=str(ask.actor))
    for name, lookup in (("createdAfter", "at__gte"), ("createdBefore", "at__lte")):
        at = ask.moment(name)
        if at is not None:
            rows = rows.filter(**{lookup: at})
    return rows


def _fits(ask: Ask, view: dict[str, Any], types: list[str]) -> bool:
    event = view["event"]
    if types and event["$type"].removeprefix(telling.EVENT) not in types:
        return False
    if ask.yes("hasComment") and not event.get("comment"):
        return False
    words = [each for each in ask.text("comment").casefold().split("||") if each]
    if words and not any(each in event.get("comment", "").casefold() for each in words):
        return False
    asked = (
        ("addedLabels", "createLabelVals"), ("removedLabels", "negateLabelVals"), ("addedTags", "add"), ("removedTags", "remove"),
        ("policies", "policies"),
    )  # fmt: skip
    for name, field in asked:
        wanted = ask.many(name)
        if wanted and not set(wanted) & set(event.get(field) or ()):
            return False
    reasons = ask.many("reportTypes")
    if reasons and event.get("reportType") not in reasons:
        return False
    collections = ask.many("collections")
    return not collections or names.collection_of(view["subject"].get("uri", "")) in collections
