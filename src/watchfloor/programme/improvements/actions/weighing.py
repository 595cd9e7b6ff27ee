"""The house says what a breach, a wrongful decision and a minute of exposure are worth to it."""

from __future__ import annotations

from collections.abc import Mapping

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer
from watchfloor.programme.improvements.domain.scores import Weights
from watchfloor.programme.improvements.events import ImprovementWeighed
from watchfloor.programme.improvements.models import WeightsRow

MOST = 100_000


def typed(given: Mapping[str, str], usual: Weights) -> Weights:
    """Weights from a form or an address; what is not given stays as it is."""
    found = {}
    for name in ("breach", "wrongful", "exposure"):
        text = given.get(name, "").strip().replace(",", ".")
        try:
            value = float(text) if text else getattr(usual, name)
        except ValueError:
            value = -1.0
        if not 0 <= value <= MOST:
            raise BadInput("bad_number", f"Write a number of minutes from 0 to {MOST:,}.", where=name)
        found[name] = value
    return Weights(**found)


def save(w: Writer, wanted: Weights) -> WeightsRow:
    """Keep them; they count from now on."""
    row = w.create(
        WeightsRow,
        breach=wanted.breach,
        wrongful=wanted.wrongful,
        exposure=wanted.exposure,
        made_by=w.actor,
        made_at=clock.now(),
    )
    w.event(ImprovementWeighed(breach=wanted.breach, wrongful=wanted.wrongful, exposure=wanted.exposure), row)
    return row
