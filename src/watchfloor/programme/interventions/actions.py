"""The only writers of interventions: begun, measured (again), withdrawn."""

from __future__ import annotations

from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.insight import catalogue
from watchfloor.insight.schema import DIMENSIONS
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.programme.interventions import access, domain, measuring
from watchfloor.programme.interventions.domain import Planned
from watchfloor.programme.interventions.events import InterventionBegun, InterventionMeasured, InterventionWithdrawn
from watchfloor.programme.interventions.models import Intervention

State = Intervention.State
MOST_VALUES = 50


def begin(w: Writer, actor: Actor, planned: Planned) -> Intervention:
    """Write an intervention down, with what it should do; it is measured when its day comes.

    Raises:
        BadInput: it cannot be measured as it stands, or reaches beyond what the actor sees.
    """
    values = _checked(actor, planned)
    row = w.create(
        Intervention, **values, state=State.WAITING, made_by=w.actor, made_at=clock.now()
    )  # fmt: skip
    w.event(_begun(row), row)
    return row


def change(w: Writer, actor: Actor, intervention_id: UUID, planned: Planned) -> Intervention:
    """Write it anew, as long as its day has not come.

    Raises:
        Conflict: it was measured: what was expected stays as it was.
    """
    row = locked(intervention_id)
    if row.state != State.WAITING or row.measure_on <= clock.now():
        raise Conflict("measured_already", "It was measured already, so what was expected of it stays.")
    w.update(row, **_checked(actor, planned))
    if w.has_changes:
        w.event(_begun(row), row)
    return row


def measure(w: Writer, row: Intervention) -> Intervention:
    """Measure it as far as facts reach now; the newest result stands, the ledger keeps all of them."""
    found = measuring.measured(row)
    row = locked(row.pk)
    if row.state == State.WITHDRAWN:
        raise Conflict("withdrawn", "It was withdrawn, so there is nothing to measure.")
    again = row.state == State.MEASURED
    now = clock.now()
    # Measured early, on demand, it is measured once more on its day.
    state = State.MEASURED if now >= row.measure_on else State.WAITING
    w.update(row, state=state, outcome=found.outcome, measured_at=now, result=msgspec.to_builtins(found))
    told = found.effect
    said = InterventionMeasured(
        metric=row.metric, where=row.filters, outcome=found.outcome, method=told.method, estimate=told.estimate, low=told.low,
        high=told.high, p=told.p, again=again,
    )  # fmt: skip
    w.event(said, row)
    return row


def withdraw(w: Writer, intervention_id: UUID, *, withdrawn: bool = True) -> Intervention:
    """It was not done after all; ``withdrawn`` false takes that back."""
    row = locked(intervention_id)
    state = State.WITHDRAWN if withdrawn else State.WAITING
    if (row.state == State.WITHDRAWN) != withdrawn:
        w.update(row, state=state)
        w.event(InterventionWithdrawn(metric=row.metric, withdrawn=withdrawn), row)
    return row


def locked(intervention_id: UUID) -> Intervention:
    """The row, for writing."""
    row = Intervention.objects.select_for_update().filter(pk=intervention_id).first()
    if row is None:
        raise NotFound("unknown_intervention", "There is no such intervention.")
    return row


def _checked(actor: Actor, planned: Planned) -> dict[str, object]:
    domain.check(planned, clock.now())
    metric = catalogue.metric(planned.metric)
    published = measuring.published(metric)
    if published:
        domain.check_published(planned)
    if metric.kind in ("stock_count", "stock_share", "stock_quantile", "stock_max") and planned.by == "reviewer":
        raise BadInput("bad_dimension", "People are not compared with one another here.", where="by")
    filters = {
        name: sorted({each.strip() for each in values if each.strip()}) for name, values in planned.filters.items()
    }
    filters = {name: values for name, values in filters.items() if values}
    for name, values in (*filters.items(), (planned.by, planned.others)):
        if name and (name not in DIMENSIONS or name == "reviewer"):
            raise BadInput("unknown_dimension", f"{name[:40]!r} is no dimension to measure by.", where="filters")
        if len(values) > MOST_VALUES or any(len(each) > 120 for each in values):
            raise BadInput("many_values", f"At most {MOST_VALUES} values of a dimension.", where="filters")
    if not access.sees(actor, filters, access.EDIT):
        raise BadInput("beyond", "Choose what it touches among what is yours.", where="filters")
    controls = {"by": planned.by, "values": sorted(set(planned.others))} if planned.by else {}
    return {
        "title": planned.title.strip(), "note": planned.note.strip(), "metric": metric.key, "filters": filters, "controls": controls,
        "expected_change": planned.expected_change, "step": domain.step_of(planned.happened_at, planned.measure_on, published=published),
        "happened_at": planned.happened_at, "measure_on": planned.measure_on, "about": planned.about,
        "owner": planned.owner.strip()[:120] or str(actor),
    }  # fmt: skip


def _begun(row: Intervention) -> InterventionBegun:
    return InterventionBegun(
        metric=row.metric, where=row.filters, expected_change=row.expected_change, concerns=row.about, owner=row.owner,
        acted_at=row.happened_at.isoformat(timespec="seconds"), due_at=row.measure_on.isoformat(timespec="seconds"),
    )  # fmt: skip
