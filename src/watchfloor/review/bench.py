"""Gathers what one workbench page tells: the item, why it is here, what is known, what may be decided. Readers only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Avg, Count, F

from watchfloor.enforcement import queries as enforcement
from watchfloor.enforcement.contracts import ActionPreview
from watchfloor.identity.domain import Actor
from watchfloor.items import queries as items
from watchfloor.items.domain import Field
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.knowledge import queries as knowledge
from watchfloor.policy import queries as policies
from watchfloor.policy.contracts import ClaimHit, PolicyRef, VersionRef, ViolationRef
from watchfloor.review import (
    author_marks,
    bench_live,
    bench_media,
    bench_sides,
    blind,
    link_cards,
    looks,
    queries,
    thread,
    tongues,
    translators,
)
from watchfloor.review.bench_view import AuthorView, ItemView, author_view, item_view
from watchfloor.review.domain import marks, scripts
from watchfloor.review.models import Appeal, Case, Decision, Escalation, Job, Report, Signal
from watchfloor.review.models_special import Mark
from watchfloor.review.queries import case_history, inquiries
from watchfloor.review.queries.due_times import why_due
from watchfloor.review.queries.timeline import Entry
from watchfloor.workforce import wellbeing

MANY = 200
SHOWN = 40


class PolicyChoice(msgspec.Struct, frozen=True):
    """A policy as it can be picked here: its text in force, the violation types that hold in this market."""

    policy: PolicyRef
    version: VersionRef | None
    overlay: str
    violations: tuple[ViolationRef, ...]


class Reports(msgspec.Struct, frozen=True):
    """Reports of a case: counted by reason, and the latest with what they wrote."""

    total: int
    reasons: tuple[tuple[str, int], ...]
    latest: tuple[Report, ...]


def my_job(actor: Actor, job_id: UUID) -> Job | None:
    """The job if this actor holds it now, else None. ``NotFound`` when they may not even know of it."""
    known = queries.known_jobs(actor).filter(pk=job_id)
    job = known.select_related("case", "case__item", "case__item__author").first()
    if job is None:
        raise NotFound("unknown_job", "There is no such job.")
    now = clock.now()
    if (
        job.state == Job.State.LEASED
        and str(job.lease_holder) == actor.id
        and job.lease_until
        and job.lease_until > now
    ):
        return job
    return None


def fields_of(type_key: str) -> tuple[str, list[Field]]:
    """The type's name and fields; a type that is gone still shows its items, field by field."""
    try:
        row, fields = items.item_type(type_key)
    except BadInput:
        return type_key, []
    return row.name, fields


def item(case: Case, signals: list[Signal]) -> ItemView:
    """The version that was reported, with what rules and models weighed."""
    _, fields = fields_of(case.item.type_key)
    return item_view(fields, items.snapshot(case.item_version), [signal.details for signal in signals])


def author(case: Case, actor: Actor) -> AuthorView | None:
    """The account that answers for the case's item, if the platform named one, with what the actor may know of its record."""
    account = items.account_of(case.item)
    if account is None:
        return None
    _, fields = fields_of(account.type_key)
    data = items.snapshot(account.current_version) if account.current_version else None
    found = author_view(account, fields, data, enforcement.standing(account))
    if blind.hides_verdicts(actor, case):
        return found
    return msgspec.structs.replace(found, marks=tuple(author_marks.of(actor, account)))


def reports(case: Case) -> Reports:
    """Counts by reason over all, and the latest ``SHOWN``."""
    rows = Report.objects.filter(case=case)
    counts = rows.values_list("reason_key").annotate(count=Count("pk")).order_by("-count", "reason_key")
    reasons = tuple((key, count) for key, count in counts)
    return Reports(sum(count for _key, count in reasons), reasons, tuple(rows.order_by("-received_at", "-pk")[:SHOWN]))


def signals(case: Case) -> list[Signal]:
    """The latest signals, strongest first among those of one source."""
    return list(Signal.objects.filter(case=case).order_by("-at", "-pk")[:MANY])


def choices(actor: Actor, case: Case) -> list[PolicyChoice]:
    """The policies one may decide under here, the case's own first; those one is not cleared for are left out."""
    found = []
    for policy in policies.all_policies():
        if policy.clearance and not actor.may("case.view", clearance=policy.clearance):
            continue
        kinds = tuple(policies.violations(policy.key, case.market))
        if not kinds:
            continue
        version = policies.version_in_force(policy.key)
        overlay = version.overlay_in(case.market) if version else ""
        found.append(PolicyChoice(policy, version, overlay, kinds))
    found.sort(key=lambda choice: choice.policy.key != case.policy_key)
    return found


def effects(case: Case, violation_key: str) -> list[ActionPreview]:
    """Every action of the catalogue as it would work here, the violation type's own first."""
    keys = [kind.key for kind in enforcement.kinds()]
    found = enforcement.preview(case.item, violation_key, keys)
    return sorted(found, key=lambda action: not action.default)


def appeal_of(job: Job) -> Appeal | None:
    """The appeal an appeal job hears, with the decision appealed."""
    if job.kind != "appeal" or job.appeal_id is None:
        return None
    return Appeal.objects.select_related("decision").filter(pk=job.appeal_id).first()


def escalation_of(job: Job) -> Escalation | None:
    """Why an escalated job was handed up."""
    if job.kind != "escalation":
        return None
    return Escalation.objects.filter(case=job.case_id).order_by("-raised_at").first()


def exposure_ms(actor: Actor) -> int:
    """What this person was shown today of severity 3 and above, in milliseconds of their own day."""
    return sum(ms for severity, ms in wellbeing.spent(UUID(actor.id)).today.items() if severity >= 3)


def just_decided(actor: Actor, decision_id: str, within: timedelta) -> Decision | None:
    """The decision whose undo is still on offer, if it is this actor's, fresh and standing."""
    try:
        pk = UUID(decision_id)
    except ValueError:
        return None
    row = Decision.objects.select_related("case").filter(pk=pk, decider=str(actor), superseded_at__isnull=True).first()
    return row if row is not None and clock.now() - row.at <= within else None


def context(actor: Actor, job: Job) -> dict[str, Any]:
    """Everything the template names, for a job this actor holds."""
    case = job.case
    found_signals = signals(case)
    type_name, fields = fields_of(case.item.type_key)
    data = items.snapshot(case.item_version)
    return {
        "job": job,
        "case": case,
        "item": item_view(fields, data, [signal.details for signal in found_signals]),
        "links": link_cards.links(fields, data or {}),
        "claims": claims_of(case, data),
        "media_views": bench_media.views(case.item_version, actor),
        "live_panel": bench_live.panel(case, actor),
        "sides": bench_sides.of(actor, case),
        "marks": marks_of(case),
        "script": scripts.share(items.text_of(case.item.type_key, data) if data else ""),
        "language_found": tongues.was_found(case),
        "can_translate": bool(translators.known()),
        "type_name": type_name,
        "author": author(case, actor),
        "is_look": job.kind in looks.KINDS,
        "reports": reports(case),
        "signals": found_signals,
        "thread": thread.window(actor, case),
        "linked": queries.linked_cases(actor, case.pk),
        "precedents": [row for row in queries.precedents(actor, case.policy_key) if row.case_id != case.pk],
        "rulings": queries.rulings(actor, case.policy_key),
        "answers": inquiries.precedents(queries.visible_cases(actor), case.policy_key, case),
        "articles": knowledge.beside(case.policy_key),
        "inquiries": inquiries.of_case(case),
        "timeline": timeline(actor, job),
        "why": queries.why(job),
        "why_due": why_due(job),
        "choices": choices(actor, case),
        "tree": policies.decision_tree(case.policy_key, case.market),
        "appeal": appeal_of(job),
        "no_reasons": job.kind == "appeal" and blind.hides_reasoning(actor, case),
        "escalation": escalation_of(job),
        "today": queries.reviewer_today(actor),
        "exposure_ms": exposure_ms(actor),
        "changed_since": bool(case.item.current_version and case.item.current_version != case.item_version),
    }


def claims_of(case: Case, data: dict[str, Any] | None) -> list[ClaimHit]:
    """The claims of the register that the item repeats, as they hold in the case's market."""
    text = items.text_of(case.item.type_key, data) if data else ""
    return policies.claims_in(text, market=case.market) if text else []


def timeline(actor: Actor, job: Job) -> tuple[Entry, ...]:
    """The newest of the case's history, as whoever holds this job may know it."""
    found = case_history.latest(job.case)
    if job.kind in looks.BLIND:
        return blind.without_verdicts(found, actor)
    if job.kind != "appeal":
        return found
    return (
        blind.without_reasoning(found, actor)
        if blind.hides_reasoning(actor, job.case)
        else blind.nameless(found, actor)
    )


def marks_of(case: Case) -> list[dict[str, Any]]:
    """The moments that were pointed at, in their order."""
    rows = Mark.objects.filter(case=case, removed_at__isnull=True).order_by("at_ms", "made_at")[:MANY]
    return [{"at_ms": row.at_ms, "at": marks.write(row.at_ms), "note": row.note, "medium": row.medium} for row in rows]


def aas_ms(actor: Actor, since: datetime | None = None) -> int | None:
    """The mean age at solving (AAS) of what this actor decided today, in milliseconds."""
    start = since or clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Decision.objects.filter(decider=str(actor), at__gte=start, job__decided_at__isnull=False).exclude(
        origin="undo"
    )
    mean = mine.aggregate(mean=Avg(F("job__decided_at") - F("job__opened_at")))["mean"]
    return None if mean is None else int(mean / timedelta(milliseconds=1))
