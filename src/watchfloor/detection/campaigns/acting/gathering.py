"""What is looked at: who did what to what and when, from the lake's events and from the reports of the last days."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
from django.db.models import Exists, OuterRef

from watchfloor.detection import lakes
from watchfloor.review.models import Case, Report

REPORTED = "item_reported"
REPORT = "report"
MOST = 1_000_000  # actions of one kind, the newest
LEAST = 20  # of fewer nothing could be said
PEOPLE = ("user", "anonymous")  # bodies with standing act together by their office
ACTOR = ("$.event.actor", "$.event.actor_id", "$.author.id")


def events(since: datetime, root: Path | None = None) -> dict[str, pl.DataFrame]:
    """By the events' name: ``account``, ``object`` (type and id, a space between) and ``time``.

    Who acts is the event's ``actor``, else the author of its item; a thing that one account alone touched says nothing and is left out.
    """
    rows = lakes.frames(since, root=root).filter(pl.col("action_name") != REPORTED)
    data = pl.col("data").cast(pl.String)
    table = (
        rows.select(
            "id",
            "action_name",
            time="timestamp",
            account=pl.coalesce(*(data.str.json_path_match(path) for path in ACTOR)),
            object=pl.concat_str("item_type", "item_id", separator=" "),
        )
        .drop_nulls()
        .unique("id")
        .drop("id")
        .collect()
    )
    found = {}
    for name, part in table.partition_by("action_name", as_dict=True).items():
        shared = part.filter(pl.col("account").n_unique().over("object") > 1).drop("action_name")
        if len(shared) >= LEAST:
            found[str(name[0])] = shared.sort("time", "account", "object").tail(MOST)
    return found


def reports(since: datetime) -> pl.DataFrame:
    """Reports by people: ``account`` (kind and name, a space between), ``object`` (the item), ``time`` and ``report``.

    What a restricted case is about stays out altogether.
    """
    hidden = Case.objects.filter(item=OuterRef("item")).exclude(clearance="")
    rows = (
        Report.objects.filter(received_at__gte=since, reporter_kind__in=PEOPLE)
        .exclude(reporter="")
        .exclude(Exists(hidden))
        .order_by("-received_at", "-pk")
        .values_list("reporter_kind", "reporter", "item", "received_at", "pk")[:MOST]
    )
    made = [(f"{kind} {name}", str(item), at, str(pk)) for kind, name, item, at, pk in rows]
    kinds: dict[str, pl.DataType | type[pl.DataType]] = {
        "account": pl.String,
        "object": pl.String,
        "time": pl.Datetime("us", "UTC"),
        "report": pl.String,
    }
    return pl.DataFrame(made, schema=kinds, orient="row").reverse()
