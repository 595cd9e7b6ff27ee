"""The past as routing would have met it: one row a job, with the facts it was routed by and what became of it.

Policy, market, language and channel are those of the job when it was made; reports and signals are counted up to that moment. Severity
and reach are as they are now (they only grow); labels, protection and who covers a language are today's: the page says so.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from datetime import datetime
from typing import Any

import polars as pl
from django.db import connection

from watchfloor.engines.routing import zone_of
from watchfloor.items import queries as items
from watchfloor.items.models import Item
from watchfloor.review.facts import media_of_type
from watchfloor.workforce import queries as workforce

# Work that somebody or a rule sent to a queue by name says nothing about the table.
BY_NAME = ("asked for by a rule", "chosen by the reviewer", "chosen when handed back")
AT_ONCE = 5_000

_JOBS = """
SELECT j.id::text AS job, j.case_id::text AS id, i.id::text AS item, j.ready_at AS at, j.due_at, j.decided_at AS solved_at,
  j.policy_key AS policy, c.harm_group, j.market, j.language, j.severity, j.channel, c.surface, j.clearance, c.reach, j.kind,
  i.type_key AS item_type, i.kind AS item_kind, coalesce(t.moves, 0) AS moves, coalesce(t.entered, j.queue_key) AS queue,
  j.queue_key AS final_queue{columns}
FROM review_job j JOIN review_case c ON c.id = j.case_id JOIN items_item i ON i.id = c.item_id
LEFT JOIN (SELECT subject, count(*) AS moves, (array_agg(data->>'queue' ORDER BY ordinal))[1] AS entered FROM ledger_event
  WHERE type = 'job.transferred' AND at >= %(start)s GROUP BY subject) t ON t.subject = 'job:' || j.id::text{joins}
WHERE j.ready_at >= %(start)s AND j.ready_at < %(end)s AND j.kind IN ('review', 'second', 'appeal', 'escalation')
  AND j.routed_by <> ALL(%(by_name)s)
"""
_REPORTS = """
LEFT JOIN (SELECT k.id, count(*) FILTER (WHERE r.counted) AS reports,
    (array_agg(r.reporter_kind ORDER BY r.received_at DESC))[1] AS reporter_kind
  FROM review_job k JOIN review_report r ON r.case_id = k.case_id AND r.received_at <= k.ready_at
  WHERE k.ready_at >= %(start)s AND k.ready_at < %(end)s GROUP BY k.id) r ON r.id = j.id"""
_REPORTED = """, coalesce(r.reports, 0) AS reports,
  CASE WHEN j.cause IN ('new', 'reopened', 'transfer') THEN r.reporter_kind END AS reporter_kind"""
_SIGNALS = """
LEFT JOIN (SELECT k.id, string_agg(DISTINCT s.source, ' ') AS signals
  FROM review_job k JOIN review_signal s ON s.case_id = k.case_id AND s.at <= k.ready_at
  WHERE k.ready_at >= %(start)s AND k.ready_at < %(end)s GROUP BY k.id) s ON s.id = j.id
LEFT JOIN (SELECT item_id, string_agg(DISTINCT 'label:' || value, ' ') AS labels FROM items_label
  WHERE removed_at IS NULL AND (expires_at IS NULL OR expires_at > now()) GROUP BY item_id) l ON l.item_id = c.item_id"""
_MEDIA = """
LEFT JOIN items_version v ON v.hash = c.item_version AND v.erased_at IS NULL"""
_CARRIES = """, CASE WHEN jsonb_typeof(v.data->'videos') = 'array' AND v.data->'videos' <> '[]' THEN 'video'
  WHEN jsonb_typeof(v.data->'images') = 'array' AND v.data->'images' <> '[]' THEN 'image' ELSE '' END AS carries"""
_TEXTS = (
    "job", "id", "item", "policy", "harm_group", "market", "language", "channel", "surface", "clearance", "kind", "item_type",
    "item_kind", "queue", "final_queue", "reporter_kind", "signals", "carries",
)  # fmt: skip
_TIMES = ("at", "due_at", "solved_at")


def read(start: datetime, end: datetime, asks: Collection[str]) -> pl.DataFrame:
    """The jobs that became ready in ``[start, end)``, as ``engines.routing.backtest`` reads them; only the facts asked for are dear."""
    columns, joins = "", ""
    if {"reports", "reporter_kind"} & set(asks):
        columns += _REPORTED
        joins += _REPORTS
    if "signals" in asks:
        columns += ", concat_ws(' ', s.signals, l.labels) AS signals"
        joins += _SIGNALS
    if "media" in asks:
        columns += _CARRIES
        joins += _MEDIA
    frame = _copied(_JOBS.format(columns=columns, joins=joins), {"start": start, "end": end, "by_name": list(BY_NAME)})
    frame = _media(frame) if "media" in asks else frame
    frame = _protected(frame) if "protected" in asks else frame
    frame = _clocks(frame) if {"hour", "weekday"} & set(asks) else frame
    frame = _covered(frame) if {"vendors", "sites"} & set(asks) else frame
    if "signals" in asks:
        frame = frame.with_columns(pl.col("signals").fill_null("").str.split(" "))
    return frame


def _copied(sql: str, values: dict[str, object]) -> pl.DataFrame:
    """By COPY: a million rows come as one stream that is read as columns."""
    stream = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv, HEADER)", values) as copy:
        for part in copy:
            stream.write(part)
    stream.seek(0)
    frame = pl.read_csv(stream, infer_schema=False)
    times = [
        pl.col(name)
        .str.to_datetime("%Y-%m-%d %H:%M:%S%.f%#z", time_unit="us", time_zone="UTC")
        .dt.replace_time_zone(None)
        for name in _TIMES
    ]
    numbers = [pl.col(name).cast(pl.Int64) for name in frame.columns if name not in (*_TEXTS, *_TIMES)]
    return frame.with_columns(*times, *numbers)


def _media(frame: pl.DataFrame) -> pl.DataFrame:
    by_type = {
        key: media_of_type(row.kind, {field.name: field.type for field in fields})
        for key, (row, fields) in items.types().items()
    }
    base = frame["item_type"].replace_strict(by_type, default="text", return_dtype=pl.String)
    carried = frame["carries"].fill_null("")
    return frame.with_columns(
        media=pl.select(pl.when((base == "text") & (carried != "")).then(carried).otherwise(base)).to_series()
    )


def _protected(frame: pl.DataFrame) -> pl.DataFrame:
    every: list[str] = frame["item"].unique().to_list()
    found: dict[str, str] = {}
    for start in range(0, len(every), AT_ONCE):
        rows = Item.objects.filter(pk__in=every[start : start + AT_ONCE]).select_related("author")
        found |= {str(pk): why for pk, why in items.guarded(rows).items()}
    return frame.with_columns(protected=frame["item"].replace_strict(found, default="", return_dtype=pl.String))


def _clocks(frame: pl.DataFrame) -> pl.DataFrame:
    """Hour and weekday by each market's clock."""
    parts = []
    rows = frame.with_row_index("row")
    for (market,), part in rows.partition_by("market", as_dict=True).items():
        there = pl.col("at").dt.replace_time_zone("UTC").dt.convert_time_zone(zone_of(str(market or "")))
        parts.append(
            part.select(
                "row", there.dt.hour().cast(pl.Int64).alias("hour"), there.dt.weekday().cast(pl.Int64).alias("weekday")
            )
        )
    if not parts:
        return frame.with_columns(hour=pl.lit(0), weekday=pl.lit(1))
    return frame.hstack(pl.concat(parts).sort("row").drop("row"))


def _covered(frame: pl.DataFrame) -> pl.DataFrame:
    pairs = frame.select("language", "market").unique()
    rows = []
    for language, market in pairs.iter_rows():
        vendors, sites = workforce.covering(language or "", market or "")
        rows.append((language, market, list(vendors), list(sites)))
    schema: dict[str, Any] = {
        "language": pl.String,
        "market": pl.String,
        "vendors": pl.List(pl.String),
        "sites": pl.List(pl.String),
    }
    known = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.join(known, on=["language", "market"], how="left", nulls_equal=True, maintain_order="left")
