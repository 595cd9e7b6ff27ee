"""What does the platform say is in force? Its list is taken in, compared with ours, and each difference kept until it is gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal

import msgspec
from django.db.models import F, Q

from watchfloor.enforcement import comparing, events, inventory
from watchfloor.enforcement.comparing import Compared, Found
from watchfloor.enforcement.models import Action, Drift, Endpoint, Reconciliation, Said
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.ledger.writer import Writer, writing

AT_ONCE = 2_000
CHUNK = 200  # differences in one transaction


def push(
    actor: Any,
    lines: Iterable[bytes],
    form: Literal["ndjson", "csv"],
    *,
    as_of: datetime | None = None,
    how: str = "push",
) -> Reconciliation:
    """Compare the platform's list, given line by line. ``as_of``: the moment it is true for (now, if it is not said).

    Raises ``BadInput`` for a line that cannot be read; then nothing is compared.
    """
    run = _begin(actor, how, None, as_of)
    with _Ending(actor, run):
        return _finish(actor, run, _kept(run, inventory.read(lines, form)))
    raise AssertionError  # _Ending raises


def pull(actor: Any, endpoint: Endpoint) -> Reconciliation:
    """Ask the platform for its list and compare it. What goes wrong there is raised as ``BadInput`` and noted."""
    if not endpoint.inventory_url:
        raise BadInput(
            "no_inventory", "This endpoint has no address that says what is in force.", where="inventory_url"
        )
    Endpoint.objects.filter(pk=endpoint.pk).update(inventory_at=clock.now())
    run = _begin(actor, "pull", endpoint, None)

    def lines() -> Iterator[inventory.Line]:
        for page in inventory.pages(endpoint):
            yield from inventory.lines_of(page)

    with _Ending(actor, run):
        return _finish(actor, run, _kept(run, lines()))
    raise AssertionError


def pull_due() -> int:
    """Ask every endpoint whose time has come; returns how many were asked."""
    now = clock.now()
    done = 0
    for endpoint in Endpoint.objects.filter(enabled=True, inventory_hours__isnull=False).exclude(inventory_url=""):
        if endpoint.inventory_at and endpoint.inventory_at > now - timedelta(hours=endpoint.inventory_hours or 0):
            continue
        # Claimed by writing the time down first: of two processes one asks.
        if Endpoint.objects.filter(pk=endpoint.pk, inventory_at=endpoint.inventory_at).update(inventory_at=now):
            done += 1
            try:
                pull(system("reconciliation"), endpoint)
            except BadInput:
                continue  # noted with the comparison
    return done


def _begin(actor: Any, how: str, endpoint: Endpoint | None, as_of: datetime | None) -> Reconciliation:
    now = clock.now()
    if as_of is not None and as_of > now + timedelta(minutes=5):
        raise BadInput("bad_moment", "The list cannot be true for a moment that is still to come.", where="as_of")
    with writing(actor) as w:
        run = w.create(
            Reconciliation,
            how=how,
            endpoint=endpoint,
            state=Reconciliation.State.RUNNING,
            by=w.actor,
            as_of=as_of or now,
            began_at=now,
        )
        w.event(events.ReconciliationBegan(how=how), run)
    return run


class _Ending:
    """Whatever goes wrong, the comparison does not stay running, and its lines do not stay."""

    def __init__(self, actor: Any, run: Reconciliation) -> None:
        self.actor, self.run = actor, run

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> Literal[False]:
        Said.objects.filter(reconciliation=self.run).delete()
        if error is not None:
            said = error.message if isinstance(error, WatchfloorError) else type(error).__name__
            if isinstance(error, WatchfloorError) and error.where:
                said = f"{error.where}: {said}"
            with writing(self.actor) as w:
                w.update(self.run, state=Reconciliation.State.FAILED, ended_at=clock.now(), error=said[:300])
                w.event(events.ReconciliationFailed(how=self.run.how), self.run)
        return False


def _kept(run: Reconciliation, lines: Iterable[inventory.Line]) -> int:
    """Store the platform's lines beside ours; returns how many."""
    total = 0
    left = iter(lines)
    while part := list(islice(left, AT_ONCE)):
        Said.objects.bulk_create(
            Said(reconciliation=run, item_type=line.type, external_id=line.id, effect=line.effect, since=line.since,
                 until=None if line.until is msgspec.UNSET else line.until, says_until=line.until is not msgspec.UNSET)
            for line in part
        )  # fmt: skip
        total += len(part)
    return total


def _finish(actor: Any, run: Reconciliation, theirs: int) -> Reconciliation:
    compared = comparing.compare(run)
    known = {_name(row): row for row in Drift.objects.exclude(state=Drift.State.GONE)}
    complete = len(compared.found) == compared.missing + compared.extra + compared.different
    for part in _chunks(compared.found):
        with writing(actor) as w:
            for found in part:
                _note(w, run, found, known.pop(found.name, None))
    if complete:
        gone = [row for name, row in sorted(known.items()) if name not in compared.moving]
        for rows in _chunks(gone):
            with writing(actor) as w:
                for row in rows:
                    w.update(row, state=Drift.State.GONE)
                    w.event(events.DriftGone(kind=row.kind, effect=row.effect), row)
    return _done(actor, run, theirs, compared)


def _done(actor: Any, run: Reconciliation, theirs: int, compared: Compared) -> Reconciliation:
    counts = {"missing": compared.missing, "extra": compared.extra, "different": compared.different}
    with writing(actor) as w:
        w.update(
            run, state=Reconciliation.State.DONE, ended_at=clock.now(), theirs=theirs, ours=compared.ours,
            in_flight=compared.in_flight, **counts,
        )  # fmt: skip
        w.event(events.ReconciliationDone(how=run.how, theirs=theirs, ours=compared.ours, **counts), run)
    return run


def _note(w: Writer, run: Reconciliation, found: Found, row: Drift | None) -> None:
    """A difference that is new, or still there. One that was told again and is still there is open again."""
    now = clock.now()
    if row is None:
        about, why = _about(found)
        row = w.create(
            Drift, kind=found.kind, item_id=found.item_id or (about.item_id if about else None), item_type=found.item_type,
            external_id=found.external_id, effect=found.effect, action_id=about.pk if about else None, our_until=found.our_until,
            their_until=found.their_until, their_since=found.their_since, why=why, state=Drift.State.OPEN, first_at=now, last_at=now,
            reconciliation=run, market=about.market if about else "", policy_key=about.policy_key if about else "",
            severity=about.severity if about else 0, queue_key=about.queue_key if about else "",
        )  # fmt: skip
        w.event(_found(row, new=True), row)
        return
    Drift.objects.filter(pk=row.pk).update(times=F("times") + 1, last_at=now, reconciliation=run)
    now_is = (found.kind, found.our_until, found.their_until)
    if row.state == Drift.State.SENT or now_is != (row.kind, row.our_until, row.their_until):
        about, why = _about(found)
        w.update(
            row, kind=found.kind, our_until=found.our_until, their_until=found.their_until, their_since=found.their_since, why=why,
            action_id=about.pk if about else None, state=Drift.State.OPEN,
        )  # fmt: skip
        if w.has_changes:
            w.event(_found(row, new=False), row)


def _about(found: Found) -> tuple[Action | None, str]:
    """The action of ours it is about (the one in force, or the last that held this effect), and the reason as a word."""
    if found.action_id is not None:
        why = "until" if found.kind == "different" else "given_up" if found.given_up else "lost"
        return Action.objects.get(pk=found.action_id), why
    mine = Q(item__type_key=found.item_type, item__external_id=found.external_id, slot=found.effect)
    last = Action.objects.filter(mine).order_by("-id").first()
    if last is not None:
        return last, "ended" if last.state not in ("held", "rejected", "scheduled") else "never"
    return None, "never"


def _found(row: Drift, *, new: bool) -> events.DriftFound:
    return events.DriftFound(kind=row.kind, effect=row.effect, policy=row.policy_key, market=row.market, new=new)


def _name(row: Drift) -> tuple[str, str, str]:
    return row.item_type, row.external_id, row.effect


def _chunks(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
