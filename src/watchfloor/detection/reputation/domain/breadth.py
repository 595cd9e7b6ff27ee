"""When a restriction is so wide that a second person must agree: by what it would have hit, or by its form where nothing was seen."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Final

import msgspec

from watchfloor.detection.reputation.domain import subjects

SHARE: Final = 0.01  # of all accounts seen
FEW: Final = 20  # accounts that are never called many
PREFIX: Final = {4: 16, 6: 32}  # a shorter one is wide whatever it hit


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What a restriction would have hit.

    Attributes:
        source: ``lake``, or ``items`` where no events are kept, or "" where there was nothing to read.
        since: how far back was read; ``whole`` is False where the time did not suffice for all days.
        events, accounts: hit, of ``events_seen`` and ``accounts_seen``.
        violating, clean: of the accounts hit, those of which people later found something violating, and those found clean only.
    """

    days: int
    source: str = ""
    since: str = ""
    whole: bool = True
    events: int = 0
    accounts: int = 0
    events_seen: int = 0
    accounts_seen: int = 0
    violating: int = 0
    clean: int = 0


def why_wide(subject: str, value: str, reach: Reach) -> str:
    """Why a second person must agree, as a code; "" where nobody must."""
    if subject == subjects.IP:
        network = ip_network(value)
        if network.prefixlen < PREFIX[network.version]:
            return "network"
    if reach.accounts > FEW and reach.accounts > SHARE * reach.accounts_seen:
        return "many"
    if not reach.accounts_seen and subject in (subjects.BAND, subjects.AGE, subjects.DISPOSABLE):
        return "unseen"
    return ""
