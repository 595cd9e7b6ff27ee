"""How ready a version is for the floor, as facts: what a launch's gates are made of."""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import system
from watchfloor.kernel.errors import NotFound
from watchfloor.policy import touches
from watchfloor.policy.contracts import Readiness
from watchfloor.policy.models import PolicyVersion


def readiness(version_id: UUID) -> Readiness:
    """The facts of one version, counted now over everything (a gate must not depend on who looks)."""
    version = PolicyVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise NotFound("unknown_version", "There is no such policy version.")
    found = {touch.kind: touch for touch in touches.of_version(system("policy"), version)}
    people = found.get("people")
    questions = found.get("questions")
    stale = [touch for touch in found.values() if touch.stale and touch.kind != "people"]
    return Readiness(
        policy_key=version.policy_key, number=version.number, state=version.state, starts_at=version.in_force_from,
        people=people.count if people else 0, trained=people.count - people.stale if people else 0,
        stale=sum(touch.stale for touch in stale), open_touches=len(stale),
        open_questions=questions.count if questions else 0,
        touches={kind: (touch.count, touch.stale) for kind, touch in found.items()},
    )  # fmt: skip
