"""Background loops of policy: versions start and end at their hour, claims end, items are searched for claims."""

from __future__ import annotations

from watchfloor.identity.domain import system
from watchfloor.ledger.writer import writing
from watchfloor.platform.loops import loop
from watchfloor.policy import actions, claims
from watchfloor.policy.models import PolicyVersion


@loop("policy.start", idle=15)
def start() -> int:
    """Put versions into force whose hour has come, end those whose time is over, say which will end soon."""
    with writing(system("policy")) as w:
        return actions.start_due(w) + actions.end_due(w) + actions.warn_due(w)


@loop("policy.structure", idle=600)
def structure() -> int:
    """Texts of an earlier release, kept as plain paragraphs only, get their clauses."""
    if not PolicyVersion.objects.filter(clauses=[]).exists():
        return 0
    with writing(system("policy"), reason="texts as clauses") as w:
        return actions.structure(w)


@loop("policy.end_claims", idle=30)
def end_claims() -> int:
    """Claims whose time is over are no longer looked for."""
    with writing(system("policy")) as w:
        return actions.end_claims(w)


@loop("policy.search_claims", idle=10)
def search_claims() -> int:
    """New and changed claims are looked for among the items of the past."""
    return claims.search_past()
