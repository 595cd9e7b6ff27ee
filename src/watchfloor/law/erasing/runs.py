"""Erasing a person from asking to proof: somebody asks, a second person agrees, a loop does it and says what it did.

Killed anywhere it goes on where it was: every step finds only what is left, and the platform's names of their items go last.
"""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from watchfloor.identity.domain import Actor, system
from watchfloor.items import holds
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.law.erasing import disk, elsewhere, left, rows, who
from watchfloor.law.erasing.who import Person
from watchfloor.law.events import ErasureAsked, ErasureJudged, PersonErased, PersonScrubbed
from watchfloor.law.models import Erasure
from watchfloor.ledger.writer import writing

ACTOR = system("erasure")
State = Erasure.State


def account(type_key: str, external_id: str) -> Item:
    """The account of this name on the platform."""
    row = Item.objects.filter(type_key=type_key, external_id=external_id, kind="account").first()
    if row is None:
        raise NotFound("unknown_account", "No such account is known here: nothing of it is held.", where="account")
    return row


def preview(actor: Actor, row: Item) -> dict[str, int]:
    """How much would be erased, by table, and how much a hold keeps; nothing is changed."""
    person = who.of(row)
    found = {str(model._meta.db_table): _count(model, person) for model in rows.tables(person)}
    found["items_version"] = len(person.versions)
    found["items_item"] = len(person.items)
    return {**{table: count for table, count in found.items() if count}, "held": len(person.held)}


def ask(actor: Actor, row: Item, why: str, request_id: UUID | None = None) -> Erasure:
    """Ask for it. Somebody else must agree, and not one of their items may be all that is held."""
    if not why.strip():
        raise BadInput("no_reason", "Say on what ground.", where="why")
    with writing(actor, reason="a person is to be erased") as w:
        if row.pk in holds.which([row.pk]) and not row.authored.exists():
            raise Conflict(
                "held", "A legal hold keeps this account.", hint="Whoever holds it must lift the hold first."
            )
        made = w.create_unless_known(
            Erasure, account=row, state=State.ASKED, asked_by=str(actor), asked_at=clock.now(), request_id=request_id
        )
        if made is None:
            raise Conflict("asked_already", "The erasing of this account was asked for already.")
        w.event(ErasureAsked(), made)
        return made


def judge(actor: Actor, erasure_id: UUID, *, agree: bool) -> Erasure:
    """A second person agrees, or does not."""
    with writing(actor) as w:
        row = Erasure.objects.select_for_update().filter(pk=erasure_id).first()
        if row is None:
            raise NotFound("unknown_erasure", "There is no such erasure.")
        if row.state != State.ASKED:
            raise Conflict("judged", "This was decided already.")
        if row.asked_by == str(actor) and actor.kind != "system":
            raise Forbidden("own_work", "Somebody else must agree to what you asked for.")
        state = State.RUNNING if agree else State.REFUSED
        w.update(row, state=state, approved_by=str(actor), approved_at=clock.now())
        w.event(ErasureJudged(agreed=agree), row)
        return row


def run_due() -> int:
    """Do the oldest erasure that was agreed to; how many (0 or 1)."""
    row = Erasure.objects.filter(state=State.RUNNING).order_by("approved_at").first()
    if row is None:
        return 0
    run(row.pk)
    return 1


def run(erasure_id: UUID) -> Erasure:
    """Erase, in many small transactions; done again it does only what is left."""
    row = Erasure.objects.select_related("account").get(pk=erasure_id)
    person = who.of(row.account)
    counts: dict[str, int] = defaultdict(int, row.counts)
    digests: dict[str, str] = dict(row.digests)
    for step in elsewhere.steps():
        with writing(ACTOR) as w:
            _add(counts, step(w, person))
    for model in rows.tables(person):
        table = str(model._meta.db_table)
        while True:
            with writing(ACTOR) as w:
                count, digest = rows.empty_all(w, person, model)
            if not count:
                break
            counts[table] += count
            digests[table] = rows.digest([digests[table], digest]) if table in digests else digest
    _add(counts, {"lake": elsewhere.lake(person), "log": elsewhere.logs(person), "exports": elsewhere.exports(person)})
    with writing(ACTOR) as w:
        _add(counts, elsewhere.versions(w, person))
        _add(counts, elsewhere.names(w, person))
    found = left.in_tables(person.marks)
    if events := left.in_lake(person.marks):
        found["lake"] = events
    with writing(ACTOR) as w:
        done = Erasure.objects.select_for_update().get(pk=erasure_id)
        kept = {table: count for table, count in counts.items() if count}
        w.update(
            done,
            state=State.ERASED,
            erased_at=clock.now(),
            counts=kept,
            digests=digests,
            held=len(person.held),
            left=found,
        )
        w.event(PersonErased(counts=kept, digests=digests, held=len(person.held), left=found), done)
    return done


def scrub(erasures: list[UUID] | None = None) -> int:
    """Rewrite what erasures have left behind in the database's files; how many erasures that completed."""
    waiting = Erasure.objects.filter(state=State.ERASED)
    rows_ = list(waiting.filter(pk__in=erasures) if erasures is not None else waiting)
    if not rows_:
        return 0
    tables = {*rows.private_models(), *disk.BESIDE}
    for row in rows_:
        tables |= {table for table in row.counts if table not in ("lake", "log", "exports")}
    busy = disk.scrub(tables)
    if busy:
        return 0
    for row in rows_:
        with writing(ACTOR) as w:
            done = Erasure.objects.select_for_update().get(pk=row.pk)
            w.update(done, state=State.SCRUBBED, scrubbed_at=clock.now())
            w.event(PersonScrubbed(tables=len(tables), left=done.left), done)
    return len(rows_)


def _count(model: type, person: Person) -> int:
    found = rows.reached(model, person)
    return 0 if found is None else int(model._default_manager.filter(found).count())  # type: ignore[attr-defined]


def _add(counts: dict[str, int], more: dict[str, int]) -> None:
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count
