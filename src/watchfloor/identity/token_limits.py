"""Where a token counts: queues, markets and vendors, as in a person's grant.

A token that has limits may hold only what is looked at row by row within them; what concerns the whole house (its people, its settings, its
own figures) is refused beside a limit, so that a limit always means what it says. A report or an event that is sent with such a token
must name one of its markets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from watchfloor.identity import limits
from watchfloor.identity.domain import Scope
from watchfloor.kernel.errors import BadInput

QUEUES, MARKETS, VENDORS = "queues", "markets", "vendors"
KINDS: Final = (QUEUES, MARKETS, VENDORS)
MOST: Final = 200
LONGEST: Final[Mapping[str, int]] = {QUEUES: 80, MARKETS: 12, VENDORS: 40}
_OWN_ROWS: Final = frozenset({QUEUES, MARKETS})
_OF_MARKETS: Final = frozenset({MARKETS})
_OF_VENDORS: Final = frozenset({VENDORS})

# By what each permission is limited, row by row, wherever a program can use it. Whatever is not here cannot be limited.
LIMITED_BY: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(
        ("report.submit", "event.submit", "media.submit", "verdict.ask", "item.read", "appeal.submit"), _OF_MARKETS
    ),
    **dict.fromkeys(
        ("case.view", "review.work", "review.appeal", "review.escalation", "review.look", "enforcement.view",
         "enforcement.approve", "enforcement.lift"),
        _OWN_ROWS,
    ),
    **dict.fromkeys(("insight.view", "insight.sql"), _OWN_ROWS | _OF_VENDORS),
    "quality.view": _OF_MARKETS | _OF_VENDORS,
    **dict.fromkeys(("vendor.view", "vendor.manage", "vendor.work", "wellbeing.view"), _OF_VENDORS),
}  # fmt: skip


class Within(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of a token; None: everywhere."""

    queues: tuple[str, ...] | None = None
    markets: tuple[str, ...] | None = None
    vendors: tuple[str, ...] | None = None

    @property
    def named(self) -> dict[str, tuple[str, ...]]:
        """The limits there are, by kind."""
        return {kind: found for kind in KINDS if (found := getattr(self, kind)) is not None}

    @property
    def columns(self) -> dict[str, Any]:
        """As the row of a token holds them."""
        return {kind: None if (found := getattr(self, kind)) is None else list(found) for kind in KINDS}

    @property
    def sets(self) -> dict[str, Any]:
        """As a scope holds them."""
        return {kind: None if (found := getattr(self, kind)) is None else frozenset(found) for kind in KINDS}


EVERYWHERE: Final = Within()


def within(
    *,
    queues: Sequence[str] | None = None,
    markets: Sequence[str] | None = None,
    vendors: Sequence[str] | None = None,
) -> Within:
    """Limits as somebody names them; an empty list is none. ``BadInput`` for a queue or vendor that is not there."""
    given = {QUEUES: queues, MARKETS: markets, VENDORS: vendors}
    return Within(**{kind: _names(kind, values) for kind, values in given.items() if values})


def fit(found: Within, permissions: Iterable[str]) -> None:
    """Refuse a limit that one of these permissions does not know."""
    for kind in found.named:
        for permission in sorted(permissions):
            if kind not in LIMITED_BY.get(permission, frozenset()):
                raise BadInput(
                    "cannot_limit",
                    f"{permission!r} cannot be limited to some {kind}.",
                    where=kind,
                    hint="Leave it out, or make a second token for it.",
                )


def scope(permissions: Iterable[str], found: Within, **more: Any) -> Scope:
    """What a token may do, and where."""
    return Scope(role="token", permissions=frozenset(permissions), **found.sets, **more)


def _names(kind: str, values: Sequence[str]) -> tuple[str, ...]:
    names = tuple(sorted({text.strip() for text in values if text.strip()}))
    known = limits.known(kind) if kind != MARKETS else None
    strange = [name for name in names if len(name) > LONGEST[kind] or (known is not None and name not in known)]
    if strange or not names or len(names) > MOST:
        raise BadInput(
            "unknown_key",
            f"{strange[0][:60]!r} is not known here." if strange else f"Name 1 to {MOST} {kind}.",
            where=kind,
            hint=f"Known: {', '.join(sorted(known))}" if strange and known else "",
        )
    return names
