"""The life of a policy version. Pure.

draft -> approved -> scheduled -> in force -> superseded; in force -> ended (its end date came); what is not in force yet may be
withdrawn. What is superseded, ended or withdrawn stays so: going back to an earlier text is a new version that names it.
"""

from __future__ import annotations

DRAFT, APPROVED, SCHEDULED, IN_FORCE = "draft", "approved", "scheduled", "in_force"
SUPERSEDED, ENDED, WITHDRAWN = "superseded", "ended", "withdrawn"

STEPS: dict[str, frozenset[str]] = {
    DRAFT: frozenset({APPROVED, WITHDRAWN}),
    APPROVED: frozenset({SCHEDULED, IN_FORCE, WITHDRAWN}),
    SCHEDULED: frozenset({SCHEDULED, IN_FORCE, WITHDRAWN}),
    IN_FORCE: frozenset({SUPERSEDED, ENDED}),
    SUPERSEDED: frozenset(),
    ENDED: frozenset(),
    WITHDRAWN: frozenset(),
}
WARN_DAYS = 7  # so long before its end date a version says that it will end


def may(before: str, after: str) -> bool:
    """Whether a version in one state may come into the other."""
    return after in STEPS[before]
