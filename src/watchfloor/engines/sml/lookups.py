"""What an evaluation may ask of the world outside the event, apart from labels: lists and banks, and what is known of an item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from watchfloor.engines.sml.lists import ListTable
    from watchfloor.engines.sml.outcome import Event


class ListLookup(Protocol):
    """Who knows the lists. What ``Context.lists`` holds; ``lists.frozen`` makes one from plain values."""

    def table(self, name: str) -> ListTable:
        """The list as it stands now.

        Raises:
            NotFound: there is none of that name.
        """
        ...


class Seen(msgspec.Struct, frozen=True):
    """A signal an item had before this event: from whom (``rule:NAME``, ``model:NAME``), of which policy, how certain, when."""

    source: str
    policy: str
    score: float | None
    at: datetime


class Findings(Protocol):
    """Who knows models and earlier signals. What ``Context.findings`` holds."""

    def score(self, policy: str, text: str) -> float:
        """How likely the text breaks the policy (0 to 1), by its live model.

        Raises:
            NotFound: no model of the policy is at work.
        """
        ...

    def device_key(self) -> bytes:
        """The installation's secret for ``DeviceKey``, at most 64 bytes."""
        ...

    def signals(self, event: Event) -> Sequence[Seen]:
        """The standing signals of the item the event is about."""
        ...

    def band(self, event: Event) -> str:
        """The band of the reputation of the account the event is about."""
        ...
