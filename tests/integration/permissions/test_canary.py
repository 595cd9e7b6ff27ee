"""What one may not know of shows nowhere: not in a page, a list, a count, a search, an export, a message, nor by the way "no" is said."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.integration.permissions import crawl, insight
from tests.integration.permissions.addresses import pages
from tests.integration.permissions.people import BLIND, SCOPES, World
from tests.integration.permissions.world import Planted, ghost

from watchfloor.identity.domain import system
from watchfloor.insight import queries, stream
from watchfloor.insight.queries import Span
from watchfloor.insight.spikes import queries as spikes
from watchfloor.insight.spikes.investigate import investigate
from watchfloor.kernel import ids, remembered
from watchfloor.ledger.models import Event, Outbox

pytestmark = pytest.mark.django_db


WHO = "everything, uncleared"  # holds every permission there is, so it reads whatever any shipped role without clearance reads
INSIGHT = ("board", "spike", "insight-topic", "study")
KNOWN_OF = {  # what may change by the presence of what one may not know of, and why
    "/settings/reads": "whoever audits looks must see that somebody looked; at what is said only to the cleared",
    "/proof/": "a proof names the size of the whole log, which is public",
}
# Platform events stand in no queue and have no severity: their limits, and those of samples of them, are markets and clearances.
EVENTS = ("/investigate", "/insight/prevalence")


@pytest.fixture(scope="module")
def before(world: World) -> dict[str, tuple[int, str]]:
    """What the uncleared read while there is no restricted case at all."""
    read = {where: crawl.read(world, WHO, where) for where in crawl.addresses(world)}
    world.plant_restricted()
    return read


def test_nothing_changes_by_its_presence(world: World, before: dict[str, tuple[int, str]]) -> None:
    """Not a count, not a line, not the order of anything: each page is the same byte for byte."""
    after = {where: crawl.read(world, WHO, where) for where in crawl.addresses(world)}
    changed = [
        where for where in before if before[where] != after[where] and not any(part in where for part in KNOWN_OF)
    ]
    assert not changed
    assert not [where for where, (_status, body) in after.items() if "zzclear" in body]


@pytest.mark.parametrize("who", [name for name in SCOPES if BLIND[name] > {"zzclear"}])
def test_the_word_shows_nowhere(world: World, before: Any, who: str) -> None:
    leaks = []
    for where in crawl.addresses(world):
        blind = BLIND[who] & {"zzclear", "zzmarket"} if where.startswith(EVENTS) else BLIND[who]
        _status, body = crawl.read(world, who, where)
        leaks += [(where, word) for word in blind if word in body]
    assert not leaks


def test_what_insight_keeps_is_for_each_role_what_it_may_know_of(world: World, before: Any) -> None:
    """A board, a spike, a topic and a study, opened by everyone: the door is the permission, and no restricted word is behind it."""
    there = {page.name: found for page in pages() if page.name in INSIGHT and (found := world.insight.at(page))}
    assert set(there) == set(INSIGHT)
    for who in (*world.roles, *SCOPES):
        may = who in SCOPES or "insight.view" in world.roles[who][2]
        words = {"zzclear"} & BLIND.get(who, {"zzclear"}) | ({insight.PRIVATE} if who != "cleared" else set())
        for where in (found[0] for found in there.values()):
            status, body = crawl.read(world, who, where)
            assert status in ((200, 404) if may else (403,)), (who, where)
            assert not [word for word in words if word in body], (who, where)
    every = {where for found in there.values() for where in found}
    read = {who: {where: crawl.read(world, who, where) for where in every} for who in (WHO, "one market")}
    everything, one_market = ({where for where, (status, _body) in of.items() if status == 200} for of in read.values())
    assert {
        f"/insight/prevalence/{world.insight.studies[0]}",
        f"/insight/spikes/{world.insight.spike}",
    } <= everything - one_market
    assert {
        f"/insight/prevalence/{world.insight.studies[1]}",
        f"/insight/boards/{world.insight.board}",
    } <= everything & one_market
    said = "".join(body for _status, body in read[WHO].values())  # else the above could not fail
    assert all(
        word in said for word in ("all about zzmarket", "see zzplain", "zzplain-first", "/insight/rows/incoming_total")
    )


def test_a_spike_counts_nothing_restricted(world: World, before: Any) -> None:
    row = spikes.spike(system("test"), ids.decode("spk", world.insight.spike))
    found = spikes.found_of(row)
    assert found is not None and found.real >= 8
    assert investigate(found.metric, found.start, found.end).real == found.real  # a restricted case came in since
    span = Span(start=found.start, end=found.end)
    assert queries.kpis(system("test"), span, metrics=[found.metric])[0].value == found.real + 2


def test_whoever_is_cleared_does_read_it(world: World, before: Any) -> None:
    """The words are where one looks: else the tests above could not fail."""
    for word, planted in world.planted.items():
        page = f"/cases/{_case(planted)}"
        places = [f"/cases?q={_case(planted)}", page, f"{page}/proof/{planted.decision}"]
        shown = [where for where in places if crawl.read(world, "cleared", where)[0] == 200]
        assert shown == places
        assert word in crawl.read(world, "cleared", places[1])[1]


def test_a_report_about_it_shows_nowhere_else(world: World, before: Any) -> None:
    """The role alone is not enough, nor is the clearance alone; who has both reads the word."""
    planted = world.planted["zzclear"]
    reports = [page.at(lambda kind, name: crawl.known(planted, kind, name)) for page in pages() if page.clearance]
    for who in (WHO, "child_safety_reporter", "administrator", "security"):
        assert {crawl.read(world, who, where)[0] for where in reports} == {404}
    assert "zzclear-author" in "".join(crawl.read(world, "cleared", where)[1] for where in reports)


@pytest.mark.parametrize("who", [WHO, "reviewer"])
def test_a_search_answers_as_if_it_were_not_there(world: World, before: Any, who: str) -> None:
    for asked, never in zip(crawl.searches("zzclear"), crawl.searches("zznever"), strict=True):
        status, body = crawl.read(world, who, asked)
        assert (status, body.replace("zzclear", "zznever")) == crawl.read(world, who, never), asked


def test_no_is_said_as_of_what_never_was(world: World, before: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes and the same number of questions to the database, whatever is asked and however. (Asked once before, for what
    a process keeps; and what it keeps for seconds does not age here, however slow the machine is.)"""
    monkeypatch.setattr(remembered, "time", SimpleNamespace(monotonic=lambda: 0.0))
    there, never = world.planted["zzclear"], ghost()
    for who in (WHO, "escalation_lead"):
        for method, of, data in KNOCKS:
            answers = [_knock(world, who, method, of(planted), data) for planted in (never, there, never)]
            assert answers[1] == answers[2], (who, method, of(there))
    for method, of, data in PROGRAMS:
        answers = [_knock(world, "", method, of(planted), data(planted)) for planted in (never, there, never)]
        assert answers[1] == answers[2], (method, of(there))


def test_programs_read_nothing(world: World, before: Any) -> None:
    for where in crawl.api_lists():
        _status, body = crawl.read(world, "", where, token="all")
        assert "zzclear" not in body and ids.encode("case", world.planted["zzclear"].decided) not in body, where


@pytest.mark.parametrize("who", ["one market", "one queue"])
def test_a_limited_token_reads_its_own_alone(world: World, before: Any, who: str) -> None:
    """Every list, and what was planted outside asked for by name: as if it had never been."""
    read, never = f"limited: {who}", ghost()
    seen = "".join(crawl.read(world, "", where, token=read)[1] for where in crawl.api_lists())
    outside = [planted for word, planted in world.planted.items() if word in BLIND[who]]
    for planted in outside:
        assert planted.word not in seen and ids.encode("case", planted.decided) not in seen
        for method, of, data in PROGRAMS:
            answers = [_knock(world, "", method, of(each), data(each), read) for each in (never, planted, never)]
            assert answers[1] == answers[2], (method, of(planted))
    assert outside and ids.encode("case", world.planted["zzplain"].decided) in seen  # else the above could not fail


def test_nothing_but_topics(world: World, before: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The live stream says which parts of a page to ask for again: no id, no count, no word, whatever has happened."""
    monkeypatch.setattr(stream, "EVERY", 0.0)
    ledger = stream.newest(0)
    assert {"case.opened", "decision.made", "job.ready"} <= {kind for kind, _ordinal in ledger}
    at_first, now = stream.Watch(), stream.Watch()
    now.note(ledger)

    class Shared(stream.Watch):
        looks = 0

        async def look(self) -> dict[str, int]:
            self.looks += 1
            return dict((at_first if self.looks == 1 else now).changed)

    async def told() -> list[bytes]:
        said = stream.events(set(stream.TOPICS), Shared())
        return [await anext(said) for _ in range(1 + sum(ordinal > 0 for ordinal in now.changed.values()))]

    retry, *lines = async_to_sync(told)()
    assert retry == b"retry: 3000\n\n"
    topics = [json.loads(line.removeprefix(b"data: ")) for line in lines]
    assert topics == [{"topic": name} for name in sorted(now.changed) if now.changed[name]]
    assert {"topic": "cases"} in topics


def test_messages_and_the_ledger_hold_no_words(world: World, before: Any) -> None:
    """What goes out to the platform names the item it is about, never what was written; the ledger names neither."""
    for word in world.planted:
        for row in Outbox.objects.all():
            told = (
                json.dumps(row.payload)
                .replace(f"{word}-first", "")
                .replace(f"{word}-author", "")
                .replace(f"{word}-reporter", "")
            )
            assert word not in told, (row.topic, word)
        for event in Event.objects.all():
            assert word not in json.dumps([event.data, event.changes, event.reason]).replace(f"{word}-label", ""), (
                event.type
            )


def _knock(world: World, who: str, method: str, where: str, data: Any, token: str = "all") -> tuple[int, str, int]:
    client = world.client(who) if who else world.client("nobody")
    more: dict[str, Any] = {} if who else {"content_type": "application/json", "headers": world.bearer(token)}
    with world.undone():
        world.forget()
        client.get("/v1/me", headers=world.bearer(token))  # what is remembered a few seconds is remembered for both
        with CaptureQueriesContext(connection) as asked:
            response = getattr(client, method)(where, data, **more)
        body = response.content.decode()
    for pattern in (
        *crawl.VOLATILE,
        re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}"),
        re.compile(r"\b(case|dec|job)_[0-9a-z]{26}"),
    ):
        body = pattern.sub("", body)
    return response.status_code, body, len(asked)


def _case(planted: Planted) -> str:
    return ids.encode("case", planted.decided)


KNOCKS: list[tuple[str, Any, Any]] = [
    ("get", lambda p: f"/cases/{_case(p)}", {}),
    ("post", lambda p: f"/cases/{_case(p)}", {"step": "note", "text": "hello"}),
    ("get", lambda p: f"/cases/{_case(p)}/proof/{p.decision}", {}),
    ("get", lambda p: f"/review/work/{p.job}", {}),
    ("post", lambda p: f"/review/work/{p.job}", {"step": "decide", "token": "1", "verdict": "clean"}),
    ("get", lambda p: f"/review/work/{p.job}/effects?violation=spam.bulk", {}),
    ("post", lambda p: f"/review/work/{p.job}/beat", {"token": "1", "active_ms": "1"}),
    ("post", lambda p: f"/review/undo/{p.decision}", {"why": "test"}),
    ("get", lambda p: f"/cases?q={_case(p)}", {}),
    ("get", lambda p: f"/console/palette.json?q={_case(p)}", {}),
]
PROGRAMS: list[tuple[str, Any, Any]] = [
    ("get", lambda p: f"/v1/cases/{_case(p)}", lambda p: {}),
    ("get", lambda p: f"/v1/cases?q={_case(p)}", lambda p: {}),
    ("get", lambda p: f"/v1/decisions/{ids.encode('dec', p.decision)}", lambda p: {}),
    ("post", lambda p: f"/v1/jobs/{ids.encode('job', p.job)}/decide", lambda p: {"token": 1, "verdict": "clean"}),
]
