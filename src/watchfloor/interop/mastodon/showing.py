"""Rows of the floor as Mastodon's entities, with as much of them as the token may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from watchfloor.enforcement import domain as enforcement
from watchfloor.enforcement import queries as actions
from watchfloor.enforcement.models import Action
from watchfloor.identity.domain import Actor
from watchfloor.interop.mastodon import entities
from watchfloor.interop.mastodon.entities import Entity
from watchfloor.interop.mastodon.reporting import category_of
from watchfloor.items import queries as items
from watchfloor.items.models import Item, ItemVersion
from watchfloor.kernel import ids
from watchfloor.policy import queries as policies
from watchfloor.review.models import Case, Decision, Job, Report

NOBODY: Final = "0"  # stands for whoever the token may not be told of


class Around(msgspec.Struct, frozen=True):
    """What stands around some reports, read at once: who holds their cases, what is in force on accounts, own decisions, texts."""

    held: dict[UUID, Job]
    does: dict[UUID, set[str]]
    own: set[UUID]
    data: dict[str, dict[str, Any]]


def many(actor: Actor, rows: Sequence[Report]) -> list[Entity]:
    """Reports as moderators see them, with as few questions as one would need."""
    targets = [target for row in rows if (target := items.account_of(row.item)) is not None]
    jobs = Job.objects.filter(case__in={row.case_id for row in rows}, state=Job.State.LEASED)
    decisions = {row.case.last_decision_id for row in rows if row.case.last_decision_id is not None}
    versions = {row.item_version for row in rows} | {target.current_version for target in targets}
    around = Around(
        held={job.case_id: job for job in jobs.order_by("leased_at")}, does=_in_force(targets),
        own=set(Decision.objects.filter(pk__in=decisions, decider=str(actor)).values_list("pk", flat=True)),
        data=_looks(actor, versions),
    )  # fmt: skip
    return [_report(actor, row, around) for row in rows]


def of(actor: Actor, row: Report) -> Entity:
    """One report, as it is now."""
    again = Report.objects.select_related("case", "item", "item__author").get(pk=row.pk)
    return many(actor, [again])[0]


def admin_account_of(actor: Actor, item: Item) -> Entity:
    """An account of the platform, with what is done to it now."""
    return _account(item, _in_force([item]).get(item.pk, set()), _looks(actor, {item.current_version}))


def _report(actor: Actor, row: Report, around: Around) -> Entity:
    case, target = row.case, items.account_of(row.item)
    reporter = row.reporter if names_reporters(actor) else ""
    held = around.held.get(case.pk)
    closed = case.closed_at if case.state == Case.State.CLOSED else None
    by_self = closed is not None and case.last_decision_id in around.own
    shown = _account(target, around.does.get(target.pk, set()), around.data) if target is not None else None
    return entities.admin_report(
        ids.encode("rpt", row.pk), at=row.received_at, changed_at=closed or row.received_at, closed_at=closed,
        category=category_of(row.reason_key), comment=row.note,
        reporter=admin_stranger(reporter or NOBODY, row.reporter_kind),
        target=shown or admin_stranger(NOBODY, "unknown"),
        assigned=None if held is None else _moderator(actor, by_self=str(held.lease_holder) == actor.id),
        closed_by=_moderator(actor, by_self=True) if by_self else None,
        statuses=[] if row.item.kind == "account" else [_status(row, target, around.data)],
        rules=[entities.rule(row.reason_key, policies.reason(row.reason_key).name)],
    )  # fmt: skip


def _account(item: Item, does: set[str], data: dict[str, dict[str, Any]]) -> Entity:
    suspended, silenced = "suspend" in does, "reduce_reach" in does
    shown = entities.account(
        item.external_id,
        made_at=item.first_seen_at,
        data=data.get(item.current_version),
        suspended=suspended,
        limited=silenced,
    )
    return entities.admin_account(
        shown,
        locale=item.language,
        suspended=suspended,
        silenced=silenced,
        disabled="lock" in does,
        sensitized="age_gate" in does,
    )


def admin_stranger(name: str, kind: str) -> Entity:
    """Somebody of whom there is only a name, if that."""
    return entities.admin_account(
        entities.account(name, made_at=None, data={"handle": kind if name == NOBODY else name})
    )


def held_by(case_id: UUID) -> Job | None:
    """The job of a case that somebody holds now."""
    return Job.objects.filter(case=case_id, state=Job.State.LEASED).order_by("-leased_at").first()


def names_reporters(actor: Actor) -> bool:
    """Whether the token may be told who reports."""
    return actor.has("reporter.view")


def _status(row: Report, target: Item | None, data: dict[str, dict[str, Any]]) -> Entity:
    seen = data.get(row.item_version)
    return entities.status(
        row.item.external_id, author=None if target is None else entities.account(target.external_id, made_at=target.first_seen_at),
        made_at=row.item.first_seen_at, text=items.text_of(row.item.type_key, seen) if seen else "", language=row.case.language,
    )  # fmt: skip


def _in_force(accounts: Sequence[Item]) -> dict[UUID, set[str]]:
    """What is done to accounts now, by our words for effects."""
    rows = Action.objects.filter(
        item__in=[each.pk for each in accounts], inverse_of__isnull=True, state__in=enforcement.IN_FORCE
    )
    found: dict[UUID, set[str]] = {}
    for item_id, key in rows.values_list("item", "kind_key").distinct():
        found.setdefault(item_id, set()).add(actions.kind(key).does)
    return found


def _looks(actor: Actor, versions: set[str]) -> dict[str, dict[str, Any]]:
    """What items look like, for tokens that may read items."""
    if not actor.has("item.read"):
        return {}
    rows = ItemVersion.objects.filter(pk__in=versions - {""}, erased_at__isnull=True)
    return dict(rows.values_list("pk", "data"))


def _moderator(actor: Actor, *, by_self: bool) -> Entity:
    name, handle = (actor.id, actor.name) if by_self else (NOBODY, "moderator")
    return entities.admin_account(entities.account(name, made_at=None, data={"handle": handle}))
