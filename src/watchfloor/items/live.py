"""Live streams: what an item's own data say of going on, by the roles of its type."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from watchfloor.items import domain, queries
from watchfloor.items.models import Item

OVER: Final = frozenset({"", "0", "ended", "over", "finished", "stopped", "false", "no", "offline", "vod", "none"})


class Live(msgspec.Struct, frozen=True):
    """A stream that is going on. ``url`` is the platform's own address: shown as text, never loaded."""

    viewers: int = 0
    url: str = ""


def may_be_live(type_key: str) -> bool:
    """Whether items of this type can go on live: it has a field with the role ``liveState``."""
    known = queries.types().get(type_key)
    return known is not None and bool(domain.role(known[1], "liveState"))


def of_data(type_key: str, data: dict[str, Any] | None) -> Live | None:
    """The stream, if these data say that it goes on. ``liveState`` is a boolean or a word; absent means over."""
    known = queries.types().get(type_key)
    if known is None or data is None:
        return None
    fields = known[1]
    name = domain.role(fields, "liveState")
    state = data.get(name) if name else None
    if state is None or (state.strip().casefold() in OVER if isinstance(state, str) else not state):
        return None
    viewers = data.get(domain.role(fields, "viewers") or "")
    return Live(
        int(viewers) if isinstance(viewers, (int, float)) and viewers > 0 else 0,
        str(data.get(domain.role(fields, "streamUrl") or "") or ""),
    )


def now(item: Item) -> Live | None:
    """The stream as last heard of."""
    return of_data(item.type_key, queries.snapshot(item.current_version)) if may_be_live(item.type_key) else None
