"""Who gives a second opinion, or hears an appeal, must not know what (or whom) they may contradict."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.review import appeal_terms, looks
from watchfloor.review.models import Case, Job
from watchfloor.review.queries.timeline import Entry

REASONING = ("decision_path.", "note.", "inquiry.")
VERDICTS = ("decision.", "decision_path.", "job.decided", "action.", "strike.", "notice.")


def hides_verdicts(actor: Actor, case: Case) -> bool:
    """True while this person holds the second opinion, or a look, on the case: until they answer, what was found is not shown to them."""
    held = Job.objects.filter(case=case, kind__in=looks.BLIND, state=Job.State.LEASED, lease_holder=actor.id)
    return actor.kind == "user" and held.exists()


def hides_reasoning(actor: Actor, case: Case) -> bool:
    """True while this person hears an appeal on the case and the terms want them to find their own reasons: what was decided is shown,
    not why, nor by which way through the tree."""
    if actor.kind != "user" or not appeal_terms.current().is_blind(case.policy_key):
        return False
    return Job.objects.filter(case=case, kind="appeal", state=Job.State.LEASED, lease_holder=actor.id).exists()


def without_reasoning(entries: Iterable[Entry], actor: Actor) -> tuple[Entry, ...]:
    """The history with the decisions, but without their reasons, ways through the tree and what colleagues wrote about the case."""
    kept = [entry for entry in entries if not entry.type.startswith(REASONING)]
    bare = [msgspec.structs.replace(entry, why="") if entry.type.startswith("decision.") else entry for entry in kept]
    return nameless(bare, actor)


def without_verdicts(entries: Iterable[Entry], actor: Actor) -> tuple[Entry, ...]:
    """The history without what was found before, and without who looked at it."""
    kept = [entry for entry in entries if not entry.type.startswith(VERDICTS)]
    return nameless(kept, actor)


def nameless(entries: Iterable[Entry], actor: Actor) -> tuple[Entry, ...]:
    """The history without names of colleagues."""
    someone = _("A reviewer")
    return tuple(
        entry if entry.who in ("", actor.name) else msgspec.structs.replace(entry, who=someone) for entry in entries
    )
