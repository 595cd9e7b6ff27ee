"""Questions that cases raise and rulings on them, as a policy's page shows them. They are kept above; who keeps them registers here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.policy.models import RulingPlace


class Precedent(msgspec.Struct, frozen=True, kw_only=True):
    """A question (``state`` open) or ruling (ruled) the actor may know of. ``clause`` is filled in here."""

    id: UUID
    policy_key: str
    state: str
    question: str
    ruling: str
    verdict: str
    violation_key: str
    at: datetime
    url: str
    clause: str = ""


Teller = Callable[[Actor, str, str], list[Precedent]]  # (actor, policy key, words searched for)
_teller: list[Teller] = []


def kept_by(teller: Teller) -> Teller:
    """Register who keeps questions and rulings (in an app's ``ready``)."""
    _teller[:] = [teller]
    return teller


def of_policy(actor: Actor, policy_key: str, text: str = "") -> list[Precedent]:
    """Questions and rulings under a policy, newest first, with the clause each was put to."""
    found = _teller[0](actor, policy_key, text) if _teller else []
    places = RulingPlace.objects.filter(ruling_id__in=[each.id for each in found])
    clause = dict(places.values_list("ruling_id", "clause_key"))
    return [msgspec.structs.replace(each, clause=clause.get(each.id, "")) for each in found]
