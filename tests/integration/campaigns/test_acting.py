"""Rings among events and brigades among reports are found on a floor, none where nobody acts together; a brigade's reports weigh little."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.support.floor import Floor, install, someone
from tests.support.lake import event, fresh
from tests.support.people import member, signed_in

from watchfloor.detection.campaigns.acting import actions, finding, queries
from watchfloor.detection.campaigns.acting.weighing import brigaded
from watchfloor.detection.campaigns.models import BrigadeReport, Ring, RingMember
from watchfloor.intake import lake
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger import rebuild, sequencer
from watchfloor.review.models import Case, Job, Report

LEAD = frozenset({"case.view", "case.bulk", "policy.view", "review.work"})
RING = [f"ring{number}" for number in range(6)]


def liked(rows: list[lake.Row], who: str, what: int, minutes: float) -> None:
    rows.append(
        event(len(rows), {}, minutes=minutes, author="author", item=f"p{what}", name="post_liked", more={"actor": who})
    )


def background(chance: random.Random, rows: list[lake.Row]) -> None:
    """Six hundred likes of sixty posts by eighty people in a day."""
    for _ in range(600):
        liked(rows, f"u{chance.randrange(80)}", chance.randrange(60), chance.uniform(0, 1_400))


def test_a_ring_among_events_is_found_once_and_known_again(db: Any, tmp_path: Path, monkeypatch: Any) -> None:
    install()
    fresh(monkeypatch, tmp_path)
    floor, chance, rows = Floor(), random.Random(4), list[lake.Row]()
    monkeypatch.setattr(clock, "now", lambda: rows[0].event.timestamp + timedelta(days=2))
    background(chance, rows)
    lake.write(rows)
    assert finding.look() == finding.Looked(actions=600, rings=0, new=0)

    began = len(rows)
    for what in range(12):
        start = chance.uniform(0, 1_400)
        for who in RING:
            liked(rows, who, 500 + what, start + chance.uniform(0, 0.6))
    floor.item("bought praise", id="p500", author="ring0")
    floor.item("bought praise again", id="p501", author="ring1")
    lake.write(rows[began:])
    seen = finding.look()
    assert (seen.rings, seen.new) == (1, 1)
    ring = Ring.objects.get()
    assert (ring.kind, ring.action, ring.members, ring.objects_shared) == ("ring", "post_liked", 6, 12)
    told = queries.ring(someone(LEAD), ring.pk)
    assert set(told.names.values()) == {"ring0", "ring1"} and len(told.members) == 6
    assert {item.external_id for item, _ in told.objects} <= {"p500", "p501"}
    assert not RingMember.objects.filter(who__contains="ring").exists()
    assert queries.rings(someone(LEAD, markets=frozenset({"DE"}))) == []
    again = finding.look()
    assert (again.rings, again.new, Ring.objects.get().pk) == (1, 0, ring.pk)
    made = actions.make_cluster(someone(LEAD), ring.pk, name="six who like")
    assert made.count == 2
    sequencer.catch_up()
    assert rebuild.check().differences == []


@pytest.fixture
def reported(db: Any) -> tuple[Floor, list[Any]]:
    """Thirty posts reported now and then by many, ten of them also by five people within minutes, each time."""
    install()
    floor, chance, now = Floor(), random.Random(7), clock.now()
    items = [floor.item(f"a post about {number}", author=f"a{number % 9}") for number in range(30)]
    for _ in range(120):
        item, version = chance.choice(items)
        at = now - timedelta(minutes=chance.uniform(0, 9_000))
        floor.report(item, version, reporter=f"u{chance.randrange(60)}", received_at=at)
    for item, version in items[:10]:
        start = now - timedelta(minutes=chance.uniform(20, 9_000))
        for who in range(5):
            at = start + timedelta(seconds=chance.uniform(0, 240))
            floor.report(item, version, reporter=f"b{who}", received_at=at)
    return floor, items


def test_a_brigade_is_found_and_its_reports_weigh_little_until_it_is_closed(reported: tuple[Floor, list[Any]]) -> None:
    floor, items = reported
    seen = finding.look()
    assert (seen.rings, seen.new) == (1, 1)
    ring = Ring.objects.get()
    assert (ring.kind, ring.members) == ("brigade", 5)
    every = {row.pk: row.reporter for row in Report.objects.all()}
    found = brigaded(list(every))
    assert {every[pk] for pk in found} == {f"b{who}" for who in range(5)} and len(found) == 50
    case = Case.objects.get(item=items[0][0])
    assert case.credit == -5.0 and Job.objects.get(case=case).priority_parts["reporters"] < 0
    other = Case.objects.filter(item__in=[item.pk for item, _ in items[10:]]).first()
    assert other is not None and other.credit == 0.0

    client: Client = signed_in(member(LEAD))
    from watchfloor.kernel.ids import encode

    page = client.get(f"/cases/{encode('case', case.pk)}").content.decode()
    total = case.reports.count()
    assert f"5 of {total} reports come from accounts that report together" in page
    page = client.get(f"/campaigns/rings/{ring.pk}").content.decode()
    assert "the chance of so many is" in page and "5 accounts that report together" in page
    assert client.get("/campaigns/rings?kind=brigade").content.decode().count("accounts that report together") == 1
    rows = b"".join(client.get("/campaigns/rings?format=csv").streaming_content)  # type: ignore[attr-defined]
    assert rows.count(b"\n") == 2
    assert client.post(f"/campaigns/rings/{ring.pk}", {"state": "closed"}).status_code == 422
    client.logout()

    later = floor.report(items[20][0], items[20][1], reporter="b1")
    assert later.credit == -1.0
    with pytest.raises(BadInput):
        actions.set_state(someone(LEAD), ring.pk, "closed")
    actions.set_state(someone(LEAD), ring.pk, "closed", "Neighbours of one street; they were right.")
    case.refresh_from_db()
    assert case.credit == 0.0 and brigaded(list(every)) == set()
    assert finding.look().new == 0 and BrigadeReport.objects.count() >= 50
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_reports_without_a_brigade_are_no_brigade(db: Any) -> None:
    install()
    floor, chance, now = Floor(), random.Random(11), clock.now()
    items = [floor.item(f"post {number}") for number in range(12)]
    for _ in range(150):
        item, version = chance.choice(items)
        floor.report(
            item,
            version,
            reporter=f"u{chance.randrange(40)}",
            received_at=now - timedelta(minutes=chance.uniform(0, 3_000)),
        )
    assert finding.look().rings == 0 and not Ring.objects.exists()
