"""What other contexts bring to a report when they are there: orders of authorities, disputes before out-of-court bodies.

Each is read by a function that its context names here; without one there is nothing of that kind to count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from watchfloor.transparency.domain.annex.facts import Dispute, Order, Period

OrderReader = Callable[[Period], Iterable[Order]]
DisputeReader = Callable[[Period], Iterable[Dispute]]
_orders: list[OrderReader] = []
_disputes: list[DisputeReader] = []


def read_orders(reader: OrderReader) -> None:
    """From now on reports count the orders this function finds."""
    _orders.append(reader)


def read_disputes(reader: DisputeReader) -> None:
    """From now on reports count the disputes this function finds."""
    _disputes.append(reader)


def orders(period: Period) -> Iterable[Order]:
    """Orders received in the period."""
    return [order for reader in _orders for order in reader(period)]


def disputes(period: Period) -> Iterable[Dispute]:
    """Disputes submitted in the period."""
    return [dispute for reader in _disputes for dispute in reader(period)]
