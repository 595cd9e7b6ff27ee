"""Rows by hand-made statements are the rows the ORM would have written and read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.ids import new_id
from watchfloor.ledger import rows
from watchfloor.ledger.models import Event, Outbox
from watchfloor.ledger.writer import writing
from watchfloor.policy.models import Reason
from watchfloor.review.models import Queue, RoutingTable

pytestmark = pytest.mark.django_db


def queue(key: str, **values: Any) -> Queue:
    return Queue(key=key, name="Ünïcode ' \" %s %", markets=["DE", "FR"], languages=None, target_minutes=90, **values)


def values_of(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("count", [1, 3, rows.FEW + 5])
def test_what_is_inserted_is_what_either_way_reads(count: int) -> None:
    given = [queue(f"q{number}", kind="appeal" if number % 2 else "review") for number in range(count)]
    assert rows.insert(given) == count
    for row in given:
        assert values_of(Queue.objects.get(pk=row.pk)) == values_of(row)
        found = rows.one(Queue, "WHERE key = %s", [row.key])
        assert found is not None
        assert values_of(found) == values_of(row)


def test_json_times_and_nulls_come_back_as_they_went() -> None:
    rules = [{"name": "ü", "when": {"policy": ["a", "b"], "severity": {"min": 2}}, "queue": "q"}]
    moment = clock.now() - timedelta(days=400, microseconds=7)
    row = RoutingTable(number=7, rules=rules, live=False, made_by="system:test", made_at=moment)
    rows.insert([row])
    assert values_of(RoutingTable.objects.get()) == values_of(row)
    [found] = rows.select(RoutingTable, "WHERE number = ANY(%s)", [[7, 8]])
    assert values_of(found) == values_of(row)


def test_update_writes_the_named_fields_and_no_others() -> None:
    row = queue("q")
    rows.insert([row])
    row.paused, row.archived_at, row.name = True, clock.now(), "only in the object"
    rows.update(row, ["paused", "archived_at"])
    found = Queue.objects.get()
    assert (found.paused, found.archived_at) == (True, row.archived_at)
    assert found.name != row.name


def test_a_known_row_is_refused_or_left_out() -> None:
    rows.insert([queue("q")])
    assert rows.insert([queue("q"), queue("other")], unless_known=True) == 1
    assert set(Queue.objects.values_list("key", flat=True)) == {"q", "other"}
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert([queue("q")])


def test_the_writer_makes_a_row_only_where_there_is_none() -> None:
    from tests.integration.ledger.test_writer import ReasonSaved

    with writing(system("test")) as w:
        first = w.create_unless_known(Reason, key="scam", name="Scam", policy_key="spam")
        assert first is not None
        assert w.create_unless_known(Reason, key="scam", name="Again", policy_key="spam") is None
        w.event(ReasonSaved(key="scam"), first)
    assert Reason.objects.get(key="scam").name == "Scam"
    assert [change[1] for change in Event.objects.get().changes] == [str(first.pk)]


def test_events_of_one_statement_have_ordinals_in_their_order() -> None:
    from tests.integration.ledger.test_writer import ReasonSaved

    with writing(system("test")) as w:
        given = [w.event(ReasonSaved(key=str(number)), ("reason", new_id())).pk for number in range(rows.FEW * 3)]
        for number in range(3):
            w.send("note", lane="a", key=str(number), payload={"n": number})
    assert list(Event.objects.order_by("ordinal").values_list("pk", flat=True)) == given
    assert [row.payload for row in Outbox.objects.order_by("key")] == [{"n": 0}, {"n": 1}, {"n": 2}]
