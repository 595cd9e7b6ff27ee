"""Facts are not about single persons: who decided is never asked, and a group of fewer than five people says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.insight import queries
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.own_metrics import keeping
from watchfloor.insight.queries import Span
from watchfloor.kernel.errors import BadInput

LEAST: Final = 5
_PERSON: Final = "reviewer"
_GROUPS: Final = frozenset({"team", "tenure"})
_PEOPLE: Final = Metric(
    key="people", title="People", formula="", grain="", cohort="", kind="distinct", unit="count", direction="neutral", pitfalls="",
    where="type IN ('job.decided', 'decision.made') AND reviewer IS NOT NULL", field="reviewer",
)  # fmt: skip


def check(dimension: str, where: str) -> None:
    """Refuse a dimension that is none, or that tells single persons apart.

    Raises:
        BadInput: which, and what may be asked instead.
    """
    if dimension not in keeping.titles():
        raise BadInput(
            "unknown_dimension", f"{dimension[:40]!r} is no dimension.", where=where, hint=", ".join(keeping.titles())
        )
    if _base(dimension) == _PERSON:
        raise BadInput(
            "single_persons", "A fact is not about single persons.", where=where, hint="Ask by team, vendor or queue."
        )


def enough(actor: Actor, span: Span, filters: Mapping[str, str]) -> None:
    """Refuse a number of a group of people that is too small.

    Raises:
        BadInput: fewer than five people stand behind it.
    """
    if any(_base(name) in _GROUPS for name in filters) and 0 < _count(actor, span) < LEAST:
        raise BadInput("few_people", f"Fewer than {LEAST} people stand behind this number.", where="filters",
                       hint="Ask about a larger group.")  # fmt: skip


def few(actor: Actor, span: Span, by: str, value: str) -> bool:
    """Whether a row of a split would speak of fewer than five people."""
    if _base(by) not in _GROUPS:
        return False
    return 0 < _count(actor, msgspec.structs.replace(span, where={**span.where, by: (value,)})) < LEAST


def _count(actor: Actor, span: Span) -> float:
    return queries.trial(actor, msgspec.structs.replace(span, interval="week"), _PEOPLE)[0] or 0


def _base(dimension: str) -> str:
    own = keeping.dimensions().get(dimension)
    return own.base if own is not None else dimension
