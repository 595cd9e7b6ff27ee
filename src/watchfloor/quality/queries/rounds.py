"""Calibration sessions as a person may know of them: those one runs, those one answers, what came out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.quality.domain.looks import Finding
from watchfloor.quality.domain.rounds import Given, Results, results
from watchfloor.quality.models import Round, RoundAnswer, RoundItem
from watchfloor.workforce.models import Reviewer, Vendor


def possible(actor: Actor, vendors: Sequence[str]) -> list[Reviewer]:
    """Active people of these vendors whom the actor may ask."""
    allowed = access.rows(actor, "quality.manage", vendor="vendor_key")
    return list(Reviewer.objects.filter(allowed, vendor_key__in=list(vendors), active=True).order_by("pk"))


def vendors(actor: Actor) -> list[tuple[str, str]]:
    """Vendors whose people the actor may ask, with their names."""
    allowed = access.rows(actor, "quality.manage", vendor="vendor_key")
    keys = set(Reviewer.objects.filter(allowed, active=True).values_list("vendor_key", flat=True))
    return sorted(Vendor.objects.filter(key__in=keys).values_list("key", "name"), key=lambda pair: pair[1])


def visible(actor: Actor) -> QuerySet[Round]:
    """Sessions one runs: none of whose vendors is out of one's sight."""
    known = [key for key, _name in vendors(actor)]
    return Round.objects.filter(vendors__contained_by=known) if actor.has("quality.manage") else Round.objects.none()


def mine(actor: Actor) -> QuerySet[RoundItem]:
    """Items that one is asked, or was."""
    if actor.kind != "user":
        return RoundItem.objects.none()
    return RoundItem.objects.filter(round__people__contains=[UUID(actor.id)])


def waiting(actor: Actor) -> list[tuple[Round, int, int]]:
    """One's sessions, the open ones first: (session, items, answered)."""
    if actor.kind != "user":
        return []
    rows = Round.objects.filter(people__contains=[UUID(actor.id)]).filter(
        Q(state="open") | Q(items__answers__person=UUID(actor.id))
    )
    found = []
    for row in rows.distinct().order_by("-state", "-made_at")[:50]:
        items = RoundItem.objects.filter(round=row).count()
        answered = RoundAnswer.objects.filter(item__round=row, person=UUID(actor.id)).count()
        found.append((row, items, answered))
    return found


def next_item(actor: Actor, row: Round) -> RoundItem | None:
    """The first item of an open session that one has not answered."""
    open_items = mine(actor).filter(round=row, round__state="open")
    return open_items.exclude(answers__person=UUID(actor.id)).order_by("number").first()


def outcome(items: Iterable[RoundItem], answers: Iterable[RoundAnswer]) -> Results:
    """What came out of a session."""
    right = {str(item.pk): Finding(item.right_verdict, item.right_violation) for item in items if item.right_verdict}
    return results(
        (
            Given(str(one.item_id), str(one.person), one.site, Finding(one.verdict, one.violation_key))
            for one in answers
        ),
        right,
    )
