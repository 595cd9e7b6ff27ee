"""Rows of the floor as Mastodon's entities, with as much of them as the token may read."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from watchfloor.enforcement import domain as enforcement
from watchfloor.enforcement import queries as actions
from watchfloor.enforcement.models import Action
from watchfloor.identity.domain import Actor
from watchfloor.interop.mastodon import entities
from watchfloor.interop.mastodon.entities import Entity
from watchfloor.interop.mastodon.reporting import category_of
from watchfloor.items import queries as items
from watchfloor.items.models import Item
from watchfloor.kernel import ids
from watchfloor.policy import queries as policies
from watchfloor.review.models import Case, Decision, Job, Report

NOBODY: Final = "0"  # stands for whoever the token may not be told of


def of(actor: Actor, row: Report) -> Entity:
    """A report as moderators see it."""
    case = Case.objects.get(pk=row.case_id)
    target = items.account_of(row.item)
    reporter = row.reporter if names_reporters(actor) else ""
    held = held_by(case.pk)
    closed = case.closed_at if case.state == Case.State.CLOSED else None
    by_self = Decision.objects.filter(pk=case.last_decision_id, decider=str(actor)).exists() if closed else False
    return entities.admin_report(
        ids.encode("rpt", row.pk), at=row.received_at, changed_at=closed or row.received_at, closed_at=closed,
        category=category_of(row.reason_key), comment=row.note,
        reporter=admin_stranger(reporter or NOBODY, row.reporter_kind),
        target=admin_account_of(actor, target) if target is not None else admin_stranger(NOBODY, "unknown"),
        assigned=None if held is None else _moderator(actor, by_self=str(held.lease_holder) == actor.id),
        closed_by=_moderator(actor, by_self=True) if by_self else None,
        statuses=[] if row.item.kind == "account" else [_status(actor, row, case, target)],
        rules=[entities.rule(row.reason_key, policies.reason(row.reason_key).name)],
    )  # fmt: skip


def admin_account_of(actor: Actor, item: Item) -> Entity:
    """An account of the platform, with what is done to it now."""
    item.refresh_from_db(fields=["state"])
    found = Action.objects.filter(item=item, inverse_of__isnull=True, state__in=enforcement.IN_FORCE)
    does = {actions.kind(key).does for key in set(found.values_list("kind_key", flat=True))}
    suspended, silenced = "suspend" in does, "reduce_reach" in does
    shown = entities.account(
        item.external_id, made_at=item.first_seen_at, data=_data(actor, item.current_version), suspended=suspended,
        limited=silenced,
    )  # fmt: skip
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


def _status(actor: Actor, row: Report, case: Case, target: Item | None) -> Entity:
    data = _data(actor, row.item_version)
    return entities.status(
        row.item.external_id, author=None if target is None else entities.account(target.external_id, made_at=target.first_seen_at),
        made_at=row.item.first_seen_at, text=items.text_of(row.item.type_key, data) if data else "", language=case.language,
    )  # fmt: skip


def _data(actor: Actor, version: str) -> dict[str, Any]:
    """What an item looks like, for tokens that may read items."""
    return (items.snapshot(version) if version and actor.has("item.read") else None) or {}


def _moderator(actor: Actor, *, by_self: bool) -> Entity:
    name, handle = (actor.id, actor.name) if by_self else (NOBODY, "moderator")
    return entities.admin_account(entities.account(name, made_at=None, data={"handle": handle}))
