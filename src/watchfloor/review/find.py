"""Cases by whatever a person knows of them: an id, a short id, an item, an account, a state, a policy, a market, a queue, dates."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from watchfloor.identity.domain import Actor
from watchfloor.items.models import Item
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import datefields
from watchfloor.review import queries
from watchfloor.review.models import ID_TAIL, Case, Decision, Job

FILTERS = ("q", "state", "policy", "market", "queue", "tag", "since", "until")
ORDER = ("-id",)  # ids are made in the order of time, so the newest case comes first and the primary key is the index
SHORT = 5  # characters of a short id
MADE = 1_000  # of an account, cases about so many of its latest items are found
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
STATES = [str(state.value) for state in Case.State]


def cases(actor: Actor, wanted: Mapping[str, str]) -> QuerySet[Case]:
    """Every case the actor may see that fits all filters (empty ones do not filter); order by ``ORDER``."""
    rows = queries.visible_cases(actor).select_related("item")
    if wanted.get("q"):
        rows = rows.filter(by_words(actor, wanted["q"]))
    if wanted.get("state"):
        if wanted["state"] not in STATES:
            raise BadInput("unknown_state", "A case is open, escalated or closed.", where="state")
        rows = rows.filter(state=wanted["state"])
    if wanted.get("policy"):
        rows = rows.filter(policy_key=wanted["policy"])
    if wanted.get("market"):
        rows = rows.filter(market__iexact=wanted["market"])
    if wanted.get("tag"):
        rows = rows.filter(tags__contains=[wanted["tag"].lower()])
    if wanted.get("queue"):
        waiting = queries.visible_jobs(actor).filter(queue_key=wanted["queue"], state__in=("ready", "leased"))
        rows = rows.filter(Exists(waiting.filter(case=OuterRef("pk"))))
    if wanted.get("since"):
        rows = rows.filter(opened_at__gte=day(wanted["since"], "since"))
    if wanted.get("until"):
        rows = rows.filter(opened_at__lt=day(wanted["until"], "until") + timedelta(days=1))
    return rows


def by_words(actor: Actor, text: str) -> Q:
    """What a search text can mean; each of them is looked up by an index."""
    text = text.strip()
    found = Q()
    for kind, lookup in (("case", _case), ("dec", _of_decision), ("job", _of_job), ("itm", _of_item)):
        try:
            found |= lookup(ids.decode(kind, text))
        except BadInput:
            continue
    items = list(Item.objects.filter(external_id=text).values_list("pk", flat=True)[:200])
    if items:
        found |= _about(items)
    if len(text) == SHORT and all(char in ALPHABET for char in text.lower()):
        found |= Q(pk__in=of_short(actor, text))
    return found or Q(pk__in=[])


def of_short(actor: Actor, text: str) -> list[uuid.UUID]:
    """The cases whose short id is this, newest first; several may share one.

    A short id is the last 25 bits; the index holds the last seven hexadecimal digits (28 bits), so eight of them fit.
    """
    number = 0
    for char in text.lower():
        number = (number << 5) | ALPHABET.index(char)
    ends = [f"{(top << 5 * SHORT) | number:07x}" for top in range(8)]
    rows = queries.visible_cases(actor).alias(tail=ID_TAIL).filter(tail__in=ends)
    return list(rows.order_by("-id").values_list("pk", flat=True)[:50])


def day(text: str, where: str) -> datetime:
    """The start of a day in the viewer's zone."""
    found = datefields.day(text, where)
    return timezone.make_aware(datetime(found.year, found.month, found.day))  # noqa: DTZ001 - made aware here


def _case(pk: uuid.UUID) -> Q:
    return Q(pk=pk)


def _of_decision(pk: uuid.UUID) -> Q:
    return Q(pk__in=Decision.objects.filter(pk=pk).values("case"))


def _of_job(pk: uuid.UUID) -> Q:
    return Q(pk__in=Job.objects.filter(pk=pk).values("case"))


def _of_item(pk: uuid.UUID) -> Q:
    return _about([pk])


def _about(items: list[uuid.UUID]) -> Q:
    """Cases about these items or, where they are accounts, about the latest of what they made (looked up first: an OR over a
    join would read every case)."""
    made = Item.objects.filter(author__in=items).order_by("-first_seen_at").values_list("pk", flat=True)[:MADE]
    return Q(item__in=[*items, *made])
