"""A proposal is sized: what the figures say now, times the share a person expects to change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.platform import datefields
from watchfloor.programme.improvements import evidence, rates
from watchfloor.programme.improvements.actions.proposing import editable
from watchfloor.programme.improvements.domain import states
from watchfloor.programme.improvements.domain.amounts import Amount, Guess, effect, guess
from watchfloor.programme.improvements.domain.quantities import FILTERS, KINDS, Kind
from watchfloor.programme.improvements.domain.story import line
from watchfloor.programme.improvements.events import ImprovementSized
from watchfloor.programme.improvements.models import Proposal, Quantity

USUAL = timedelta(days=28)


def size(w: Writer, actor: Actor, key: UUID, given: Mapping[str, str]) -> Quantity:
    """Read one quantity as a form gives it: ``kind``, filters, ``starts_on``, ``ends_on``, ``share_low`` ... in percent, ``basis``.

    A quantity of the same kind that was read before is succeeded by this one.
    """
    row = _sizable(actor, key)
    kind = KINDS.get(given.get("kind", ""))
    if kind is None:
        raise BadInput("unknown_quantity", "Choose what to size.", where="kind")
    percent = guess(given, "share", most=100)
    share = Guess(percent.low / 100, percent.likely / 100, percent.high / 100)
    filters = {name: given[name].strip() for name in FILTERS if given.get(name, "").strip()}
    start, end = _period(given)
    basis = line(given.get("basis", ""), "basis", longest=300, needed=False)
    each, currency = _each(kind, given, filters)
    found = evidence.read(w, actor, kind, filters, start, end, f"improvement:{row.pk}")
    seed = row.number
    result = effect(found.base, share, each, seed=seed)
    for old in row.quantities.select_for_update().filter(kind=kind.key, dropped_at=None):
        w.update(old, dropped_at=clock.now())
    made = w.create(
        Quantity, proposal=row, kind=kind.key, filters=filters, starts_on=start, ends_on=end, base=_numbers(found.base),
        reach=found.jobs * (share.likely if kind.each else 1.0), share=[share.low, share.likely, share.high],
        each=[] if each is None else [each.low, each.likely, each.high], result=_numbers(result), currency=currency,
        facts=[[fact.metric, fact.fact, fact.value, fact.low, fact.high] for fact in found.facts], basis=basis, seed=seed,
        read_by=str(actor), read_at=clock.now(),
    )  # fmt: skip
    _say(w, made, dropped=False)
    return made


def drop(w: Writer, actor: Actor, key: UUID, quantity: UUID) -> None:
    """Take a quantity out of a proposal; ``restore`` brings it back."""
    row = _sizable(actor, key)
    found = row.quantities.select_for_update().filter(pk=quantity, dropped_at=None).first()
    if found is None:
        raise NotFound("unknown_quantity", "There is no such line.")
    w.update(found, dropped_at=clock.now())
    _say(w, found, dropped=True)


def restore(w: Writer, actor: Actor, key: UUID, quantity: UUID) -> None:
    """It was taken out by mistake."""
    row = _sizable(actor, key)
    found = row.quantities.select_for_update().filter(pk=quantity).exclude(dropped_at=None).first()
    if found is None:
        raise NotFound("unknown_quantity", "There is no such line.")
    if row.quantities.filter(kind=found.kind, dropped_at=None).exists():
        raise Conflict("sized_again", "It was sized again since.", hint="Load the page again.")
    w.update(found, dropped_at=None)
    _say(w, found, dropped=False)


def _sizable(actor: Actor, key: UUID) -> Proposal:
    row = editable(actor, key)
    if row.state not in (states.DRAFT, states.LATER):
        raise Conflict("decided", f"The proposal is {row.state}; what it was decided on stays as it is.")
    return row


def _period(given: Mapping[str, str]) -> tuple[date, date]:
    found = []
    for name in ("starts_on", "ends_on"):
        found.append(datefields.day_or_none(given.get(name, ""), name))
    end = found[1] or clock.now().date() - timedelta(days=1)
    return found[0] or end - USUAL + timedelta(days=1), end


def _each(kind: Kind, given: Mapping[str, str], filters: Mapping[str, str]) -> tuple[Guess | None, str]:
    """What multiplies once more: minutes lost each time, or what a minute costs by the contracts in force."""
    if kind.each:
        return guess(given, "each", most=240), ""
    if kind.unit == "money":
        hourly, currency = rates.hourly(filters.get("vendor", ""))
        return Guess(hourly.low / 60, hourly.likely / 60, hourly.high / 60), currency
    return None, ""


def _numbers(amount: Amount) -> list[float]:
    return [round(amount.value, 6), round(amount.low, 6), round(amount.high, 6)]


def _say(w: Writer, row: Quantity, *, dropped: bool) -> None:
    value, low, high = row.result
    w.event(ImprovementSized(quantity=row.kind, expected=value, low=low, high=high, dropped=dropped), row)
