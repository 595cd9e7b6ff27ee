"""One answer to very many held actions: ordered in one step, carried out by whichever worker is free, stopped or taken back as a whole.

Each action is answered in a transaction of its own, together with the mark of its row: a worker that dies leaves the row waiting as if
it had never taken it, and no action is answered twice. The account that is locked meanwhile is let go at once.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from uuid import UUID

import msgspec
from django.db import OperationalError, connection
from django.db.models import Count

from watchfloor.enforcement import actions, queries
from watchfloor.enforcement.events import HeldOrderBegun, HeldOrderEnded, HeldOrderReversal
from watchfloor.enforcement.models import HeldOrder, HeldOrderRow
from watchfloor.identity.domain import Actor, Scope
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound, WatchfloorError
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import Writer, writing

CHUNK = 50  # worked by one turn of the loop
INSERT = 2_000
APPROVE, LIFT = "enforcement.approve", "enforcement.lift"
State, Mark = HeldOrder.State, HeldOrderRow.State
LIVE = (State.RUNNING, State.REVERSING)


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an order is: rows by mark, and why some were left out or kept, with how many each."""

    order: HeldOrder
    counts: dict[str, int]
    reasons: tuple[tuple[str, int], ...]

    @property
    def live(self) -> bool:
        """Whether a worker still has something to do."""
        return self.order.state in LIVE

    @property
    def worked(self) -> int:
        """Rows that need nothing more in the direction the order goes."""
        left = self.counts.get(_left(self.order.state == State.REVERSING), 0) if self.live else 0
        return self.order.count - left


def begin(actor: Actor, ids: list[UUID], *, yes: bool) -> HeldOrder:
    """Order that these actions be approved (``yes``) or refused; returns at once, ``work`` does it.

    ``ids`` are those the actor was shown: each is looked at again when its turn comes.
    """
    if not actor.has(APPROVE):
        raise Forbidden("no_permission", "Your roles do not include answering held actions.")
    if not ids:
        raise BadInput("nothing_to_do", "None of them waits any more.", where="action")
    digest = hashlib.sha256("\n".join(str(pk) for pk in ids).encode()).hexdigest()
    with writing(actor, reason="many at once") as w:
        order = w.create(
            HeldOrder, id=new_id(), verb="approve" if yes else "refuse", count=len(ids), digest=digest,
            state=State.RUNNING, by=str(actor), at=clock.now(),
        )  # fmt: skip
        w.event(HeldOrderBegun(verb=order.verb, count=order.count, digest=digest), order)
        for start in range(0, len(ids), INSERT):
            HeldOrderRow.objects.bulk_create(
                HeldOrderRow(order=order, place=start + place, action_id=pk)
                for place, pk in enumerate(ids[start : start + INSERT])
            )
    return order


def stop(actor: Actor, order_id: UUID) -> HeldOrder:
    """What has not been answered stays held; what has been, stands."""
    with writing(actor, reason="stopped") as w:
        order = _known(actor, order_id)
        if order.state != State.RUNNING:
            raise Conflict("not_running", "Nothing of it is left to stop.")
        _leave_waiting(order)
        _end(w, order, State.DONE, "stopped")
    return order


def take_back(actor: Actor, order_id: UUID, why: str) -> HeldOrder:
    """Take back what an approval did, and stop it where it still runs. What is outside the actor's rights stands and is kept."""
    why = " ".join(why.split())[:200]
    if not why:
        raise BadInput("no_reason", "Say why it is taken back.", where="why")
    if not actor.has(LIFT):
        raise Forbidden("no_permission", "Your roles do not include taking actions back.")
    with writing(actor, reason=why) as w:
        order = _known(actor, order_id)
        if order.verb != "approve":
            raise Conflict("refused", "What was refused cannot be taken back: decide the cases again.")
        if order.state in (State.REVERSING, State.REVERSED):
            raise Conflict("reversed_already", "It is being taken back, or was.")
        _leave_waiting(order)
        done = HeldOrderRow.objects.filter(order=order, state=Mark.DONE)
        mine = queries.visible_actions(actor, LIFT).values("pk")
        done.exclude(action__in=mine).update(state=Mark.KEPT, why="no_permission")
        w.update(order, state=State.REVERSING, ended_at=None, reversed_by=str(actor), reverse_why=why)
        w.event(HeldOrderReversal(verb=order.verb, count=done.count()), order)
    return order


def work(limit: int = CHUNK) -> int:
    """Work the next rows of an order that is running or being taken back, each in its own transaction. How many rows."""
    for pk in HeldOrder.objects.filter(state__in=LIVE).order_by("at").values_list("pk", flat=True)[:10]:
        done = 0
        while done < limit and _next(pk):
            done += 1
        if done < limit:
            _finish(pk)
        if done:
            return done
    return 0


@begin_again
def _next(order_id: UUID) -> bool:
    order = HeldOrder.objects.get(pk=order_id)
    back = order.state == State.REVERSING
    who, why = (order.reversed_by, order.reverse_why) if back else (order.by, "many at once")
    with writing(who, reason=why) as w:
        # Shared: workers may go side by side through one order, but not while somebody turns it round.
        with connection.cursor() as cursor:
            cursor.execute("SELECT state FROM enforcement_held_order WHERE id = %s FOR SHARE SKIP LOCKED", [order_id])
            found = cursor.fetchone()
        if found is None or found[0] != order.state or found[0] not in LIVE:
            return False
        rows = HeldOrderRow.objects.select_for_update(skip_locked=True).filter(order=order, state=_left(back))
        row = rows.order_by("-place" if back else "place").first()
        if row is None:
            return False
        try:
            with w.attempt():
                _answer(w, order, row, back)
            row.state, row.why = Mark.REVERSED if back else Mark.DONE, ""
        except OperationalError:
            raise  # a deadlock: this row begins again
        except (WatchfloorError, LookupError) as problem:
            row.state = Mark.KEPT if back else Mark.SKIPPED
            row.why = (problem.code if isinstance(problem, WatchfloorError) else "unknown_action")[:40]
        row.save(update_fields=["state", "why"])
    return True


def _answer(w: Writer, order: HeldOrder, row: HeldOrderRow, back: bool) -> None:
    if back:
        actions.lift(w, row.action_id, why=order.reverse_why)
    else:
        (actions.approve if order.verb == "approve" else actions.reject)(w, row.action_id)


def _finish(order_id: UUID) -> None:
    """The last worker to see nothing left closes the order; a row that another still works keeps it open."""
    order = HeldOrder.objects.get(pk=order_id)
    back = order.state == State.REVERSING
    with writing(order.reversed_by if back else order.by, reason="all were answered") as w:
        found = HeldOrder.objects.select_for_update(skip_locked=True).filter(pk=order_id, state=order.state).first()
        if found is None or found.state not in LIVE:
            return
        if not HeldOrderRow.objects.filter(order=found, state=_left(back)).exists():
            _end(w, found, State.REVERSED if back else State.DONE, "reversed" if back else "done")


def _end(w: Writer, order: HeldOrder, state: str, step: str) -> None:
    counts = _counts(order)
    w.update(order, state=state, ended_at=clock.now())
    event = HeldOrderEnded(
        verb=order.verb, step=step, done=counts["reversed" if step == "reversed" else "done"],
        skipped=counts["skipped"], kept=counts["kept"],
    )  # fmt: skip
    w.event(event, order)


def in_hand(ids: list[UUID]) -> set[UUID]:
    """Which of these actions an order that runs will answer."""
    rows = HeldOrderRow.objects.filter(action__in=ids, state=Mark.WAITING, order__state=State.RUNNING)
    return set(rows.values_list("action_id", flat=True))


def progress(order: HeldOrder) -> Progress:
    """How far it is."""
    rows = HeldOrderRow.objects.filter(order=order).exclude(why="").values_list("why").annotate(n=Count("pk"))
    return Progress(order=order, counts=dict(_counts(order)), reasons=tuple(rows.order_by("-n", "why")))


def visible(actor: Actor, order: HeldOrder) -> bool:
    """Whose order it is, and whoever may answer held actions everywhere."""
    everywhere = Scope(role="", permissions=frozenset({APPROVE}))
    return actor.has(APPROVE) and (order.by == str(actor) or actor.beyond(everywhere) is None)


def find(actor: Actor, order_id: UUID) -> HeldOrder:
    """The order of this id, if the actor may know of it; else there is none."""
    row = HeldOrder.objects.filter(pk=order_id).first()
    if row is None or not visible(actor, row):
        raise NotFound("unknown_order", "There is no such order.")
    return row


def recent(actor: Actor, limit: int = 5) -> list[HeldOrder]:
    """The newest orders the actor may see."""
    if not actor.has(APPROVE):
        return []
    return [row for row in HeldOrder.objects.order_by("-at", "-pk")[: limit * 4] if visible(actor, row)][:limit]


def _known(actor: Actor, order_id: UUID) -> HeldOrder:
    """The same, locked: no worker is within it."""
    find(actor, order_id)
    return HeldOrder.objects.select_for_update().get(pk=order_id)


def _leave_waiting(order: HeldOrder) -> None:
    HeldOrderRow.objects.filter(order=order, state=Mark.WAITING).update(state=Mark.SKIPPED, why="stopped")


def _left(back: bool) -> str:
    return Mark.DONE if back else Mark.WAITING


def _counts(order: HeldOrder) -> Counter[str]:
    rows = HeldOrderRow.objects.filter(order=order).values_list("state").annotate(n=Count("pk"))
    return Counter(dict(rows.order_by()))
