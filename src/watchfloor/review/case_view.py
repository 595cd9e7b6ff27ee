"""What the page of one case tells: its timeline with the policy text of then, what its actions came to, its versions, its links."""

from __future__ import annotations

from typing import Any

import msgspec
from django.urls import NoReverseMatch, reverse

from watchfloor.enforcement import queries as enforcement
from watchfloor.enforcement.models import Notice
from watchfloor.identity.domain import Actor
from watchfloor.items import queries as items
from watchfloor.items.models import ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.ids import encode
from watchfloor.policy.models import PolicyVersion
from watchfloor.review import bench, bench_live, bench_sides, blind, brigades, case_beside, case_jobs, queries
from watchfloor.review.actions.claim_case import may_claim
from watchfloor.review.bench_view import plain, words_of
from watchfloor.review.domain import clocks
from watchfloor.review.models import Appeal, Case, Decision, Job
from watchfloor.review.queries import case_history, inquiries

VERSIONS = 10


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision with the text it was made under, what it did, and what may be done about it now."""

    row: Decision
    policy: PolicyVersion | None
    actions: tuple[Any, ...]
    can_undo: bool
    can_appeal: bool


class Version(msgspec.Struct, frozen=True):
    """A version of the item as lines of text, and those of the one before."""

    hash: str
    seen_at: Any
    text: str
    before: str | None


def context(actor: Actor, case: Case, show: str, before: int | None = None) -> dict[str, Any]:
    """Everything the template names. ``before``: the ordinal from which the timeline goes on into the past."""
    show = show if show in case_history.GROUPS else ""
    page = case_history.page(case, show=show, before=before)
    is_blind, no_reasons = blind.hides_verdicts(actor, case), blind.hides_reasoning(actor, case)
    found = [] if is_blind else decisions(actor, case)
    open_jobs = case_jobs.of_case(actor, case)
    live = [each.row for each in open_jobs if each.row.state != Job.State.WAITING]
    signals = bench.signals(case)
    type_name, _fields = bench.fields_of(case.item.type_key)
    return {
        "case": case,
        "timeline": blind.without_verdicts(page.entries, actor)
        if is_blind
        else blind.without_reasoning(page.entries, actor)
        if no_reasons
        else page.entries,
        "no_reasons": no_reasons,
        "older": page.next,
        "is_blind": is_blind,
        "groups": case_history.groups(case),
        "show": show,
        "decisions": {f"decision:{view.row.pk}": view for view in found},
        "latest": found[0] if found else None,
        "open_jobs": open_jobs,
        "waits_choices": case_jobs.choices(),
        "claimable": _claimable(actor, live),
        "inquiries": inquiries.of_case(case),
        "author": bench.author(case, actor),
        "item": bench.item(case, signals),
        "live_panel": bench_live.panel(case, actor),
        "sides": bench_sides.of(actor, case),
        "brigade": brigades.of(case),
        "claims": bench.claims_of(case, items.snapshot(case.item_version)),
        "type_name": type_name,
        "changed_since": False,
        "versions": versions(case),
        "linked": queries.linked_cases(actor, case.pk),
        "beside": case_beside.of(actor, case),
        "told": list(
            Notice.objects.filter(decision_id__in=[view.row.pk for view in found]).order_by("-created_at", "-pk")[:20]
        ),
        "appeals": [] if is_blind else list(Appeal.objects.filter(case=case).order_by("-filed_at")),
        "may_appeal": actor.has("appeal.submit"),
        "bank_url": _bank_url(actor, case),
        "may_release": bool(case.clearance) and actor.may("restricted.view", clearance=case.clearance),
    }


def _claimable(actor: Actor, live: list[Job]) -> bool:
    """Whether the button is worth showing: the first job waits, and this actor may take it."""
    if not live or live[0].state != Job.State.READY or actor.kind != "user":
        return False
    return may_claim(actor, live[0])


def decisions(actor: Actor, case: Case) -> list[DecisionView]:
    """All decisions of a case, newest first."""
    rows = list(Decision.objects.filter(case=case).order_by("-at", "-pk"))
    texts = PolicyVersion.objects.in_bulk([row.policy_version_id for row in rows if row.policy_version_id])
    done: dict[Any, list[Any]] = {}
    for action in enforcement.of_case(case.pk):
        done.setdefault(action.decision_id, []).append(action)
    return [
        DecisionView(
            row=row,
            policy=texts.get(row.policy_version_id) if row.policy_version_id else None,
            actions=tuple(done.get(row.pk, ())),
            can_undo=can_undo(actor, case, row),
            can_appeal=row.superseded_at is None and row.origin in ("human", "rule") and row.verdict != "unsure",
        )
        for row in rows
    ]


def can_undo(actor: Actor, case: Case, row: Decision) -> bool:
    """Whether the button is worth showing; the action itself decides."""
    if row.superseded_at is not None or row.origin in ("appeal", "undo") or case.last_decision_id != row.pk:
        return False
    own = row.decider == str(actor) and clock.now() - row.at <= clocks.UNDO_WINDOW
    return own or actor.may("review.undo", market=case.market, severity=case.severity, clearance=case.clearance)


def versions(case: Case) -> list[Version]:
    """The latest versions of the item, newest first, each beside the one before it."""
    rows = list(ItemVersion.objects.filter(item=case.item_id).order_by("-seen_at", "-pk")[: VERSIONS + 1])
    texts = [_lines(row) for row in rows]
    return [
        Version(row.hash, row.seen_at, texts[index], texts[index + 1] if index + 1 < len(rows) else None)
        for index, row in enumerate(rows[:VERSIONS])
    ]


def _lines(row: ItemVersion) -> str:
    if row.erased_at is not None:
        return "(erased)"
    return "\n".join(f"{words_of(str(name))}: {plain(value)}" for name, value in row.data.items())


def _bank_url(actor: Actor, case: Case) -> str:
    """Where a decided case's content is put into a bank of known content, for those who keep banks."""
    if case.last_decision_id is None or not actor.may("bank.edit", clearance=case.clearance):
        return ""
    try:
        return reverse("bank-from", args=[encode("case", case.pk)])
    except NoReverseMatch:  # detection stands above this context, and may be left out
        return ""
