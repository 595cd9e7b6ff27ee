"""Readers for trainers and those who run sites: who is certified where, and what the answers say of the questions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from watchfloor.engines.agreement import ItemFigures, analyse
from watchfloor.engines.exams import Reliability, reliability
from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.policy import queries as policies
from watchfloor.training import bank, learning
from watchfloor.training.contracts import Certified, PersonRow, SiteRow
from watchfloor.training.models import Answer, Exam, Sitting, TrainingItem
from watchfloor.workforce.certificates import held_of
from watchfloor.workforce.models import Certificate, Reviewer, Vendor


class BankRow(msgspec.Struct, frozen=True, kw_only=True):
    """How a policy's material stands: what counts, what waits for approval, what the policy's change has made stale."""

    policy_key: str
    name: str
    version: int | None
    practice: int
    questions: int
    waiting: int
    stale: int
    has_exam: bool


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What the answers say: per question (by item key), and per form ``(form, sittings, kr20)``; ``measured``: the same
    forms with the interval of KR-20 and the error of a score, None where no question of a form is as it was asked."""

    sittings: int
    passed: int
    items: dict[str, ItemFigures]
    forms: list[tuple[int, int, float | None]]
    measured: list[Reliability | None]


def policies_taught() -> list[tuple[str, str]]:
    """``(key, name)`` of the policies the map has columns for: those with an exam."""
    with_exam = set(Exam.objects.values_list("policy_key", flat=True))
    return [(policy.key, policy.name) for policy in policies.all_policies() if policy.key in with_exam]


def certified(actor: Actor, *, vendor: str = "") -> list[SiteRow]:
    """The map site x policy, of the vendors the actor may see."""
    rows = _people(actor, vendor)
    held = _holds(row.pk for row in rows)
    vendors = {row.key: row for row in Vendor.objects.all()}
    groups: dict[tuple[str, str], list[Reviewer]] = {}
    for row in rows:
        own = vendors.get(row.vendor_key)
        groups.setdefault((own.site if own else "", row.vendor_key), []).append(row)
    found = []
    for (site, key), people in sorted(groups.items()):
        cells = tuple(
            Certified(
                policy_key=policy, people=len(people), current=sum(held[p.pk].get(policy) == "current" for p in people),
                renew=sum(held[p.pk].get(policy) in ("old", "ended") for p in people),
            )
            for policy, _ in policies_taught()
        )  # fmt: skip
        name = vendors[key].name if key in vendors else key
        found.append(SiteRow(site=site, vendor_key=key, vendor=name, people=len(people), cells=cells))
    return found


def people(actor: Actor, vendor: str) -> list[PersonRow]:
    """The people behind a row of the map, by name."""
    rows = _people(actor, vendor)
    names = names_of(f"user:{row.pk}" for row in rows)
    held = _certificates(row.pk for row in rows)
    found = []
    for row in rows:
        state = _holding(held.get(row.pk, []))
        found.append(
            PersonRow(
                reviewer_id=row.pk, name=names[f"user:{row.pk}"], team=row.team,
                holds={key: holds for key, (holds, _) in state.items()}, until={key: end for key, (_, end) in state.items()},
            )
        )  # fmt: skip
    return sorted(found, key=lambda each: each.name.casefold())


def banks() -> list[BankRow]:
    """How the material of each policy stands; policies without any last."""
    found = []
    with_exam = set(Exam.objects.values_list("policy_key", flat=True))
    for policy in policies.all_policies():
        rows = list(TrainingItem.objects.filter(policy_key=policy.key).exclude(state="retired"))
        stale = [row for row in rows if bank.is_stale(row)]
        good = [row for row in rows if row.state == "approved" and row not in stale]
        version = policies.version_in_force(policy.key)
        found.append(
            BankRow(
                policy_key=policy.key, name=policy.name, version=version.number if version else None,
                practice=sum(row.use == "practice" for row in good), questions=sum(row.use == "exam" for row in good),
                waiting=sum(row.state == "draft" and row not in stale for row in rows), stale=len(stale),
                has_exam=policy.key in with_exam,
            )
        )  # fmt: skip
    return sorted(found, key=lambda row: not (row.has_exam or row.practice or row.waiting or row.stale))


def items(policy_key: str, *, use: str = "", state: str = "") -> list[TrainingItem]:
    """The items of a policy, by use and topic; ``state`` may also be ``stale``. Retired ones only when asked for."""
    rows = TrainingItem.objects.filter(policy_key=policy_key).order_by("use", "topic", "difficulty", "key")
    if use:
        rows = rows.filter(use=use)
    if state == "stale":
        return [row for row in rows.exclude(state="retired") if bank.is_stale(row)]
    return list(rows.filter(state=state) if state else rows.exclude(state="retired"))


def figures(policy_key: str) -> Figures:
    """Difficulty, discrimination and reliability from the exams that are over; answers to earlier revisions are left out."""
    over = Sitting.objects.filter(policy_key=policy_key, state__in=["passed", "failed"])
    now = {row.pk: row for row in TrainingItem.objects.filter(policy_key=policy_key, use="exam")}
    right = {
        (row.sitting_id, row.item_id): row.right
        for row in Answer.objects.filter(sitting__in=over)
        if row.item_id in now and row.revision == now[row.item_id].revision
    }
    answers: list[dict[str, bool]] = []
    by_form: dict[tuple[int, tuple[UUID, ...]], list[dict[str, bool]]] = {}
    for sitting in over:
        asked = [
            UUID(name) for name, revision in sitting.items if UUID(name) in now and now[UUID(name)].revision == revision
        ]
        answers.append({now[item].key: right.get((sitting.pk, item), False) for item in asked})
        # Two sittings of one form count as one test only while the same questions were asked.
        by_form.setdefault((sitting.form, tuple(sorted(asked))), []).append(answers[-1])
    forms: list[tuple[int, int, float | None]] = []
    measured: list[Reliability | None] = []
    for (form, _), rows in sorted(by_form.items(), key=lambda pair: pair[0][0]):
        names = sorted(rows[0])
        found = reliability([[float(row[name]) for name in names] for row in rows]) if names else None
        forms.append((form + 1, len(rows), found.alpha if found else None))
        measured.append(found)
    return Figures(
        sittings=len(answers), passed=over.filter(state="passed").count(), items={row.item: row for row in analyse(answers)},
        forms=forms, measured=measured,
    )  # fmt: skip


def _people(actor: Actor, vendor: str) -> list[Reviewer]:
    allowed = access.rows(actor, "training.view", vendor="vendor_key")
    rows = Reviewer.objects.filter(allowed, active=True)
    return list(rows.filter(vendor_key=vendor) if vendor else rows)


def _certificates(ids: Iterable[UUID]) -> dict[UUID, list[Certificate]]:
    found: dict[UUID, list[Certificate]] = {}
    for row in Certificate.objects.filter(reviewer_id__in=list(ids)):
        found.setdefault(row.reviewer_id, []).append(row)
    return found


def _holds(ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    wanted = list(ids)
    rows = _certificates(wanted)
    return {pk: {key: state for key, (state, _) in _holding(rows.get(pk, [])).items()} for pk in wanted}


def _holding(rows: list[Certificate]) -> dict[str, tuple[str, datetime | None]]:
    held, now = held_of(rows), clock.now()
    known = {policy.key for policy in policies.all_policies()}
    found = {}
    for key in {each.key for each in held} & known:
        version = policies.version_in_force(key)
        own = [each for each in held if each.key == key]
        found[key] = learning.holding(own, version.number if version else None, now)
    return found
