"""Looking after the lake: many small files of an hour become one, old hours go, and what must be forgotten is taken out.

Nothing is ever changed in place. A new file names those it has taken over in its footer, so that no reader counts a row twice
whatever moment the process dies at; the old ones are deleted a while later, when queries that had them open are done.
"""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from watchfloor.detection import lakes
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput

MANY = 6  # files of one hour that are worth a pass
SETTLED = timedelta(hours=2)  # an hour this old hardly gets events any more: two files are enough
READERS_DONE = 120.0  # seconds a replaced file is kept for queries under way
KEEP_DAYS = "WATCHFLOOR_LAKE_DAYS"


def compact(limit: int = 24, root: Path | None = None) -> int:
    """Merge the files of up to ``limit`` hours, newest first; how many hours. Rows that were written twice are dropped."""
    import polars as pl

    by_hour: dict[datetime, list[lakes.File]] = defaultdict(list)
    for each in lakes.files(root=root):
        by_hour[each.hour].append(each)
    done = 0
    for hour in sorted(by_hour, reverse=True):
        files = by_hour[hour]
        if len(files) < (2 if clock.now() - hour > SETTLED else MANY):
            continue
        frame = lakes.scan(files).collect(engine="streaming").unique("id", keep="first")
        present = [name for name in frame.columns if not name.startswith("$") or frame[name].null_count() < len(frame)]
        # With what they had replaced themselves: whichever file is swept first, none of the old ones is read again.
        replaced = {name for each in files for name in (each.path.name, *each.replaces)}
        lakes.write(frame.select(pl.col(present)), hour, replaces=replaced, root=root)
        done += 1
        if done == limit:
            break
    return done


def sweep(root: Path | None = None) -> int:
    """Delete replaced files that no query can still be reading, and hours beyond the time they are kept; how many files."""
    gone = 0
    kept = keep_days()
    oldest = clock.now() - timedelta(days=kept) if kept else None
    for hour, where in lakes.hours(root=root):
        if oldest is not None and hour < oldest:
            gone += len(list(where.glob("*.parquet")))
            shutil.rmtree(where, ignore_errors=True)
            continue
        here = [each for path in where.glob("*.parquet") if (each := lakes.footer(path, hour)) is not None]
        for each in here:
            if not each.replaces or not each.path.exists():  # it may itself have been replaced, and removed just now
                continue
            age = datetime.now(UTC).timestamp() - each.path.stat().st_mtime
            for name in each.replaces if age > READERS_DONE else ():
                if (where / name).exists():
                    (where / name).unlink()
                    gone += 1
    return gone


def erase(
    *,
    items: Collection[tuple[str, str]] = (),
    persons: Collection[str] = (),
    root: Path | None = None,
    receipts: set[str] | None = None,
) -> int:
    """Take every row of these items (type, id) and of these persons (the platform's account ids) out of the lake; how many.

    A person's rows are those about their account and those they authored. The old files are gone when this returns. The receipts of
    the rows are put into ``receipts``, where it is given.
    """
    import polars as pl

    doomed = pl.lit(False)
    for kind in sorted({kind for kind, _ in items}):
        named = [name for each, name in items if each == kind]
        doomed = doomed | ((pl.col("item_type") == kind) & pl.col("item_id").is_in(named))
    erased = 0
    for each in lakes.files(root=root):
        here = doomed
        if persons:
            author = _author(each)
            here = (
                here
                | author.is_in(list(persons))
                | ((pl.col("item_type") == "account") & pl.col("item_id").is_in(list(persons)))
            )
        frame = pl.read_parquet(each.path, hive_partitioning=False)
        left = frame.filter(~here.fill_null(False))
        if len(left) == len(frame):
            continue
        erased += len(frame) - len(left)
        if receipts is not None:
            receipts |= set(frame["id"]) - set(left["id"])
        if len(left):
            lakes.write(left, each.hour, replaces={each.path.name, *each.replaces}, root=root)
        each.path.unlink()
    if erased:  # files that were replaced but not yet swept still hold the rows
        for hour, where in lakes.hours(root=root):
            alive = {one.path.name for one in lakes.files(hour, hour + lakes.HOUR, root=root)}
            for path in where.glob("*.parquet"):
                if path.name not in alive:
                    path.unlink()
    return erased


def _author(file: lakes.File) -> Any:
    import polars as pl

    if "$.author.id" in file.columns:
        return pl.col("$.author.id").cast(pl.String)
    return pl.col("data").str.json_path_match("$.author.id")


def keep_days() -> int:
    """How many days of events are kept; 0 (the default): all."""
    text = os.environ.get(KEEP_DAYS, "0").strip()
    if not text.isdecimal():
        raise BadInput(
            "bad_setting", f"{KEEP_DAYS}={text!r} is no number of days.", where=KEEP_DAYS, hint="Use 0 to keep all."
        )
    return int(text)
