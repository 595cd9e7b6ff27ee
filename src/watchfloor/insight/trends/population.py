"""The population of a prevalence study: rows of the lake of events, or the items they are about, independent of any report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from watchfloor.detection import lakes
from watchfloor.engines.prevalence import Unit
from watchfloor.insight.trends import scores
from watchfloor.items.models import Item
from watchfloor.kernel.errors import BadInput
from watchfloor.review.models import Case

if TYPE_CHECKING:
    from watchfloor.insight.trends.models import Study

UNITS = ("event", "item")
STRATA = {"market": "market", "language": "language", "item_type": "item_type"}
LONGEST = timedelta(days=31)
MOST = 5_000_000
REPORTED = "item_reported"  # what reports leave in the lake: never part of a population
REACH = ("0", "1-99", "100-9,999", "10,000 and more")


class Row(msgspec.Struct, frozen=True):
    """One unit of the population, with what its page needs."""

    id: str
    item_type: str
    item_id: str
    item_version: str
    market: str
    language: str
    stratum: str
    views: float


def rows(study: Study) -> list[Row]:
    """The population of a study, one row for each event, or for each item (as it was last).

    Raises:
        BadInput: nothing fits, or more than five million rows do.
    """
    return read(
        unit=study.unit, start=study.start, end=study.end, names=study.names, item_types=study.item_types, markets=study.markets,
        languages=study.languages, by=study.by, views_field=study.views_field,
    )  # fmt: skip


def read(
    *, unit: str, start: datetime, end: datetime, names: Sequence[str] = (), item_types: Sequence[str] = (), markets: Sequence[str] = (),
    languages: Sequence[str] = (), by: str = "", views_field: str = "",
) -> list[Row]:  # fmt: skip
    """See ``rows``. ``by``: market, language, item_type, ``views`` (bands of reach), ``model:POLICY`` (bands of its score)
    or a typed column of the lake."""
    frame = lakes.frames(start, end)
    known = frame.collect_schema().names()
    column = f"$.{views_field}" if views_field and not views_field.startswith("$") else views_field
    if column and column not in known:
        raise BadInput("unknown_field", f"No event has the number {views_field!r}.", where="views_field")
    scored = by.startswith(scores.PREFIX)
    stratum = "" if scored else STRATA.get(by) or (column if by == "views" else by)
    if stratum and stratum not in known:
        raise BadInput("unknown_stratum", f"There is no column {by!r} to form strata by.", where="by")
    frame = frame.filter(pl.col("action_name") != REPORTED)
    for name, wanted in (
        ("action_name", names),
        ("item_type", item_types),
        ("market", markets),
        ("language", languages),
    ):
        if wanted:
            frame = frame.filter(pl.col(name).is_in(list(wanted)))
    views = pl.col(column).cast(pl.Float64, strict=False).fill_null(0.0) if column else pl.lit(1.0)
    frame = frame.select(
        "id", "item_type", "item_id", "item_version", "market", "language", "timestamp", views.alias("views"),
        (pl.col(stratum).cast(pl.String).fill_null("") if stratum else pl.lit("")).alias("stratum"),
    )  # fmt: skip
    if unit == "item":
        frame = frame.group_by("item_type", "item_id").agg(
            *(
                pl.col(name).sort_by("timestamp").last()
                for name in ("id", "item_version", "market", "language", "stratum")
            ),
            pl.col("views").max() if column else pl.len().cast(pl.Float64).alias("views"),
        )
    else:
        frame = frame.unique("id", keep="any")
    table = frame.head(MOST + 1).collect()
    if len(table) > MOST:
        raise BadInput(
            "too_many", f"More than {MOST:,} rows fit the population.", where="population", hint="Shorten the span."
        )
    bands = scores.bands(by, list(table.select("item_type", "item_version").unique().iter_rows())) if scored else {}
    return [
        Row(
            row["id"] if unit == "event" else f"{row['item_type']}\n{row['item_id']}", row["item_type"], row["item_id"],
            row["item_version"], row["market"] or "", row["language"] or "",
            bands.get(row["item_version"], "") if scored else band(row["views"]) if by == "views" else row["stratum"], row["views"],
        )
        for row in table.iter_rows(named=True)
    ]  # fmt: skip


def band(views: float) -> str:
    """How far something reached, coarsely."""
    return REACH[0] if views < 1 else REACH[1] if views < 100 else REACH[2] if views < 10_000 else REACH[3]


def units(found: Sequence[Row]) -> list[Unit]:
    """As the draw wants them."""
    return [Unit(row.id, row.stratum, row.views) for row in found]


def items_of(found: Sequence[Row]) -> dict[tuple[str, str], Item]:
    """The items that are still there, by the platform's names; none of which is part of a restricted case."""
    by_type: dict[str, set[str]] = {}
    for row in found:
        by_type.setdefault(row.item_type, set()).add(row.item_id)
    items: dict[tuple[str, str], Item] = {}
    for kind, names in by_type.items():
        for item in Item.objects.filter(type_key=kind, external_id__in=names):
            items[kind, item.external_id] = item
    cases = Case.objects.filter(item__in=[item.pk for item in items.values()]).exclude(clearance="")
    restricted = set(cases.values_list("item_id", flat=True))
    return {name: item for name, item in items.items() if item.pk not in restricted}
