"""Loops: keep topics up with reports, begin the next study of a weekly series."""

from __future__ import annotations

from watchfloor.insight.trends import follow, study_actions
from watchfloor.platform.loops import loop


@loop("insight.trends", idle=20.0)
def topics() -> int:
    """Texts of new reports join topics; what is new or grows alarms."""
    return follow.keep_up()


@loop("insight.studies", idle=600.0)
def studies() -> int:
    """The next of a weekly study, once its week is over."""
    return study_actions.next_due()
