"""What an order must have to be acted on, by its kind. Pure data: what the instruments call the elements of an order.

Elements: who orders (an authority somebody made sure of), under which law, why, what exactly, and where it is.
"""

from __future__ import annotations

from typing import Final

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """``needs``: elements without which it cannot be acted on. ``acts``: it is about content, so cases are opened.

    ``basis``: of the hold that keeps what it speaks of.
    """

    needs: tuple[str, ...]
    acts: bool = True
    basis: str = "order"


_ALL: Final = ("authority", "reference", "legal_basis", "text")
KINDS: Final[dict[str, Kind]] = {
    # Regulation (EU) 2022/2065, articles 9 and 10
    "act_against_content": Kind((*_ALL, "locations")),
    "provide_information": Kind(_ALL, acts=False),
    # Regulation (EU) 2021/784, article 3(4) and annex I
    "tco_removal": Kind((*_ALL, "locations"), basis="tco"),
    # Online Safety Act 2021 (Australia); IT Rules 2021 (India)
    "esafety_notice": Kind((*_ALL, "locations")),
    "india_order": Kind((*_ALL, "locations")),
    "court_order": Kind((*_ALL, "locations")),
}


def missing(kind: str, given: dict[str, bool]) -> list[str]:
    """The elements this kind needs that are not there, in their order."""
    return [name for name in KINDS[kind].needs if not given.get(name)]
