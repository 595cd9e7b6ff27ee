"""Intake's endless work: drain the spool, write events to the lake."""

from __future__ import annotations

from watchfloor.detection import stream
from watchfloor.intake import drain, lake, lake_care, streaming
from watchfloor.intake.rows import EVENT, REPORT
from watchfloor.platform.loops import WORK, loop


@loop("intake.drain", idle=0.2, place=WORK)
def drain_spool() -> int:
    """Work waiting rows; with a stream, events are the rules workers'."""
    return drain.drain(kinds=(REPORT,) if stream.configured() else (REPORT, EVENT))


@loop("intake.stream", idle=0.1)
def feed_stream() -> int:
    """Waiting events to the broker; without one, what an earlier one still held back to the spool."""
    return streaming.publish() if stream.configured() else streaming.take_back()


@loop("intake.stream_check", idle=15.0)
def check_stream() -> int:
    """What a broker has lost is published again."""
    return streaming.recover() if stream.configured() else 0


@loop("intake.lake", idle=5.0, place=WORK)
def write_lake() -> int:
    """Worked rows to Parquet."""
    return lake.export()


@loop("intake.lake_care", idle=60.0)
def care_for_lake() -> int:
    """Small files become one, old ones go. One hour at a time, so that stopping never waits long."""
    lake_care.sweep()
    return lake_care.compact(limit=1)
