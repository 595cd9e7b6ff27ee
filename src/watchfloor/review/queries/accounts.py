"""Everything of one account in one line of time: its items, the reports about them, decisions, actions, strikes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q

from watchfloor.enforcement import queries as enforcement
from watchfloor.enforcement.models import Action, Strike
from watchfloor.identity import access as rights
from watchfloor.identity.domain import Actor
from watchfloor.items.models import Item
from watchfloor.kernel.errors import NotFound
from watchfloor.review.models import Case, Decision, Report
from watchfloor.review.queries import access

KINDS = ("item", "report", "decision", "action", "strike")
LIMIT = 50


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. ``what`` is a reason, a violation type or an action's name, ``state`` what became of it."""

    at: datetime
    kind: str
    id: UUID
    item: Item
    what: str
    state: str = ""
    case_id: UUID | None = None
    count: int = 1


def account(actor: Actor, item_id: UUID) -> Item:
    """The account (or the author of the item named); ``NotFound`` where the actor may not know of it."""
    row = Item.objects.select_related("author").filter(pk=item_id).first()
    found = (row.author or row) if row is not None else None
    allowed = Item.objects.filter(rights.rows(actor, "case.view", market="market"))
    if found is None or not (allowed.filter(pk=found.pk).exists() or _cases(actor, found).exists()):
        raise NotFound("unknown_account", "There is no such account.")
    return found


def lines(
    actor: Actor, who: Item, *, kinds: tuple[str, ...] = KINDS, before: datetime | None = None, limit: int = LIMIT
) -> list[Line]:
    """What happened before a moment, newest first: each kind gives at most ``limit``, the newest of all are kept.

    Items that a restricted case is about, and everything on cases the actor may not open, are left out. Items come first, and what
    is older than the last line that is kept by then is not looked for: of an account with very many, that is nearly everything.
    """
    cases = _cases(actor, who)
    mine = Q(item__in=_items(who))
    found: list[Line] = []
    if "item" in kinds:
        hidden = Case.objects.filter(item=OuterRef("pk")).exclude(clearance="")
        rows = Item.objects.filter(~Exists(hidden), author=who.pk)
        rows = rows.filter(rights.rows(actor, "case.view", market="market"))
        for row in _before(rows, "first_seen_at", before)[:limit]:
            found.append(
                Line(at=row.first_seen_at, kind="item", id=row.pk, item=row, what=row.type_key, state=row.state)
            )
    if "report" in kinds:
        reports = Report.objects.filter(mine, case__in=cases.values("pk")).select_related("item")
        for report in _before(reports, "received_at", before, _oldest(found, limit))[:limit]:
            found.append(
                Line(
                    at=report.received_at, kind="report", id=report.pk, item=report.item, what=report.reason_key,
                    state=report.outcome, case_id=report.case_id,
                )
            )  # fmt: skip
    if "decision" in kinds:
        made = Decision.objects.filter(case__in=cases.values("pk")).select_related("case__item")
        for row in _before(made, "at", before, _oldest(found, limit))[:limit]:
            state = "superseded" if row.superseded_at else row.verdict
            found.append(
                Line(
                    at=row.at, kind="decision", id=row.pk, item=row.case.item, what=row.violation_key or row.verdict,
                    state=state, case_id=row.case_id,
                )
            )  # fmt: skip
    if "action" in kinds:
        taken = Action.objects.filter(mine, case_id__in=cases.values("pk")).select_related("item")
        for row in _before(taken, "created_at", before, _oldest(found, limit))[:limit]:
            name = enforcement.kind_name(row.kind_key)
            found.append(
                Line(
                    at=row.created_at,
                    kind="action",
                    id=row.pk,
                    item=row.item,
                    what=name,
                    state=row.state,
                    case_id=row.case_id,
                )
            )
    if "strike" in kinds:
        given = Strike.objects.filter(
            account=who.pk, decision_id__in=Decision.objects.filter(case__in=cases.values("pk")).values("pk")
        )
        for row in _before(given, "given_at", before, _oldest(found, limit))[:limit]:
            found.append(
                Line(
                    at=row.given_at,
                    kind="strike",
                    id=row.pk,
                    item=who,
                    what=row.policy_key,
                    state=row.state,
                    count=row.points,
                )
            )
    return sorted(found, key=lambda line: (line.at, str(line.id)), reverse=True)[:limit]


def _cases(actor: Actor, who: Item) -> Any:
    return access.visible_cases(actor).filter(item__in=_items(who))


def _items(who: Item) -> Any:
    """The account and what it made, as a sub-select that its two indexes answer."""
    return Item.objects.filter(Q(pk=who.pk) | Q(author=who.pk)).values("pk")


def _oldest(found: list[Line], limit: int) -> datetime | None:
    """The moment of the last line that would be kept now; None while there is room."""
    return None if len(found) < limit else sorted((line.at for line in found), reverse=True)[limit - 1]


def _before(rows: Any, name: str, before: datetime | None, since: datetime | None = None) -> Any:
    if before is not None:
        rows = rows.filter(**{f"{name}__lt": before})
    if since is not None:
        rows = rows.filter(**{f"{name}__gte": since})
    return rows.order_by(f"-{name}", "-pk")
