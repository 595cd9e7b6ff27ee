"""What a playbook can do: one class per kind of step, each of which counts first, acts, and puts back what it changed.

Contexts above this one add their own kinds by ``register`` (detection: holding automatic actions).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import Writer
from watchfloor.review import boosts
from watchfloor.review.actions import boosts as boosting
from watchfloor.review.actions import moves
from watchfloor.review.actions.queues import save_queue
from watchfloor.review.models import Boost, Move, Queue, Surge
from watchfloor.workforce import actions as workforce
from watchfloor.workforce.models import Reviewer, Vendor

Step = Mapping[str, Any]
Undo = dict[str, Any]


class Effect(msgspec.Struct, frozen=True):
    """One line of a preview: what a step would do, and to how many. ``problem``: why it would do nothing."""

    kind: str
    what: str  # names, not sentences: the page words them by ``kind``
    count: int
    problem: str = ""


class Kind(Protocol):
    """One kind of step. ``check`` raises ``BadInput``; ``start`` gives what ``end`` needs to put everything back."""

    def check(self, step: Step) -> None: ...
    def preview(self, actor: Actor, step: Step) -> Effect: ...
    def start(self, w: Writer, actor: Actor, surge: Surge, step: Step) -> Undo: ...
    def end(self, w: Writer, actor: Actor, surge: Surge, step: Step, undo: Undo) -> None: ...


class Reprioritise:
    """``{"kind": "boost", "filters": {...}, "points": 4}``: work that fits goes forward (or back) while the surge is on."""

    def check(self, step: Step) -> None:
        boosts.clean(step.get("filters") or {})
        if not isinstance(step.get("points"), (int, float)):
            raise BadInput("bad_points", "Say how many points.", where="points")

    def preview(self, actor: Actor, step: Step) -> Effect:
        found = boosting.fitting(actor, step["filters"])
        return Effect("boost", f"{words(step['filters'])}: {step['points']:+g}", found.jobs)

    def start(self, w: Writer, actor: Actor, surge: Surge, step: Step) -> Undo:
        boosting.must_cover(actor, boosts.clean(step["filters"]))
        hours = (surge.until - surge.started_at).total_seconds() / 3600
        row = boosting.make_boost(w, step["filters"], step["points"], hours=hours, why=surge.why, surge=surge.pk)
        return {"boost": str(row.pk)}

    def end(self, w: Writer, actor: Actor, surge: Surge, step: Step, undo: Undo) -> None:
        row = Boost.objects.select_for_update().filter(pk=UUID(undo["boost"]), ended_at__isnull=True).first()
        if row is not None:
            boosting.end(w, row, "surge")


class Queues:
    """``{"kind": "pause_queues" | "open_queues", "queues": [...]}``: nothing is handed out of them, or of overflow queues it is."""

    def __init__(self, kind: str, paused: bool) -> None:
        self.kind, self.paused = kind, paused

    def check(self, step: Step) -> None:
        _known_queues(step.get("queues"))

    def preview(self, actor: Actor, step: Step) -> Effect:
        change = Queue.objects.filter(key__in=step["queues"], archived_at__isnull=True).exclude(paused=self.paused)
        return Effect(self.kind, ", ".join(step["queues"]), change.count())

    def start(self, w: Writer, actor: Actor, surge: Surge, step: Step) -> Undo:
        _must_manage(actor, step["queues"])
        changed = []
        for row in Queue.objects.filter(key__in=step["queues"], archived_at__isnull=True).exclude(paused=self.paused):
            save_queue(w, key=row.key, paused=self.paused)
            changed.append(row.key)
        return {"queues": changed}

    def end(self, w: Writer, actor: Actor, surge: Surge, step: Step, undo: Undo) -> None:
        for row in Queue.objects.filter(key__in=undo["queues"], paused=self.paused):
            save_queue(w, key=row.key, paused=not self.paused)


class Overflow:
    """``{"kind": "overflow", "filters": {...}, "to_queue": ..., "most": 500}``: waiting work goes to a queue with room."""

    def check(self, step: Step) -> None:
        boosts.clean(step.get("filters") or {})
        _known_queues([step.get("to_queue")])

    def preview(self, actor: Actor, step: Step) -> Effect:
        found = moves.preview_move(actor, step["filters"], step["to_queue"], most=step.get("most"))
        return Effect("overflow", f"{words(step['filters'])} → {step['to_queue']}", found.jobs)

    def start(self, w: Writer, actor: Actor, surge: Surge, step: Step) -> Undo:
        row = moves.make_move(w, actor, step["filters"], step["to_queue"], why=surge.why, most=step.get("most"))
        return {"move": str(row.pk)}

    def end(self, w: Writer, actor: Actor, surge: Surge, step: Step, undo: Undo) -> None:
        if Move.objects.filter(pk=UUID(undo["move"]), undone_at__isnull=True).exists():
            moves.make_undo(w, actor, UUID(undo["move"]))


class VendorQueues:
    """``{"kind": "vendor_queues", "vendor": ..., "queues": [...]}``: a vendor's reviewers also work these queues."""

    def check(self, step: Step) -> None:
        if not Vendor.objects.filter(key=step.get("vendor")).exists():
            raise BadInput("unknown_vendor", f"There is no vendor {step.get('vendor')!r}.", where="vendor")
        _known_queues(step.get("queues"))

    def preview(self, actor: Actor, step: Step) -> Effect:
        what = f"{step['vendor']}: {', '.join(step['queues'])}"
        return Effect("vendor_queues", what, len(list(self._people(step))))

    def start(self, w: Writer, actor: Actor, surge: Surge, step: Step) -> Undo:
        _must_manage(actor, step["queues"])
        added: dict[str, list[str]] = {}
        for row in self._people(step):
            more = [key for key in step["queues"] if key not in row.queues]
            added[str(row.pk)] = more
            _set_queues(w, row, [*row.queues, *more])
        return {"added": added}

    def end(self, w: Writer, actor: Actor, surge: Surge, step: Step, undo: Undo) -> None:
        for row in Reviewer.objects.filter(pk__in=list(undo["added"])).order_by("pk"):
            gone = set(undo["added"][str(row.pk)])
            _set_queues(w, row, [key for key in row.queues if key not in gone])

    def _people(self, step: Step) -> Any:
        """Those whom it changes: who has no list of queues works all of them already."""
        people = Reviewer.objects.filter(vendor_key=step["vendor"], active=True).exclude(queues=[])
        return people.exclude(queues__contains=list(step["queues"])).order_by("pk")


KINDS: dict[str, Kind] = {
    "boost": Reprioritise(),
    "pause_queues": Queues("pause_queues", True),
    "open_queues": Queues("open_queues", False),
    "overflow": Overflow(),
    "vendor_queues": VendorQueues(),
}


def register(name: str, kind: Kind) -> None:
    """Add a kind of step."""
    KINDS[name] = kind


def kind_of(step: Step) -> Kind:
    """The kind of a step; ``BadInput`` for one that nobody knows."""
    found = KINDS.get(str(step.get("kind")))
    if found is None:
        raise BadInput(
            "unknown_step",
            f"A playbook cannot {step.get('kind')!r}.",
            where="kind",
            hint=f"One of: {', '.join(KINDS)}.",
        )
    return found


def words(filters: Mapping[str, Any]) -> str:
    """Filters as one writes them: ``queue spam.en, severity 3``."""
    return ", ".join(f"{name} {value}" for name, value in filters.items())


def _known_queues(keys: Any) -> None:
    if not isinstance(keys, list) or not keys:
        raise BadInput("no_queue", "Say which queues.", where="queues")
    known = set(Queue.objects.filter(key__in=keys, archived_at__isnull=True).values_list("key", flat=True))
    for key in keys:
        if key not in known:
            raise BadInput("unknown_queue", f"There is no queue {key!r}.", where="queues")


def _must_manage(actor: Actor, queues: list[str]) -> None:
    for key in queues:
        if not actor.may("review.reassign", queue=key):
            raise Forbidden("no_permission", f"You may not change the queue {key}.")


def _set_queues(w: Writer, row: Reviewer, queues: list[str]) -> None:
    workforce.save_reviewer(
        w, row.pk, vendor_key=row.vendor_key, team=row.team, languages=row.languages, markets=row.markets,
        skills=row.skills, queues=queues, started_on=row.started_on, active=row.active,
    )  # fmt: skip
