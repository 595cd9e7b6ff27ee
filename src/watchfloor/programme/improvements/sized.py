"""Proposals as they are scored: their quantities as stored, the house's weights, the order they come to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from watchfloor.kernel import clock
from watchfloor.programme.improvements.domain.amounts import MONTH, Amount, Guess, together
from watchfloor.programme.improvements.domain.scores import MINUTES, Score, Sized, Weights, score
from watchfloor.programme.improvements.models import Proposal, Quantity, WeightsRow


def weights() -> Weights:
    """The house's own; those that are usual until somebody sets them."""
    row = WeightsRow.objects.order_by("-made_at").first()
    return Weights() if row is None else Weights(row.breach, row.wrongful, row.exposure)


def quantities(row: Proposal) -> list[Quantity]:
    """What a proposal is sized by now."""
    return list(row.quantities.filter(dropped_at=None).order_by("read_at"))


def sized(row: Proposal, lines: Iterable[Quantity]) -> Sized:
    """As it is scored."""
    found = list(lines)
    reach = max((each.reach for each in found), default=0.0)
    left = None if row.window is None else max((row.window - _today()).days / MONTH, 0.0)
    return Sized(
        key=str(row.pk), quantities={each.kind: Amount(*each.result) for each in found}, reach=reach,
        effort=Guess(*row.effort) if row.effort else None, months_left=left,
    )  # fmt: skip


def many(rows: Iterable[Proposal]) -> list[Sized]:
    """Several at once, in two questions."""
    found = list(rows)
    lines: dict[Any, list[Quantity]] = {}
    for each in Quantity.objects.filter(proposal__in=found, dropped_at=None):
        lines.setdefault(each.proposal_id, []).append(each)
    return [sized(row, lines.get(row.pk, [])) for row in found]


def hours(of: Sized) -> Amount | None:
    """Agent-hours a month, of those that are sized in minutes."""
    parts = [of.quantities[kind] for kind in MINUTES if kind in of.quantities]
    if not parts:
        return None

    return together([(1 / 60, each) for each in parts])


def snapshot(row: Proposal) -> dict[str, Any]:
    """The scores as they stand, for the decision log."""
    held = weights()
    found: Score = score(sized(row, quantities(row)), held)
    return {
        "worth": [found.worth.value, found.worth.low, found.worth.high], "rice": found.rice, "wsjf": found.wsjf,
        "confidence": found.confidence, "effort": found.effort, "weights": [held.breach, held.wrongful, held.exposure],
    }  # fmt: skip


def _today() -> date:
    return clock.now().date()
