"""The spool's way out: rows are worked once, a poisoned one costs only itself and can be replayed, events reach the lake."""

from __future__ import annotations

import errno
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connection
from tests.support.intake import event, report

from watchfloor.detection import lakes
from watchfloor.identity.domain import NOBODY, system
from watchfloor.intake import begun, drain, lake, quarantine
from watchfloor.intake.models import Spooled
from watchfloor.items.models import Item, ItemType, ItemVersion
from watchfloor.items.queries import forget_types
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import Writer

ADMIN = system("test")


def see_only(w: Writer, row: Spooled) -> None:
    """The part of a row's way that this context and items do by themselves."""
    found = drain.read(row)
    drain.seen(w, found.item, row.received_at, found.market, found.language)


HANDLERS = {"report": see_only, "event": see_only}


def drained_after_all_pauses() -> None:
    """Drain until nothing waits, setting the clock forward as the pauses ask."""
    now = clock.now()
    for attempt in range(drain.ATTEMPTS):
        with clock.at(now + timedelta(hours=attempt)):
            drain.drain(handlers=HANDLERS)


def test_rows_are_worked_once_and_let_go_of_their_content(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path))
    run(lambda client: client.reports([report(1), report(2), report(1, note="other")]))
    assert drain.drain(handlers=HANDLERS) == 3
    assert drain.drain(handlers=HANDLERS) == 0
    assert lake.export() == 3
    assert set(Spooled.objects.values_list("state", "body")) == {("done", None)}
    assert set(Item.objects.values_list("type_key", "external_id")) == {
        ("message", "m-1"), ("message", "m-2"), ("account", "a-1"),
    }  # fmt: skip
    assert ItemVersion.objects.count() == 2


def test_a_row_the_lake_cannot_take_keeps_its_body_and_holds_up_nobody(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path))
    run(lambda client: client.reports([report(number) for number in range(9)]))
    assert drain.drain(handlers=HANDLERS) == 9
    poison = Spooled.objects.order_by("id")[4]
    Spooled.objects.filter(pk=poison.pk).update(body=b"{not json")
    assert lake.export() == 9 and lake.export() == 0
    assert list(Spooled.objects.exclude(body=None).values_list("pk", flat=True)) == [poison.pk]
    Spooled.objects.filter(pk=poison.pk).update(body=poison.body)  # the cause is mended
    with clock.at(clock.now() + 2 * lake.AGAIN):
        assert lake.export() == 1
    frames = [pl.read_parquet(path) for path in (tmp_path / "lake").rglob("*.parquet")]
    assert len({row for frame in frames for row in frame["id"]}) == 9


def test_the_never_shed_lane_goes_first(run: Any) -> None:
    run(lambda client: client.reports([report(1), report(2, reason="csam")]))
    assert drain.drain(limit=1, handlers=HANDLERS) == 1
    assert Spooled.objects.get(state="waiting").lane == 1


def test_poison_is_put_aside_and_its_neighbours_are_not_held_up(run: Any) -> None:
    run(
        lambda client: client.reports(
            [report(1), report(2, item={"type": "link", "id": "l", "data": {"url": "x"}}), report(3)]
        )
    )
    ItemType.objects.filter(key="link").update(archived_at=clock.now())  # archived between receipt and work
    forget_types()
    drained_after_all_pauses()
    assert sorted(Spooled.objects.values_list("state", flat=True)) == ["done", "done", "quarantined"]
    row = Spooled.objects.get(state="quarantined")
    assert json.loads(bytes(row.body))["item"]["id"] == "l"
    assert row.attempts == 5 and "There is no item type 'link'." in row.error
    said = Event.objects.get(type="intake.quarantined", subject=f"spooled:{row.pk}")
    assert said.data == {"kind": "report", "source": "chirp", "error": "unknown_item_type", "attempts": 5}

    ItemType.objects.filter(key="link").update(archived_at=None)
    assert quarantine.replay(ADMIN) == 1
    assert quarantine.replay(ADMIN) == 0
    forget_types()
    drain.drain(handlers=HANDLERS)
    assert set(Spooled.objects.values_list("state", flat=True)) == {"done"}


def test_a_row_that_breaks_the_database_statement_costs_only_itself(run: Any) -> None:
    run(lambda client: client.reports([report(1), report(2), report(3)]))
    poison = Spooled.objects.order_by("id")[1].pk

    def handler(w: Writer, row: Spooled) -> None:
        see_only(w, row)
        if row.pk == poison:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")

    assert drain.drain(handlers={"report": handler}) == 3
    row = Spooled.objects.get(state="waiting")
    assert (row.pk, row.attempts) == (poison, 1)
    assert row.next_at is not None and "division by zero" in row.error
    assert not Item.objects.filter(external_id="m-2").exists()
    assert drain.drain(handlers=HANDLERS) == 0  # it rests


def test_a_lost_connection_is_not_the_rows_fault(run: Any) -> None:
    run(lambda client: client.reports(report()))

    def handler(w: Writer, row: Spooled) -> None:
        connection.connection.close()
        raise ConnectionError("cut")

    with pytest.raises(Exception, match=r"cut|closed"):
        drain.drain(handlers={"report": handler})
    connection.close()
    assert Spooled.objects.get().attempts == 0


@pytest.mark.parametrize("short", ["the database's disk", "our own disk"])
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_is_no_rows_fault_however_long_it_is_full(run: Any, short: str) -> None:
    run(lambda client: client.reports([report(1), report(2)]))

    def handler(w: Writer, row: Spooled) -> None:
        see_only(w, row)
        if short == "our own disk":
            raise OSError(errno.ENOSPC, "No space left on device")
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$")

    for _ in range(begun.deaths() + 2):
        with pytest.raises(Exception, match=r"could not extend|No space"):
            drain.drain(handlers={"report": handler})
    assert set(Spooled.objects.values_list("state", "attempts", "begun")) == {("waiting", 0, 0)}
    assert drain.drain(handlers=HANDLERS) == 2
    assert set(Spooled.objects.values_list("state", flat=True)) == {"done"}


def test_quarantine_is_for_those_who_may(run: Any) -> None:
    run(lambda client: client.reports(report()))
    Spooled.objects.update(state="quarantined", error="x")
    row = Spooled.objects.get()
    receipt = quarantine.receipt_of(row)
    assert list(quarantine.rows(NOBODY)) == []
    with pytest.raises(NotFound):
        quarantine.find(NOBODY, receipt)
    with pytest.raises(Forbidden):
        quarantine.replay(NOBODY)
    assert quarantine.find(ADMIN, receipt).pk == row.pk
    assert quarantine.summary(ADMIN) == [{"error": "x", "kind": "report", "source": "chirp", "count": 1}]


def test_discarding_needs_a_reason_and_erases(run: Any) -> None:
    run(lambda client: client.reports(report(id="k")))
    Spooled.objects.update(state="quarantined")
    row = Spooled.objects.get()
    with pytest.raises(BadInput, match="Say why"):
        quarantine.discard(ADMIN, row.pk, " ")
    quarantine.discard(ADMIN, row.pk, "test data")
    row.refresh_from_db()
    assert (row.state, row.body, row.error) == ("discarded", None, "Discarded: test data")
    assert Event.objects.get(type="intake.discarded", subject=f"spooled:{row.pk}").reason == "test data"
    with pytest.raises(Conflict):
        quarantine.discard(ADMIN, row.pk, "again")
    again = run(lambda client: client.reports(report(id="k")))
    assert again.json["duplicate"] is True  # the key is honoured for ever


def test_events_and_reports_reach_the_lake_as_columns(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path))
    later = event(2, at="2026-01-02T05:00:00+01:00", market="FR", data={"n": 1, "deep": {"er": {"x": [1, 2]}}})
    run(lambda client: client.events([event(1), later]))
    run(lambda client: client.reports([report(3)]))
    assert lake.export() == 0  # not worked yet
    drain.drain(handlers=HANDLERS)
    assert lake.export() == 3
    assert lake.export() == 0
    assert set(Spooled.objects.values_list("body", flat=True)) == {None}
    found = lakes.frames().collect().sort("item_id", "timestamp")
    assert found["action_id"].n_unique() == 3
    events = found.filter(pl.col("action_name") == "post.created")
    assert [f"{at:%d %H}" for at in events["timestamp"]] == ["02 03", "02 04"]
    assert events.select("item_id", "market", "$.event.ip", "$.event.n", "$.event.deep.er.x").rows() == [
        ("p-1", "", "192.0.2.1", None, None), ("p-2", "FR", None, 1, [1, 2]),
    ]  # fmt: skip
    [reported] = found.filter(pl.col("action_name") == "item_reported").to_dicts()
    assert reported["id"].startswith("rpt_") and "note" not in reported["data"]


def test_the_whole_way_of_a_report(run: Any) -> None:
    review = pytest.importorskip("watchfloor.review.actions")
    pytest.importorskip("watchfloor.detection.actions")
    pytest.importorskip("watchfloor.policy.queries")
    if not hasattr(review, "receive_report"):
        pytest.skip("the review floor is not there yet")
    from watchfloor.review.models import Report

    answer = run(lambda client: client.reports(report(1)))
    drain.drain()
    row = Spooled.objects.get()
    assert (row.state, row.error) == ("done", "")
    kept = Report.objects.get()
    assert quarantine.receipt_of(row) == answer.json["id"] and kept.pk == row.pk
    assert (kept.reason_key, kept.channel, kept.reporter_kind, kept.note) == ("spam", "user", "user", "again")
