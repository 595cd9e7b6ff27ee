"""Who gives a second opinion, or hears an appeal, must not know what (or whom) they may contradict."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.review.models import Case, Job
from watchfloor.review.queries.timeline import Entry

VERDICTS = ("decision.", "decision_path.", "job.decided", "action.", "strike.", "notice.")


def hides_verdicts(actor: Actor, case: Case) -> bool:
    """True while this person holds the second opinion on the case: until they decide, the first verdict is not shown to them."""
    held = Job.objects.filter(case=case, kind="second", state=Job.State.LEASED, lease_holder=actor.id)
    return actor.kind == "user" and held.exists()


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
