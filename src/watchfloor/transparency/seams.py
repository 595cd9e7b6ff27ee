"""What another context brings to a report when it is there: disputes before out-of-court bodies.

They are read by a function that their context names here; without one there are none to count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from watchfloor.transparency.domain.annex.facts import Dispute, Period

DisputeReader = Callable[[Period], Iterable[Dispute]]
_disputes: list[DisputeReader] = []


def read_disputes(reader: DisputeReader) -> None:
    """From now on reports count the disputes this function finds."""
    _disputes.append(reader)


def disputes(period: Period) -> Iterable[Dispute]:
    """Disputes submitted in the period."""
    return [dispute for reader in _disputes for dispute in reader(period)]
