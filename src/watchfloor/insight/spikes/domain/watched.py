"""Which metrics are watched, by which dimensions, and how far a number must be off to be worth a person's time."""

from __future__ import annotations

import msgspec

from watchfloor.insight.spikes.domain.ranking import QUALITY, STOCK, TIME, VOLUME

IN = ("queue", "market", "policy", "channel", "language")
WORK = ("queue", "market", "policy", "vendor", "language")


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """One metric that is watched.

    Attributes:
        key: of the catalogue.
        dims: what it is split by, to watch and to locate.
        ratio: a mean or a share (numerator and denominator), not a count.
        stock: what there is at the end of an hour (see ``stocks``), not what came in it.
        least: by how much a count must be off at least; for a ratio the least denominator.
        relative: by which part of what was expected it must be off at least.
        excess: of a ratio: so much more (or less) must there be in the numerator.
        pairs: dimensions that are watched together too: what dips in one corner is lost in either.
        bad: the direction that is a worry: up | down | both. Others are alarms too, of less weight.
    """

    key: str
    dims: tuple[str, ...]
    family: str = VOLUME
    ratio: bool = False
    stock: bool = False
    least: float = 6.0
    relative: float = 0.5
    excess: float = 0.0
    bad: str = "up"
    pairs: tuple[tuple[str, ...], ...] = ()


WATCHED: dict[str, Watched] = {
    each.key: each
    for each in (
        Watched(key="incoming_manual", dims=IN, bad="both", pairs=(("market", "policy"),)),
        Watched(key="incoming_total", dims=IN[1:], bad="both"),
        Watched(key="solved_manual", dims=WORK, bad="down", least=10.0),
        Watched(key="aht", dims=WORK, family=TIME, ratio=True, least=20, relative=0.15),
        Watched(key="aas", dims=WORK[:3], family=TIME, ratio=True, least=20, relative=0.3),
        Watched(key="overturn_rate", dims=WORK, family=QUALITY, ratio=True, least=15, relative=0.3),
        Watched(key="automation_share", dims=IN[1:3], family=QUALITY, ratio=True, least=30, relative=0.15, bad="both"),
        Watched(key="backlog", dims=WORK[:3], family=STOCK, stock=True, least=15),
        Watched(key="action_dead_rate", dims=IN[1:3], family=QUALITY, ratio=True, least=20, relative=1.0, excess=5),
    )
}  # fmt: skip
