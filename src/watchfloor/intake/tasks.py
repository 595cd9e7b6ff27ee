"""Intake's endless work: drain the spool, write events to the lake."""

from __future__ import annotations

from watchfloor.intake import drain, lake, lake_care
from watchfloor.platform.loops import loop


@loop("intake.drain", idle=0.2)
def drain_spool() -> int:
    """Work waiting rows."""
    return drain.drain()


@loop("intake.lake", idle=5.0)
def write_lake() -> int:
    """Worked rows to Parquet."""
    return lake.export()


@loop("intake.lake_care", idle=60.0)
def care_for_lake() -> int:
    """Small files become one, old ones go. One hour at a time, so that stopping never waits long."""
    lake_care.sweep()
    return lake_care.compact(limit=1)
