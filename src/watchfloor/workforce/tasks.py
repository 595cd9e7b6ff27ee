"""Loops: touches nobody speaks of any more are closed, the week's figures published, old rows of persons erased."""

from __future__ import annotations

from watchfloor.platform.loops import loop
from watchfloor.workforce import exposure, people_files, weeks


@loop("workforce.exposure", idle=60.0)
def close() -> int:
    """Close touches whose page is gone."""
    return exposure.close_stale()


@loop("workforce.weeks", idle=900.0)
def publish() -> int:
    """Publish the figures of weeks that are over."""
    return weeks.publish_due()


@loop("workforce.erase", idle=3600.0)
def erase() -> int:
    """Erase what people were shown weeks ago, and the way back from old files of people."""
    exposure.erase_old()
    people_files.forget_old()
    return 0
