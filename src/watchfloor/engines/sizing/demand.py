"""What is asked of an installation, by the day and at the peak."""

from __future__ import annotations

import msgspec

from watchfloor.kernel.errors import BadInput

DAY = 86_400


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """A platform and its floor.

    Args:
        events_per_day: what happens on the platform and is shown to rules.
        recorded: the share of it that is sent as events (kept, with its item); of the rest a verdict is asked and nothing is kept.
        reports_per_day: what people report.
        reviewers: how many there are; ``online``: the share of them at work at the busiest hour.
        decisions_per_hour: of one reviewer at work.
        peak: the busiest second as a multiple of the day's mean.
        busy: how much of a core may be used at the peak; what is left is for failing machines and for what nobody foresaw.
        cores: of one machine.
        days: how long rows stay in the database; ``lake_days``: how long events and facts stay as files.
    """

    events_per_day: float = 0
    recorded: float = 1.0
    reports_per_day: float = 0
    reviewers: int = 0
    online: float = 0.4
    decisions_per_hour: float = 60
    peak: float = 2.5
    busy: float = 0.6
    cores: int = 16
    database_cores: int = 64
    days: int = 90
    lake_days: int = 365

    def __post_init__(self) -> None:
        for name in ("events_per_day", "reports_per_day", "reviewers", "decisions_per_hour"):
            if not 0 <= getattr(self, name) <= 1e12:
                raise BadInput("bad_number", "That is not an amount.", where=name, hint="From 0 to 1e12.")
        for name in ("recorded", "online"):
            if not 0 <= getattr(self, name) <= 1:
                raise BadInput("bad_number", "That is not a share.", where=name, hint="From 0 to 1.")
        if not 0.05 <= self.busy <= 1:
            raise BadInput("bad_number", "That is not a share of a core.", where="busy", hint="From 0.05 to 1.")
        if not 1 <= self.peak <= 100:
            raise BadInput("bad_number", "The peak is a multiple of the mean.", where="peak", hint="From 1 to 100.")
        for name in ("cores", "database_cores", "days", "lake_days"):
            if not 1 <= getattr(self, name) <= 100_000:
                raise BadInput("bad_number", "That is too few or too many.", where=name, hint="From 1 to 100,000.")

    @property
    def units(self) -> dict[str, float]:
        """Units of work a second at the mean, by the names of the rates."""
        kept = self.events_per_day * self.recorded / DAY
        reports = self.reports_per_day / DAY
        return {
            "event accepted, in hundreds": kept,
            "verdict asked": self.events_per_day * (1 - self.recorded) / DAY,
            "event worked": kept,
            "event accepted, single": reports,  # a report comes alone and costs as much to accept
            "report worked": reports,
            "item keyed": kept + reports,
            "row to the lake": kept + reports,
            # ``online`` speaks of the busiest hour, so that is the peak of people already.
            "decision at the bench": self.reviewers * self.online * self.decisions_per_hour / 3600 / self.peak,
        }
