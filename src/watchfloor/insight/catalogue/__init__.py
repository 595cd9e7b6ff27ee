"""The metric catalogue: every number is defined once, as data, in the TOML files of this folder."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources

import msgspec
from django.utils.translation import gettext_noop as N_

from watchfloor.kernel.errors import BadInput

KINDS = frozenset(
    {
        "count", "difference", "distinct", "share", "ratio", "mean", "sum", "sums", "quantile",
        "stock_count", "stock_share", "stock_quantile", "stock_max",
    }
)  # fmt: skip


class Metric(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One definition. ``where``, ``of``, ``over``, ``minus`` and ``field`` are small SQL expressions over ``source``.

    kind: count = rows of ``where``; difference = count(where) - count(minus); distinct = distinct ``field``; share =
    count(where and of) / count(where); ratio = count(over) / (count(where) - count(minus)); sum = sum(field) of
    ``where``; sums = sum(field) of ``over`` / sum(field) of ``where``; mean = sum(field) / count, or / sum(``per``);
    quantile = ``q`` of ``field``. A ``stock_*`` is read over what was open at the end of each interval (``t``).
    clock: the column whose time puts a row into an interval. direction: which way is good (up | down | neutral).
    """

    key: str
    title: str
    formula: str
    grain: str
    cohort: str
    kind: str
    unit: str  # count | share | ms | number
    direction: str
    pitfalls: str
    theme: str = ""
    source: str = "facts"
    clock: str = "moment"
    where: str = "true"
    of: str = ""
    over: str = ""
    minus: str = ""
    field: str = ""
    per: str = ""
    q: float = 0.5
    owner: str = "Operations"
    own: bool = False  # a team's: its texts are as they wrote them

    @property
    def stock(self) -> bool:
        """Read at a moment, not summed over an interval."""
        return self.kind.startswith("stock_")


THEMES = {
    "volume": N_("Volume"), "time": N_("Time"), "service": N_("Service"), "quality": N_("Quality"),
    "enforcement": N_("Enforcement"), "automation": N_("Automation and over-enforcement"),
    "oncall": N_("On-call"), "training": N_("Training"), "wellbeing": N_("Well-being"),
}  # fmt: skip


_others: list[Callable[[], Mapping[str, Metric]]] = []


def also(source: Callable[[], Mapping[str, Metric]]) -> None:
    """Teams' own metrics come from here, too."""
    _others.append(source)


def metrics() -> dict[str, Metric]:
    """All metrics by key: the shipped ones in the catalogue's order, then teams' own."""
    found = dict(shipped())
    for source in _others:
        found |= {key: metric for key, metric in source().items() if key not in found}
    return found


@lru_cache(1)
def shipped() -> dict[str, Metric]:
    """The metrics of this folder by key."""
    found: dict[str, Metric] = {}
    for theme in THEMES:
        text = resources.files(__package__).joinpath(f"{theme}.toml").read_text(encoding="utf-8")
        for entry in tomllib.loads(text)["metric"]:
            metric = msgspec.convert({**entry, "theme": theme}, Metric)
            if metric.kind not in KINDS or metric.key in found:
                raise AssertionError(f"{theme}.toml: {metric.key} has an unknown kind or is there twice")
            found[metric.key] = metric
    return found


def metric(key: str) -> Metric:
    """One metric.

    Raises:
        BadInput: there is none of that name; the message lists the known ones.
    """
    try:
        return shipped().get(key) or metrics()[key]
    except KeyError:
        raise BadInput(
            "unknown_metric", f"There is no metric {key[:60]!r}.", where="metric", hint="Known: " + ", ".join(metrics())
        ) from None
