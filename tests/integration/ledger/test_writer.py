"""The writer: rows, events and outbox in one transaction; no change without an event; nothing is ever rewritten."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from watchfloor.identity.domain import system
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.models import Event, Outbox, Pending
from watchfloor.ledger.schema import LedgerEvent, decode
from watchfloor.ledger.writer import digest, writing
from watchfloor.policy.models import Reason
from watchfloor.review.models import Queue, Signal

pytestmark = pytest.mark.django_db


class ReasonSaved(LedgerEvent, tag="test.reason_saved"):
    """Only for this test."""

    key: str


def save(key: str) -> Reason:
    with writing(system("test"), reason="why") as w:
        row = w.create(Reason, key=key, name="Spam", policy_key="spam")
        w.event(ReasonSaved(key=key), row)
        w.send("note", lane="a", key=f"k-{key}", payload={"key": key})
    return row


def test_an_event_carries_the_row_it_made() -> None:
    row = save("spam-link")
    event = Event.objects.get(subject=f"reason:{row.pk}")
    assert event.actor == "system:test"
    assert event.reason == "why"
    assert decode(event.type, event.data) == ReasonSaved(key="spam-link")
    [[table, row_id, columns]] = event.changes
    assert (table, row_id) == ("policy_reason", str(row.pk))
    assert columns["key"] == "spam-link"
    assert Pending.objects.filter(pk=event.pk).exists()
    assert Outbox.objects.get(key="k-spam-link").payload == {"key": "spam-link"}


def test_an_update_records_only_what_changed() -> None:
    row = save("scam")
    with writing(system("test")) as w:
        w.update(row, name="Scam", policy_key="spam")
        w.event(ReasonSaved(key="scam"), row)
    event = Event.objects.filter(subject=f"reason:{row.pk}").latest("ordinal")
    assert event.changes == [["policy_reason", str(row.pk), {"name": "Scam"}]]


def test_a_change_without_an_event_is_refused_and_undone() -> None:
    with pytest.raises(AssertionError, match="review_queue"), writing(system("test")) as w:
        w.create(Queue, key="q", name="Q")
    assert not Queue.objects.filter(key="q").exists()


@pytest.mark.parametrize("change", [lambda rows: rows.update(type="x"), lambda rows: rows.delete()])
def test_events_are_never_changed(change: object) -> None:
    save("other")
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        change(Event.objects.all())  # type: ignore[operator]
    assert Event.objects.filter(type="test.reason_saved").exists()


@pytest.mark.parametrize("value", [2**53, -(2**60), 1e17])
def test_a_number_that_could_never_be_hashed_is_refused_before_commit(value: float) -> None:
    with pytest.raises(BadInput, match="exact JSON"):
        save_with({"deep": [value]})
    assert not Queue.objects.filter(key="q").exists()


@pytest.mark.parametrize(
    "value",
    [
        {"zeta": 1, "a": {"long name": [{"y": None, "x": True}], "b": 1.0}, "\u00e9": "\U0001f600"},
        [{"bb": 1, "a": 2.5}],
        {},
    ],
)
def test_the_digest_of_a_private_object_is_that_of_what_the_database_gives_back(value: object) -> None:
    import json

    from django.db import connection

    row = Signal(seal=b"0123456789abcdef", details=value)
    with connection.cursor() as cursor:
        cursor.execute("select %s::jsonb::text", [json.dumps(value)])
        [(text,)] = cursor.fetchall()
    assert digest(row, value) == digest(row, json.loads(text))
    assert digest(row, value) != digest(row, {"zeta": 1})


def save_with(key: object) -> None:
    with writing(system("test")) as w:
        row = w.create(Queue, key="q", name="Q", position=0)
        w.event(ReasonSaved(key=key), row)  # type: ignore[arg-type]
