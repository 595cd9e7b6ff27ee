"""Work from its beginning to its end: rings, slips, mail that is owed once, rights, pages and the API."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from tests.support.people import member, signed_in

from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import system
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.writer import Writer, writing
from watchfloor.programme.stakeholders import letters
from watchfloor.programme.stakeholders.actions import ask
from watchfloor.programme.stakeholders.models import Letter
from watchfloor.programme.tracking import actions, after, digests, links, queries, reminders
from watchfloor.programme.tracking.actions import Started, Todo
from watchfloor.programme.tracking.after import Change
from watchfloor.programme.tracking.models import Action, Digest, Initiative, Milestone, Slip

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)  # a Thursday
DAY = timedelta(days=1)
EDITS = frozenset({"programme.view", "programme.edit"})


def test_work_is_tracked_from_beginning_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def push(w: Writer, change: Change) -> None:
        told.append(change.what)

    monkeypatch.setattr(after, "_tellers", [push])
    ana = member(EDITS, "Ana Ruiz")
    with clock.at(NOW), writing(f"user:{ana.pk}") as w:
        plan = actions.begin_initiative(w, Started(kind="launch", title="Hate 5", owner=ana.pk, about="launch:1"))
        stone = actions.add_milestone(w, plan, "Text approved", NOW + 5 * DAY)
        first = actions.add_action(w, Todo(title="Write it", owner=ana.pk, due=NOW + DAY, milestone=stone))
        second = actions.add_action(w, Todo(title="Read it", due=NOW + 2 * DAY, initiative=plan, depends_on=[first.pk]))
        third = actions.add_action(
            w, Todo(title="Ship it", due=NOW + 3 * DAY, about="launch:1", depends_on=[second.pk])
        )
        said = actions.comment(w, f"action:{first.pk}", "@ana.ruiz, by Friday?")
    assert said.mentions == [ana.pk]
    assert [row.pk for row in queries.of("launch:1")] == [first.pk, second.pk, third.pk]
    with pytest.raises(BadInput, match="Write it → Ship it → Read it → Write it"), writing(system("test")) as w:
        actions.move(w, first, depends_on=[third.pk])
    with pytest.raises(BadInput, match="Say why"), writing(system("test")) as w:
        actions.move(w, first, due=NOW + 4 * DAY)
    with clock.at(NOW + 2 * DAY), writing(system("test")) as w:
        actions.move(w, first, due=NOW + 4 * DAY, why="The lawyers are on holiday")
        actions.move(w, first, state="done")
        actions.move_milestone(w, stone, due=NOW + 6 * DAY, why="So is the translator")
    assert {slip.why for slip in Slip.objects.all()} == {"The lawyers are on holiday", "So is the translator"}
    assert queries.open_of(ana.pk) == []
    assert told == ["begun", "milestone", "added", "added", "added", "commented", "moved", "moved", "milestone"]
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_each_is_told_once_whatever_breaks() -> None:
    """Reminders owed by a loop that is killed at random, mail sent by two that fail at random: each letter arrives once."""
    ana, bo = member(EDITS, "Ana Ruiz"), member(EDITS, "Bo")
    with clock.at(NOW - 20 * DAY), writing(f"user:{bo.pk}") as w:
        rows = [
            actions.add_action(w, Todo(title=f"No. {n}", owner=ana.pk, due=NOW + timedelta(hours=n)))
            for n in range(-3, 4)
        ]
        actions.watch(w, f"action:{rows[0].pk}", bo.pk)
        plan = actions.begin_initiative(w, Started(kind="initiative", title="Appeals", owner=ana.pk))
        actions.add_milestone(w, plan, "Live", NOW - DAY)
        ask(w, ana.pk, "How many wait?", NOW + timedelta(hours=5))
    Letter.objects.all().delete()  # that she was given them
    dice, write = random.Random(7), letters.write

    class Killed(Exception):
        pass

    def dies(*args: Any, **kwargs: Any) -> Any:
        made = write(*args, **kwargs)
        if dice.random() < 0.4:
            raise Killed
        return made

    with pytest.MonkeyPatch.context() as patch, clock.at(NOW):
        patch.setattr(letters, "write", dies)
        for _restart in range(60):
            try:
                reminders.remind()
            except Killed:
                continue
        causes = Counter(key.partition(":")[0] for key in Letter.objects.values_list("key", flat=True))
        assert causes == {"late": 4, "soon": 5}
    with clock.at(NOW + timedelta(minutes=1)):
        assert reminders.remind() == 1  # the one that was due at this moment is late now
        with writing(f"user:{ana.pk}") as w:
            actions.move(w, rows[0], due=NOW + DAY, why="Waits for figures")
        assert reminders.remind() == 1  # a new due time is a new promise
        while letters.send_due():
            pass
        assert letters.send_due() == 0
    to = Counter(each.to[0] for each in mail.outbox)
    assert to == {ana.email: 11, bo.email: 1}
    [news] = [each for each in mail.outbox if each.to == [bo.email]]
    assert "News of: No. -3" in news.subject and "Why: Waits for figures" in news.body and f"/{rows[0].pk}" in news.body
    assert len({each.extra_headers["Message-ID"] for each in mail.outbox}) == 12


def test_the_digest_comes_by_ones_own_clock_with_the_rights_of_that_moment() -> None:
    kim = member({"programme.view"}, "Kim", vendors=["birch"])
    with clock.at(NOW), writing(system("test")) as w:
        actions.add_action(w, Todo(title="Birch's", due=NOW - DAY, vendor="birch"))
        actions.add_action(w, Todo(title="The house's", due=NOW - DAY))
        digests.choose(w, kim.pk, every="day", weekday=0, minute=9 * 60, zone="Asia/Manila", of="all")
        digests.choose(w, kim.pk, every="day", weekday=0, minute=9 * 60, zone="Asia/Manila", of="all")
    row = Digest.objects.get()
    assert row.next_at == datetime(2026, 11, 27, 1, tzinfo=UTC)
    with clock.at(row.next_at + 3 * DAY + timedelta(minutes=5)):
        assert digests.send_due() == 1  # what was missed is not made up for
        assert digests.send_due() == 0
    letter = Letter.objects.get()
    assert "Birch's" in letter.text and "The house's" not in letter.text
    assert Digest.objects.get().next_at == datetime(2026, 12, 1, 1, tzinfo=UTC)


def test_pages_do_it_and_keep_what_was_typed() -> None:
    ana, bo = member(EDITS, "Ana Ruiz"), member(EDITS, "Bo")
    hers, limited = signed_in(ana), signed_in(member(EDITS, "Vic", vendors=["birch"]))
    assert "No work is tracked yet" in hers.get("/programme").content.decode()
    begun = {
        "do": "begin",
        "title": "Faster appeals",
        "kind": "initiative",
        "owner": str(ana.pk),
        "zone": "Europe/Madrid",
    }
    refused = hers.post("/programme/initiatives/new", {**begun, "zone": "Mars/Base"})
    assert refused.status_code == 422 and "Faster appeals" in refused.content.decode()
    assert hers.post("/programme/initiatives/new", begun).status_code == 302
    plan = Initiative.objects.get()
    here = f"/programme/initiatives/{plan.pk}"
    with clock.at(NOW):
        assert hers.post(here, {"do": "milestone", "stone": "Live", "stone_due": "10 working days"}).status_code == 302
        add = {
            "do": "add",
            "title": "Draft",
            "initiative": str(plan.pk),
            "owner": str(bo.pk),
            "due": "2 working days",
            "back": "initiative",
        }
        for wrong in ({"due": "soon"}, {"title": "\x00"}, {"owner": "me"}, {"milestone": "x"}, {"depends_on": "x"}):
            assert hers.post("/programme/actions/new", {**add, **wrong}).status_code == 422, wrong
        assert hers.post("/programme/actions/new", add).status_code == 302
        row, stone = Action.objects.get(), Milestone.objects.get()
        assert row.due == datetime(2026, 11, 30, 16, tzinfo=UTC) and stone.due == datetime(2026, 12, 10, 16, tzinfo=UTC)
        one = f"/programme/actions/{row.pk}"
        stranger = member(
            frozenset({"rule.view"}), "Cy"
        )  # owns it, and sees nothing of programme: still the form's choice
        with writing(system("test")) as w:
            actions.move(w, row, owner=stranger.pk)
        assert f'value="{stranger.pk}" selected' in hers.get(one).content.decode()
        with writing(system("test")) as w:
            actions.move(w, row, owner=bo.pk)
        change = {"do": "change", "title": "Draft it", "owner": str(bo.pk), "due": "2026-12-01 10:00"}
        page = hers.post(one, change)
        assert (
            page.status_code == 422
            and "Say why it moves" in page.content.decode()
            and "2026-12-01 10:00" in page.content.decode()
        )
        assert hers.post(one, {**change, "why": "Figures are late"}).status_code == 302
        assert hers.post(one, {"do": "comment", "text": "Ready, @Bo?"}).status_code == 302
        assert hers.post(one, {"do": "change"}).status_code == 422  # nothing was sent
        moved = {
            "do": "change",
            "title": "Appeals, faster",
            "zone": "Asia/Manila",
            "state": "paused",
            "owner": str(ana.pk),
        }
        assert hers.post(here, {**moved, "zone": "Mars"}).status_code == 422
        assert hers.post(here, moved).status_code == 302
        plan.refresh_from_db()
        assert (plan.title, plan.zone, plan.state) == ("Appeals, faster", "Asia/Manila", "paused")
        assert (
            hers.post(
                here, {**moved, "title": "Faster appeals", "zone": "Europe/Madrid", "state": "running"}
            ).status_code
            == 302
        )
        board = hers.post(f"{one}/move?owner=me", {"state": "doing"})
        assert board.status_code == 200 and "Draft it: Doing." in board.content.decode()
        for address in (
            "/programme",
            "/programme/board",
            "/programme/timeline",
            "/programme/work?sort=-due",
            here,
            one,
            "/programme/board?owner=x",
            "/programme/work?initiative=nobody",
            "/programme/work?q=%00a",
            f"/programme/timeline?initiative={plan.pk}",
        ):
            assert hers.get(address).status_code == 200, address
        assert (
            "Figures are late" in hers.get(one).content.decode()
            and "working time of Europe/Madrid" in hers.get(one).content.decode()
        )
    lines = (
        b"".join(hers.get(f"/programme/work?format=csv&initiative={plan.pk}").streaming_content).decode().splitlines()
    )  # type: ignore[attr-defined]
    assert len(lines) == 2 and "Draft it,Faster appeals,,Bo,doing" in lines[1]
    # what theirs waits for and they may not know of, they are not told, even by a ring
    with writing(system("test")) as w:
        ours = actions.add_action(w, Todo(title="Birch's", due=NOW, vendor="birch", depends_on=[row.pk]))
        last = actions.add_action(w, Todo(title="Birch's last", vendor="birch", depends_on=[]))
        actions.move(w, row, depends_on=[last.pk])
    assert "Draft it" not in limited.get(f"/programme/actions/{ours.pk}").content.decode()
    closed = {"do": "change", "title": "Birch's last", "depends_on": str(ours.pk)}
    ring = limited.post(f"/programme/actions/{last.pk}", closed).content.decode()
    assert "would wait for each other" in ring and "…" in ring and "Draft it" not in ring
    # whoever is limited to a vendor does not learn that the house's own work is there
    for address in (here, one):
        assert limited.get(address).status_code == 404
    assert limited.post(f"{one}/move", {"state": "done"}).status_code == 404
    assert "Draft it" not in limited.get("/programme/board").content.decode()
    assert limited.post("/programme/actions/new", {"do": "add", "title": "Ours"}).status_code == 302  # of their vendor
    assert Action.objects.get(title="Ours").vendor_key == "birch"
    assert (
        limited.post("/programme/actions/new", {"do": "add", "title": "Not ours", "vendor": "alder"}).status_code == 422
    )
    Letter.objects.update(try_at=None, problem="Connection refused")
    assert "did not arrive" in hers.get("/programme").content.decode()
    assert "Connection refused" not in limited.get("/programme").content.decode()
    assert limited.post("/programme", {"do": "mail"}).status_code == 404
    assert hers.post("/programme", {"do": "mail"}).status_code == 302 and not letters.given_up().exists()
    for when, status in (("25:00", 422), ("", 422), ("07:30", 302)):
        given = {"do": "digest", "every": "week", "weekday": "4", "time": when, "zone": "Europe/Madrid", "of": "mine"}
        assert hers.post("/programme", given).status_code == status
    assert Digest.objects.get(person=ana.pk).minute == 450
    with clock.at(NOW + 20 * DAY):
        page = hers.get("/programme").content.decode()
    assert "Milestone" in page and "Live" in page and "Nothing is late." not in page
    # who only suggests has their own page
    assert signed_in(member({"programme.suggest"}, "Sue")).get("/programme")["Location"].startswith("/programme/")


def test_programs_track_as_people_do(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = member(EDITS, "Ana")
    with writing(system("test")) as w:
        _row, secret = create_token(w, system("test"), name="plan", source="plan", permissions=sorted(EDITS))
    client, bearer = Client(), {"Authorization": f"Bearer {secret}"}

    def call(verb: str, path: str, body: Any = None, **headers: str) -> Any:
        return client.generic(
            verb, f"/v1/programme/{path}", data=json.dumps(body or {}), content_type="application/json",
            headers={**bearer, **headers},
        )  # fmt: skip

    owner = ids.encode("usr", ana.pk)
    once = {"Idempotency-Key": "a"}
    made = call("POST", "initiatives", {"title": "Faster", "owner": owner}, **once)
    assert made.status_code == 201 and call("POST", "initiatives", {"title": "Faster"}, **once).json() == made.json()
    plan = made.json()["id"]
    monkeypatch.setattr(links, "_showers", [lambda rows: {pk: links.Link("jira", "OPS-1") for pk in rows}])
    one = call(
        "POST", "actions", {"title": "Do", "initiative": plan, "due": "2026-11-27T10:00:00+01:00"}, **once
    ).json()
    assert (
        call("POST", "actions", {"title": "Do"}, **once).json()["id"] == one["id"] and one["links"][0]["key"] == "OPS-1"
    )
    two = call("POST", "actions", {"title": "Then", "waits_for": [one["id"]]}).json()
    ring = call("PATCH", f"actions/{one['id']}", {"waits_for": [two["id"]]})
    assert ring.status_code == 422 and ring.json()["error"]["code"] == "ring"
    assert call("PATCH", f"actions/{one['id']}", {"due": "2026-12-01T10:00:00Z"}).json()["error"]["code"] == "no_reason"
    moved = call(
        "PATCH", f"actions/{one['id']}", {"due": "2026-12-01T10:00:00Z", "state": "doing", "why": "late"}
    ).json()
    assert (moved["state"], moved["moved_times"], moved["title"]) == ("doing", 1, "Do")
    assert call("PATCH", f"actions/{one['id']}", {"due": "2026-12-01T10:00:00"}).status_code == 422  # whose ten?
    page = call("GET", "actions?limit=1").json()
    assert [each["id"] for each in page["actions"]] == [one["id"]] and page["after"] == one["id"]
    assert [each["id"] for each in call("GET", f"actions?after={page['after']}").json()["actions"]] == [two["id"]]
    assert call("PATCH", f"initiatives/{plan}", {"state": "done"}).json()["state"] == "done"
    assert call("GET", f"initiatives/{plan}").json()["owner"] == owner
    assert call("GET", "initiatives?state=nonsense").status_code == 422
    assert call("GET", "actions/todo_00000000000000000000000000").status_code == 404
