"""The pages of a spike on a real case: what they say, who may see them, what people do there, and what is kept of what was typed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.integration.spikes.floor import NOW, SPIKE_AT, fortnight, put, write_changes

from watchfloor.identity import actions as identity
from watchfloor.identity import defaults
from watchfloor.identity.domain import system
from watchfloor.insight.spikes import cases, plans, queries
from watchfloor.insight.spikes.investigate import investigate
from watchfloor.insight.spikes.models import Mute, Spike
from watchfloor.kernel import ids
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db


def person(email: str, role: str = "program_manager", **limits: list[str]) -> Client:
    by = system("test")
    with writing(by) as w:
        defaults.install(w)
        user = identity.create_user(w, email=email, name=email.split("@")[0].title(), password=None)
        identity.grant(w, by, user, role, **limits)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def spike() -> Spike:
    write_changes()
    put(fortnight())
    found = investigate("incoming_manual", SPIKE_AT.replace(minute=0), NOW.replace(minute=0), alarm={"market": "ES"})
    with writing(cases.WATCHER) as w:
        return cases.open_case(w, found, kind="spike")


def test_the_pages_tell_the_story_and_carry_a_plan_to_its_day(spike: Spike) -> None:
    pilar = person("pilar@example.org")
    name = ids.encode("spk", spike.pk)
    page = pilar.get(f"/insight/spikes/{name}").content.decode()
    assert "Change true" in page
    assert "spam" in page
    assert "Is it the data?" in page
    listed = pilar.get("/insight/spikes").content.decode()
    assert name in listed
    assert pilar.get("/insight/spikes?format=csv").streaming
    assert name in pilar.get("/insight/spikes/yesterday?day=2026-11-19").content.decode()
    assert b"# " in pilar.get("/insight/spikes/yesterday?day=2026-11-19&format=md").content
    for address in (
        "/insight/spikes/attention",
        "/insight/spikes/investigate?metric=aht&market=ES",
        "/insight/changes?scope=policy:spam",
    ):
        assert pilar.get(address).status_code == 200, address

    act = f"/insight/spikes/{name}/act"
    typed = {
        "step": "plan",
        "owner": "",
        "hypothesis": "The rule is off",
        "action": "Put it on",
        "expected_change": "-60",
        "due_at": "",
    }
    refused = pilar.post(act, typed)
    assert refused.status_code == 422
    assert "The rule is off" in refused.content.decode()
    kept = pilar.post(act, {**typed, "owner": "Pilar", "due_at": (NOW + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")})
    assert kept.status_code == 302
    spike.refresh_from_db()
    assert (spike.state, spike.owner, spike.expected_change) == ("planned", "Pilar", -0.6)
    turn = plans.turn_of(spike)
    assert turn is not None
    assert turn.outcome == "early"
    assert pilar.post(act, {"step": "answer", "verdict": "useful"}).status_code == 302
    assert pilar.post(act, {"step": "mute", "hours": "24", "mute_why": "Known campaign"}).status_code == 302
    assert Mute.objects.get().where == spike.where
    assert pilar.post(act, {"step": "dismiss", "why": ""}).status_code == 422
    assert pilar.post(act, {"step": "again"}).status_code == 302
    spike.refresh_from_db()
    assert spike.version == 2
    assert "weigh 1.5 times" in pilar.get(f"/insight/spikes/{name}").content.decode()


def test_who_may_not_see_the_slice_does_not_know_of_the_spike(spike: Spike) -> None:
    elsewhere = person("gb@example.org", markets=["GB"])
    assert elsewhere.get(f"/insight/spikes/{ids.encode('spk', spike.pk)}").status_code == 404
    assert ids.encode("spk", spike.pk) not in elsewhere.get("/insight/spikes").content.decode()
    assert [line.id for line in queries.open_spikes(system("test"))] == [ids.encode("spk", spike.pk)]
    pilar = person("pilar@example.org")
    for query, address in (
        ("change true", f"/insight/spikes/{ids.encode('spk', spike.pk)}"), ("spikes", "/insight/spikes"), ("topics", "/insight/topics"),
        ("prevalence", "/insight/prevalence"), ("catalogue", "/insight/catalogue"), ("boards", "/insight/boards"),
        ("aht", "/insight/metric/aht"),
    ):  # fmt: skip
        found = {entry["url"] for entry in pilar.get("/console/palette.json", {"q": query}).json()["entries"]}
        assert address in found, query
    hidden = elsewhere.get("/console/palette.json", {"q": "change true"}).json()["entries"]
    assert not [entry for entry in hidden if "/insight/spikes/" in entry["url"]]


def test_changes_are_written_imported_and_taken_out() -> None:
    pilar = person("pilar@example.org")
    write = {
        "step": "write",
        "kind": "release",
        "title": "App 4.2",
        "scope": "market=ES,PT; policy=spam",
        "effect": "more",
    }
    assert pilar.post("/insight/changes", write).status_code == 302
    assert pilar.post("/insight/changes", {**write, "scope": "market"}).status_code == 422
    page = pilar.get("/insight/changes").content.decode()
    assert "App 4.2" in page
    calendar = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261119T180000Z\r\nDTEND:20261119T200000Z\r\nSUMMARY:Cup\\, the "
        "fin\r\n al\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("world.ics", calendar.encode())
    assert (
        pilar.post(
            "/insight/changes", {"step": "import", "file": file, "kind": "world", "file_scope": "market=ES"}
        ).status_code
        == 302
    )
    assert "Cup, the final" in pilar.get("/insight/changes?kind=world").content.decode()
    from watchfloor.insight.changes.models import ChangeRow

    [row] = ChangeRow.objects.filter(kind="release")
    assert pilar.post("/insight/changes", {"step": "undo", "id": ids.encode("chg", row.pk)}).status_code == 302
    assert "App 4.2" not in pilar.get("/insight/changes?format=csv").getvalue().decode()
