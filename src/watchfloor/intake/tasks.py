"""Intake's endless work: drain the spool, write events to the lake."""

from __future__ import annotations

from watchfloor.intake import drain, lake
from watchfloor.platform.loops import loop


@loop("intake.drain", idle=0.2)
def drain_spool() -> int:
    """Work waiting rows."""
    return drain.drain()


@loop("intake.lake", idle=5.0)
def write_lake() -> int:
    """Worked events to Parquet."""
    return lake.export()
