"""``emitEvent``: what a moderator's client does, done by the floor's own verbs. A decision takes the case's job under a lease, decides it,
and all that follows from a decision here follows: actions, strikes, statements, notices, the outbox.

What the floor cannot do in this way is said in words, and nothing is done.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection, transaction

from watchfloor.identity.domain import Actor
from watchfloor.interop.atproto import numbers, subjects, telling
from watchfloor.interop.atproto.asking import POST, Ask, Wrong, inner, iso, method, string, unknown
from watchfloor.interop.atproto.methods.taking import reporter_of, take
from watchfloor.interop.atproto.methods.verbs import MOST_TEXT, VERBS, Verb, decide
from watchfloor.interop.atproto.methods.verbs import hand_up as up
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.models import Event
from watchfloor.review import queries
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.models import Case

_NAMES = uuid.UUID("8f3f1c1e-2f5a-5a3e-9d57-0a6f6f6f7a11")


@method("tools.ozone.moderation.emitEvent", POST, ("review.work", "review.claim_case", "case.view", "report.submit"))
def emit(ask: Ask) -> dict[str, Any]:
    """Do it, and answer with the event that it became."""
    event, subject = inner(ask.body, "event"), inner(ask.body, "subject")
    kind = string(event, "$type", 120, required=True).removeprefix(telling.EVENT)
    string(event, "comment", MOST_TEXT)
    name = subjects.name_in(ask.here, subject)
    if kind == "Report":
        return _report(ask, event, subject)
    verb = VERBS.get(kind)
    if verb is None:
        raise Wrong(400, "UnsupportedEvent", f"This floor does not do {kind[:60]}: its reviewers or its rules do.")
    item = _item(ask.actor, name.type, name.id)
    done = _do(ask, verb, item, event)
    return _view(ask, item, event, done)


@begin_again
def _do(ask: Ask, verb: Verb, item: Item, event: dict[str, Any]) -> int:
    """In one transaction, one at a time for each token: whoever decides holds one job at most. Returns where the ledger was before."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 29))", [f"atproto:{ask.actor}"])
            cursor.execute("SELECT coalesce(max(ordinal), 0) FROM ledger_event")
            before = int(cursor.fetchone()[0])
        outside = string(ask.body, "externalId", 200)
        if outside and not numbers.claimed(numbers.EXTERNAL, uuid.uuid5(_NAMES, f"{ask.actor}:{outside}")):
            raise Wrong(400, "DuplicateExternalId", "An event with this externalId was sent before.")
        verb(ask, item, event)
        return before


def _item(actor: Actor, type_key: str, external_id: str) -> Item:
    """The item, if the caller may know of it: of a case they may open, or known to the floor and not of a restricted case."""
    known = Item.objects.select_related("author").filter(~subjects.hidden(actor))
    if not actor.has("review.claim_case"):
        known = subjects.visible(actor)
    item = known.filter(type_key=type_key, external_id=external_id).first()
    if item is None:
        raise unknown()
    return item


def _report(ask: Ask, event: dict[str, Any], subject: dict[str, Any]) -> dict[str, Any]:
    """A report that a platform passes on, of one of its people."""
    if not ask.who.may("report.submit"):
        raise Wrong(403, "Forbidden", "This token may not send reports. It needs report.submit.")
    reason = string(event, "reportType", 200, required=True)
    by = string(ask.body, "createdBy", 500)
    name = subjects.name_in(ask.here, subject)
    comment = event.get("comment") or ""
    outside = string(ask.body, "externalId", 200)
    made = take(ask, name, subject, reason, comment, reporter_of(ask, by), given=outside)
    kept = {"$type": f"{telling.EVENT}Report", "reportType": reason, **({"comment": comment} if comment else {})}
    return {
        "id": made["id"], "event": kept, "subject": subject, "subjectBlobCids": [], "createdBy": by or ask.who.did,
        "createdAt": made["createdAt"],
    }  # fmt: skip


def _view(ask: Ask, item: Item, event: dict[str, Any], before: int) -> dict[str, Any]:
    """The event it became; where it is one that has no place in a case, what was sent, with the number of what the ledger says."""
    mine = Event.objects.filter(actor=str(ask.actor), ordinal__gt=before)
    cases = list(queries.visible_cases(ask.actor).filter(item=item).values_list("pk", flat=True))
    rows = list(mine.filter(case_id__in=cases, type__in=telling.TYPES).order_by("ordinal"))
    views = [view for _, view in telling.told(rows, ask.actor, ask.here, ask.who)]
    wanted = [view for view in views if view["event"]["$type"] == event["$type"]] or views
    if wanted:
        return wanted[-1]
    last = mine.order_by("-ordinal").values_list("ordinal", "at").first() or (before, clock.now())
    return {
        "id": last[0], "event": event, "subject": subjects.ref(ask.here, item), "subjectBlobCids": [], "createdBy": ask.who.did,
        "createdAt": iso(last[1]),
    }  # fmt: skip


def close(ask: Ask, item: Item, case: Case, comment: str) -> None:
    """Nothing was found on one case, as an acknowledgement does."""

    def verb(ask: Ask, item: Item, event: dict[str, Any]) -> None:
        decide(ask.actor, item, case, case.policy_key, DecisionIn(verdict="clean", rationale=comment))

    _do(ask, verb, item, {})


def hand_up(ask: Ask, item: Item, case: Case, comment: str) -> None:
    """One case, as an escalation does."""

    def verb(ask: Ask, item: Item, event: dict[str, Any]) -> None:
        up(ask.actor, case, comment)

    _do(ask, verb, item, {})
