"""An accepted proposal is planned, delivered, and its benefit is looked at against what would have been without it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import Writer
from watchfloor.platform import datefields
from watchfloor.programme.improvements import benefits
from watchfloor.programme.improvements.actions.proposing import editable
from watchfloor.programme.improvements.actions.telling import tell
from watchfloor.programme.improvements.domain import states
from watchfloor.programme.improvements.domain.quantities import MEASURED
from watchfloor.programme.improvements.events import (
    ImprovementClosed,
    ImprovementDelivered,
    ImprovementMeasured,
    ImprovementPlanned,
)
from watchfloor.programme.improvements.models import Proposal, Quantity
from watchfloor.programme.interventions import actions as interventions
from watchfloor.programme.interventions.domain import Planned
from watchfloor.programme.interventions.models import Intervention
from watchfloor.programme.jira.actions import issues
from watchfloor.programme.tracking import actions as tracking

USUAL = timedelta(days=28)


def plan(w: Writer, actor: Actor, row: Proposal, *, due: datetime | None = None, issue: bool = False) -> None:
    """An initiative with one action that says the story; ``issue``: the same words become an issue in Jira."""
    about = f"improvement:{row.pk}"
    owner = actor.id if actor.kind == "user" else None
    made = tracking.begin_initiative(
        w,
        tracking.Started(
            kind="improvement", title=row.title, aim=row.so_that, owner=owner, state="running", about=about, vendor=row.vendor_key
        ),
    )  # fmt: skip
    action = tracking.add_action(
        w, tracking.Todo(title=row.title, text=row.story.text, owner=owner, due=due, initiative=made, about=about)
    )
    if issue:
        issues.make_issue(w, action, title=row.title, text=row.story.text)
    w.update(row, initiative_id=made.pk, action_id=action.pk)
    w.event(ImprovementPlanned(planned=True), row)


def give_up(w: Writer, row: Proposal, why: str) -> None:
    """What was planned for it is dropped."""
    if row.initiative_id is None or row.action_id is None:
        return
    tracking.move(w, row.action_id, state="dropped")
    tracking.change_initiative(w, row.initiative_id, state="dropped", why=why[:200])
    w.update(row, initiative_id=None, action_id=None)
    w.event(ImprovementPlanned(planned=False), row)


def deliver(w: Writer, actor: Actor, key: UUID, given: Mapping[str, str]) -> Proposal:
    """It is in use since ``shipped_on``; ``kind`` is looked at again on ``measure_on``, beside the other values of ``by``."""
    row = editable(actor, key)
    states.check(row.state, states.DELIVERED)
    unmet = [place for place, each in enumerate(row.criteria, 1) if not each[3]]
    if unmet:
        said = ", ".join(str(each) for each in unmet)
        raise BadInput(
            "not_met", f"Not seen to be met yet: line {said}.", where="criteria", hint="Check each line first."
        )
    shipped, measure_on = _day(given, "shipped_on"), _day(given, "measure_on")
    if shipped > clock.now().date():
        raise BadInput("bad_date", "That day is still to come.", where="shipped_on")
    line = row.quantities.filter(kind=given.get("kind", ""), dropped_at=None).first()
    if line is None or line.kind not in MEASURED:
        raise BadInput(
            "unknown_quantity", "Choose one of the sized quantities that can be measured again.", where="kind"
        )
    made = interventions.begin(w, actor, _planned(row, line, shipped, measure_on, given.get("by", "")))
    w.update(
        row, state=states.DELIVERED, delivered_at=_start(shipped), measure_on=measure_on, measure_kind=line.kind,
        intervention_id=made.pk,
    )  # fmt: skip
    if row.action_id is not None:
        tracking.move(w, row.action_id, state="done")
    tell(w, row)
    after = int((clock.now() - row.made_at).total_seconds() * 1000)
    w.event(ImprovementDelivered(after_ms=after, day=measure_on.isoformat()), row)
    return row


def take_back(w: Writer, actor: Actor, key: UUID) -> Proposal:
    """It is not in use after all."""
    row = editable(actor, key)
    states.check(row.state, states.ACCEPTED)
    if row.intervention_id is not None:
        interventions.withdraw(w, row.intervention_id)
    if row.action_id is not None:
        tracking.move(w, row.action_id, state="doing")
    w.update(row, state=states.ACCEPTED, delivered_at=None, measure_on=None, measure_kind="", intervention_id=None, benefit={},
             measured_at=None)  # fmt: skip
    tell(w, row)
    w.event(ImprovementDelivered(after_ms=0, day=""), row)
    return row


def measure(w: Writer, actor: Actor, key: UUID) -> Proposal:
    """Look at the benefit now, as far as facts reach."""
    row = editable(actor, key)
    if row.state != states.DELIVERED or row.intervention_id is None:
        raise Conflict("not_delivered", "There is nothing to measure yet.", hint="Deliver it first.")
    interventions.measure(w, interventions.locked(row.intervention_id))
    return take_in(w, row)


def take_in(w: Writer, row: Proposal) -> Proposal:
    """What was measured becomes the proposal's benefit, and whoever suggested it is told where it says something new."""
    found = benefits.of(row)
    if found is None or row.intervention_id is None:
        return row
    moment = Intervention.objects.values_list("measured_at", flat=True).get(pk=row.intervention_id)
    if row.measured_at == moment:
        return row
    stored = msgspec.to_builtins(found)
    if row.benefit != stored:
        tell(w, row)
    w.update(row, benefit=stored, measured_at=moment)
    said = ImprovementMeasured(
        quantity=row.measure_kind,
        told=found.told,
        expected=found.expected,
        found=found.value,
        low=found.low,
        high=found.high,
    )
    w.event(said, row)
    return row


def close(w: Writer, actor: Actor, key: UUID) -> Proposal:
    """Nothing more is done about it: the benefit stands as it was measured, or it cannot be told."""
    row = editable(actor, key)
    states.check(row.state, states.CLOSED)
    if not row.benefit:
        raise Conflict("not_measured", "Its benefit was not measured yet.", hint="Measure it first.")
    w.update(row, state=states.CLOSED, closed_at=clock.now())
    if row.initiative_id is not None:
        tracking.change_initiative(w, row.initiative_id, state="done")
    tell(w, row)
    w.event(ImprovementClosed(closed=True), row)
    return row


def _planned(row: Proposal, line: Quantity, shipped: date, measure_on: date, by: str) -> Planned:
    filters = {name: [value] for name, value in line.filters.items()}
    if by and by not in filters:
        raise BadInput("nothing_apart", "It can be compared by what it was sized for only.", where="by")
    if measure_on <= shipped:
        raise BadInput("bad_date", "Measure it after it is in use.", where="measure_on")
    metric = MEASURED[line.kind][0]
    change = benefits.share_of(line, metric)
    if change <= 0:
        raise BadInput("nothing_expected", "Nothing was expected of that quantity.", where="kind")
    return Planned(
        title=f"{row.code} {row.title}"[:200], metric=metric, expected_change=-change, happened_at=_start(shipped),
        measure_on=_start(measure_on), filters=filters, by=by, about=f"improvement:{row.pk}",
    )  # fmt: skip


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day(given: Mapping[str, str], name: str) -> date:
    usual = clock.now().date() + (USUAL if name == "measure_on" else timedelta(0))
    return datefields.day_or_none(given.get(name, ""), name) or usual
