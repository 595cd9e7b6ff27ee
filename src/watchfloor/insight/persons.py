"""What numbers and their rows say of single persons: who decided. Who took a job, gave it back or stepped back is nobody's to look up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from watchfloor.insight.compile import Ask
from watchfloor.insight.dialects.expressions import Call, Cases, Compare, Expr, In, Name, Value, both, names

TOLD: Final = ("job.decided", "decision.made", "decision.superseded")  # events whose reviewer is told
_REVIEWER: Final = "reviewer"
_NO_STEP_BACK: Final = Compare("<>", Call("coalesce", (Name("why"), Value(""))), Value("stepped_back"))


def narrowed(ask: Ask, source: str) -> Ask:
    """The question with reviewers of decisions only, in splits, in filters and in teams' own groups of reviewers."""
    if source != "facts":  # derived relations have the reviewer of their decision
        return ask
    own = {key: _told(each) if _REVIEWER in names(each) else each for key, each in ask.own.items()}
    return msgspec.structs.replace(ask, own={**own, _REVIEWER: _told(Name(_REVIEWER))})


def rows(ask: Ask, source: str) -> Ask:
    """Likewise of the rows behind a number, among which no step back is shown."""
    if source != "facts":
        return ask
    return msgspec.structs.replace(narrowed(ask, source), rights=both([ask.rights, _NO_STEP_BACK]))


def columns(wanted: Sequence[str], source: str) -> tuple[str, ...]:
    """Columns of rows as they are selected: the reviewer only where one is told."""
    told = ", ".join(f"'{each}'" for each in TOLD)
    return tuple(
        f"CASE WHEN type IN ({told}) THEN {each} END AS {each}" if each == _REVIEWER and source == "facts" else each
        for each in wanted
    )


def _told(value: Expr) -> Expr:
    return Cases(((In(Name("type"), TOLD), value),))
