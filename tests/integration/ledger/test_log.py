"""The log in the database: sequenced in order, verified against tampering, folded back into rows, proved to a stranger."""

from __future__ import annotations

import base64
import threading
import uuid

import pytest
from django.db import connection, transaction

from watchfloor.identity.domain import system
from watchfloor.ledger import merkle, rebuild, sequencer, store
from watchfloor.ledger.models import Checkpoint, Event, Leaf, Pending
from watchfloor.ledger.prove import prove
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.verify import verify
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Queue


class QueueNamed(LedgerEvent, tag="test.queue_named"):
    """Only for this test."""

    name: str


def add(key: str) -> Queue:
    with writing(system("test")) as w:
        row = w.create(Queue, key=key, name=key)
        w.event(QueueNamed(name=key), row)
    return row


def rename(row: Queue, name: str) -> None:
    with writing(system("test")) as w:
        w.update(row, name=name)
        w.event(QueueNamed(name=name), row)


def without_guards(sql: str, *args: object) -> None:
    """What a thief with the database's password could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # foreign-key checks still waiting would bar ALTER TABLE
        for table in ("ledger_event", "ledger_leaf", "ledger_checkpoint"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, args)


@pytest.mark.django_db
def test_every_event_becomes_one_leaf_and_the_root_is_signed() -> None:
    rows = [add(f"q{n}") for n in range(5)]
    rename(rows[0], "better")
    assert sequencer.catch_up() == Event.objects.count()
    assert not Pending.objects.exists()
    result = verify()
    assert result.problems == []
    assert result.events == Leaf.objects.count() == Event.objects.count()
    assert bytes(Checkpoint.objects.get(size=result.events).root).hex() == result.root


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE ledger_event SET actor = 'u' WHERE id = (SELECT event_id FROM ledger_leaf WHERE number = 2)", "not what was recorded"),
        ("DELETE FROM ledger_event WHERE id = (SELECT event_id FROM ledger_leaf WHERE number = 2)", "is missing"),
        ("DELETE FROM ledger_leaf WHERE number = 2", "missing"),
        ("UPDATE ledger_leaf SET number = CASE number WHEN 1 THEN 1002 ELSE 1001 END WHERE number IN (1, 2)", "missing"),
        ("DELETE FROM ledger_leaf WHERE number = (SELECT max(number) FROM ledger_leaf)", "truncated"),
    ],
)  # fmt: skip
def test_tampering_is_found(sql: str, says: str) -> None:
    for n in range(6):
        add(f"q{n}")
    sequencer.catch_up()
    without_guards(sql)
    assert any(says in problem for problem in verify().problems)


@pytest.mark.django_db
def test_a_changed_row_is_found_and_put_right() -> None:
    row = add("honest")
    sequencer.catch_up()
    assert rebuild.check().differences == []
    Queue.objects.filter(pk=row.pk).update(name="forged")
    [difference] = rebuild.check().differences
    assert (difference.table, difference.kind, difference.columns) == (
        "review_queue",
        "different",
        {"name": ("honest", "forged")},
    )
    assert rebuild.check(repair=True).repaired == 1
    assert Queue.objects.get(pk=row.pk).name == "honest"


@pytest.mark.django_db
def test_rows_added_or_removed_behind_the_ledgers_back_are_found() -> None:
    row = add("gone")
    sequencer.catch_up()
    Queue.objects.filter(pk=row.pk).delete()
    Queue.objects.create(id=uuid.uuid4(), key="smuggled", name="x")
    assert {each.kind for each in rebuild.check().differences} == {"missing", "extra"}


@pytest.mark.django_db
def test_events_that_wait_for_the_tree_are_folded_after_those_in_it() -> None:
    row = add("first")
    sequencer.catch_up()
    rename(row, "second")
    add("new")
    rename(row, "third")
    assert Pending.objects.count() == 3
    told: list[int] = []
    result = rebuild.check(progress=told.append)
    assert (result.differences, result.events, told) == ([], 4, [1, 4])


@pytest.mark.django_db(transaction=True)
def test_what_a_floor_at_work_writes_meanwhile_is_no_difference_and_is_not_overwritten() -> None:
    forged, other = add("forged"), add("other")
    sequencer.catch_up()
    Queue.objects.filter(pk=forged.pk).update(name="not in any event")

    def meanwhile() -> None:
        try:
            rename(Queue.objects.get(pk=other.pk), "renamed")
            rename(Queue.objects.get(pk=forged.pk), "put right by hand")
            add("opened")
        finally:
            connection.close()

    def work(done: int) -> None:
        thread = threading.Thread(target=meanwhile)
        thread.start()
        thread.join()

    result = rebuild.check(repair=True, progress=work)
    assert [(each.id, each.columns) for each in result.differences] == [
        (str(forged.pk), {"name": ("forged", "not in any event")})
    ]
    assert (result.events, result.repaired, Queue.objects.get(pk=forged.pk).name) == (2, 0, "put right by hand")
    assert rebuild.check().differences == []


@pytest.mark.django_db
def test_a_bundle_proves_an_event_and_no_other() -> None:
    rows = [add(f"q{n}") for n in range(7)]
    sequencer.catch_up()
    [bundle] = prove(f"queue:{rows[3].pk}")
    root = bytes(Checkpoint.objects.get(size=bundle["tree_size"]).root)
    path = [base64.b64decode(each) for each in bundle["inclusion"]]
    leaf = merkle.leaf_hash(bundle["event"].encode())
    assert merkle.verify_inclusion(leaf, bundle["leaf_index"], bundle["tree_size"], path, root)
    forged = merkle.leaf_hash(bundle["event"].replace("q3", "q4").encode())
    assert not merkle.verify_inclusion(forged, bundle["leaf_index"], bundle["tree_size"], path, root)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_commits_late_is_not_skipped() -> None:
    """One writer takes its numbers and waits; another commits; the first is sequenced afterwards all the same."""
    inserted, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                with writing(system("slow")) as w:
                    row = w.create(Queue, key="slow", name="slow")
                    w.event(QueueNamed(name="slow"), row)
                inserted.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert inserted.wait(10)
    add("quick")
    before = sequencer.catch_up()
    go_on.set()
    thread.join()
    after = sequencer.catch_up()
    assert (before, after) == (1, 1)
    assert verify().problems == []
    assert rebuild.check().differences == []
    assert store.size() == Event.objects.count() == 2
