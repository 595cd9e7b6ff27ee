"""An action and its issue: made once, edited on both sides, conflicts shown and settled, nothing echoes, and Jira's moods survived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client
from tests.integration.programme.jira.conftest import DUE, Tied
from tests.support.jira_server import Trouble

from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.errors import Conflict as Refusal
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event, Outbox
from watchfloor.programme.jira import pushing
from watchfloor.programme.jira.actions import issues, sites, undoing
from watchfloor.programme.jira.models import Conflict, Link, Site
from watchfloor.programme.tracking import actions as tracking
from watchfloor.programme.tracking.models import Action, Comment

pytestmark = pytest.mark.django_db
TEXT = "As a **reviewer** I want\n\n- fewer fields\n- one page\n\nso that `a case` takes less time."


def make(tied: Tied) -> Link:
    """The action becomes an issue, through the page."""
    answer = tied.browser.post(
        f"/programme/jira/for/{tied.action.pk}", {"do": "make", "title": "Shorter form", "text": TEXT, "kind": "10002"}
    )
    assert answer.status_code == 302, answer.content.decode()
    tied.carry()
    return tied.link


def writes(tied: Tied) -> list[tuple[str, str]]:
    """What was asked of Jira that changes something."""
    return [(method, path) for method, path, _ in tied.jira.requests if method != "GET" and "/search/" not in path]


def test_the_settings_ask_jira(tied: Tied) -> None:
    site = Site.objects.get()
    assert (site.project, site.account, site.kinds["10002"]) == ("OPS", "5b10", "Story")
    assert site.table == {"open": "To Do", "doing": "In Progress", "done": "Done", "dropped": "Won't Do"}
    assert tied.jira.token.encode() not in bytes(site.token)
    page = tied.browser.get("/programme/jira/settings").content.decode()
    assert tied.jira.token not in page and "Won&#39;t Do" in page
    wrong = {
        "do": "save",
        "url": tied.jira.url,
        "project": "OPS",
        "email": tied.jira.email,
        "token": "other",
        "zone": "UTC",
        "on": "on",
    }
    answer = tied.browser.post("/programme/jira/settings", wrong)
    assert answer.status_code == 422 and "does not know this e-mail address and token" in answer.content.decode()
    elsewhere = tied.browser.post("/programme/jira/settings", {**wrong, "token": "", "url": "https://example.org"})
    assert elsewhere.status_code == 422 and "paste the token again" in elsewhere.content.decode()
    bad = tied.browser.post("/programme/jira/settings", {**wrong, "url": "ftp://x", "zone": "Mars"})
    assert bad.status_code == 422


def test_made_here_edited_on_both_sides(tied: Tied) -> None:
    link = make(tied)
    issue = tied.jira.issues[link.key]
    assert (issue.summary, issue.type, issue.duedate, issue.status) == ("Shorter form", "10002", "2026-12-01", "1")
    assert issue.description["content"][1]["type"] == "bulletList"
    calls = len(writes(tied))
    tied.carry()
    assert len(writes(tied)) == calls == 1

    tied.write(lambda w: tracking.move(w, tied.action, state="doing"))  # ours goes there, by the workflow's step
    tied.carry()
    assert issue.status == "2" and issue.histories[-1]["author"]["displayName"] == "Floor"
    tied.jira.edit(link.key, status="In Review", duedate="2026-12-04", summary="A shorter form")  # theirs comes here
    tied.carry()
    assert (tied.now().state, tied.link.title, tied.link.status) == ("doing", "A shorter form", "In Review")
    assert tied.action.due == DUE + timedelta(days=3)  # the same hour of another day, there
    assert tied.action.slip_history.get().why == f"Changed in Jira ({link.key}) by Ann Engineer"
    tied.jira.edit(link.key, status="Done")
    tied.carry()
    assert tied.now().state == "done"
    before = len(writes(tied))
    tied.jira.shift += timedelta(minutes=1)
    assert pushing.poll_due() == 1 and tied.carry() == 1  # asked once more, and nothing to do
    assert len(writes(tied)) == before
    assert not Conflict.objects.exists()
    sequencer.catch_up()
    assert not rebuild.check().differences


def test_a_conflict_is_shown_with_both_values_and_a_person_picks(tied: Tied) -> None:
    link = make(tied)
    tied.jira.hooks.clear()  # nobody tells us: both change before they are compared
    tied.jira.edit(link.key, summary="Their title", duedate="2026-12-24", description="Their words")
    tied.write(lambda w: tracking.move(w, tied.action, due=DUE + timedelta(days=1), why="waits for legal"))
    tied.write(lambda w: issues.edit(w, tied.link, title="Our title", text=TEXT))
    tied.carry()
    open_ = {row.field: row for row in Conflict.objects.filter(state="open")}
    assert {name: (row.ours, row.theirs) for name, row in open_.items()} == {
        "title": ("Our title", "Their title"), "due": ("2026-12-02", "2026-12-24"),
    }  # fmt: skip
    row = open_["due"]
    assert (row.ours_by, row.theirs_by, row.agreed) == (str(tied.actor), "Ann Engineer", "2026-12-01")
    assert row.ours_at and row.theirs_at
    assert tied.link.text == "Their words"  # what only one side changed was carried all the same
    assert tied.jira.issues[link.key].summary == "Their title" and tied.link.title == "Our title"
    page = tied.browser.get("/programme/jira").content.decode()
    assert "Their title" in page and "Our title" in page and "Maria Manager" in page and "Ann Engineer" in page
    assert tied.carry() == 0

    stranger = {"do": "ours", "conflict": str(open_["title"].pk)}
    assert tied.browser.post("/programme/jira", stranger).status_code == 302
    assert tied.browser.post("/programme/jira", {"do": "theirs", "conflict": str(row.pk)}).status_code == 302
    tied.carry()
    assert tied.jira.issues[link.key].summary == "Our title"
    assert tied.now().due == datetime(2026, 12, 23, 23, 30, tzinfo=UTC)
    assert not Conflict.objects.filter(state="open").exists()
    again = tied.browser.post("/programme/jira", stranger)
    assert again.status_code == 404
    sequencer.catch_up()
    assert not rebuild.check().differences


def test_a_value_written_in_the_same_moment_is_not_lost(tied: Tied) -> None:
    link = make(tied)
    tied.jira.hooks.clear()
    tied.jira.troubles.append(
        Trouble(f"/issue/{link.remote_id}$", "PUT", before=lambda: tied.jira.edit(link.key, summary="Hers"))
    )
    tied.write(lambda w: issues.edit(w, tied.link, title="Ours", text=TEXT))
    tied.carry()
    row = Conflict.objects.get(state="open")
    assert (row.kind, row.ours, row.theirs, row.theirs_by) == ("overwritten", "Ours", "Hers", "Ann Engineer")
    assert tied.jira.issues[link.key].summary == "Ours"
    tied.write(lambda w: issues.settle(w, row.pk, "theirs"))
    tied.carry()
    assert tied.jira.issues[link.key].summary == tied.link.title == "Hers"


def test_richer_text_and_owned_fields(tied: Tied) -> None:
    link = make(tied)
    cell = {"type": "tableCell", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "42"}]}]}
    rich = {
        "version": 1,
        "type": "doc",
        "content": [{"type": "table", "content": [{"type": "tableRow", "content": [cell]}]}],
    }
    tied.jira.edit(link.key, description=rich)
    tied.carry()
    assert tied.link.text == "42"
    tied.write(lambda w: issues.edit(w, tied.link, title=tied.link.title, text="43"))
    tied.carry()
    row = Conflict.objects.get(state="open")
    assert row.kind == "richer" and tied.jira.issues[link.key].description == rich
    tied.write(lambda w: issues.settle(w, row.pk, "ours"))
    tied.carry()
    assert tied.jira.issues[link.key].description["content"][0]["type"] == "paragraph"
    Site.objects.update(owners={"title": "ours", "state": "theirs"})
    tied.jira.edit(link.key, summary="Not theirs to say")
    tied.write(lambda w: tracking.move(w, tied.action, state="dropped", why="no"))
    tied.carry()
    assert tied.jira.issues[link.key].summary == "Shorter form"
    assert tied.now().state == "open"
    kept = {row.field: row for row in Conflict.objects.filter(kind="owned")}
    assert (kept["title"].theirs, kept["title"].state) == ("Not theirs to say", "ours")
    assert (kept["state"].ours, kept["state"].state) == ("dropped", "theirs")


def test_an_issue_that_exists_is_tied(tied: Tied) -> None:
    other = make(tied)
    tied.write(lambda w: issues.end(w, other))
    tied.jira.edit(other.key, status="In Progress", summary="As it was there")
    assert (
        tied.browser.post(f"/programme/jira/for/{tied.action.pk}", {"do": "link", "key": "nonsense"}).status_code == 422
    )
    answer = tied.browser.post(
        f"/programme/jira/for/{tied.action.pk}", {"do": "link", "key": f"{tied.jira.url}/browse/{other.key}?x=1"}
    )
    assert answer.status_code == 302
    tied.carry()
    assert (tied.link.title, tied.link.state) == ("As it was there", "linked")
    row = Conflict.objects.get(state="open")  # nothing was agreed before: what differs is asked
    assert (row.field, row.ours, row.theirs) == ("state", "open", "doing")
    tied.write(lambda w: tracking.move(w, tied.action, state="doing"))
    tied.carry()
    assert Conflict.objects.get(pk=row.pk).state == "agreed"


def test_comments_cross_once_both_ways(tied: Tied) -> None:
    link = make(tied)
    tied.write(lambda w: tracking.comment(w, f"action:{tied.action.pk}", "Only for us"))
    tied.jira.troubles.append(Trouble(f"/issue/{link.remote_id}/comment", "POST", cut="after"))  # its answer is lost
    tied.browser.post(f"/programme/jira/for/{tied.action.pk}", {"do": "comment", "comment": "We **start** on Monday"})
    tied.carry()
    tied.carry(hours=1)
    there = tied.jira.issues[link.key].comments
    assert len(there) == 1 and there[0]["body"]["content"][0]["content"][1]["marks"] == [{"type": "strong"}]
    tied.jira.page = 1  # by pages
    tied.jira.say(link.key, "Which Monday?")
    tied.carry(hours=1)
    assert tied.carry(hours=1) == 0
    said = list(
        Comment.objects.filter(about=f"action:{tied.action.pk}")
        .order_by("at", "pk")
        .values_list("text", "origin", "by")
    )
    assert said[-1] == ("Ann Engineer: Which Monday?", "jira", "system:jira") and len(said) == 3
    assert len(there) == 2
    assert "Which Monday?" in tied.browser.get(f"/programme/jira/for/{tied.action.pk}").content.decode()


def test_moods_of_jira(tied: Tied) -> None:
    tied.jira.troubles.append(Trouble("/rest/api/3/issue$", "POST", cut="after"))  # made, and the answer lost
    link = make(tied)
    assert link.state == "making" and len(tied.jira.issues) == 1
    tied.carry(hours=1)
    assert tied.link.state == "linked" and len(tied.jira.issues) == 1
    key = tied.link.key

    tied.jira.troubles.append(Trouble("/issue/", status=429, retry_after="4000"))
    tied.write(lambda w: tracking.move(w, tied.action, state="doing"))
    tied.carry()
    waiting = Outbox.objects.get(topic="jira", state="failed")
    assert timedelta(seconds=3_990) < waiting.next_at - clock.now() < timedelta(seconds=4_010)
    tied.carry(hours=2)
    assert (
        tied.jira.issues[key].status == "2"
        and not Outbox.objects.filter(topic="jira").exclude(state="confirmed").exists()
    )

    tied.jira.edit(key, status="Done")
    tied.carry(hours=2)
    tied.write(lambda w: tracking.move(w, tied.action, state="dropped"))  # from Done no step leads there
    tied.carry(hours=2)
    assert "no step from “Done” to “Won't Do”" in tied.link.why and tied.now().state == "dropped"
    tied.write(lambda w: tracking.move(w, tied.action, state="done"))

    tied.jira.frozen.add(key)
    tied.write(lambda w: issues.edit(w, tied.link, title="May not", text=""))
    tied.carry(hours=2)
    assert (tied.link.state, "permission to edit" in tied.link.why) == ("refused", True)
    assert "permission to edit" in tied.browser.get(f"/programme/jira/for/{tied.action.pk}").content.decode()
    assert Outbox.objects.filter(topic="jira", state="dead").count() == 1
    tied.jira.frozen.clear()
    assert tied.browser.post("/programme/jira", {"do": "again"}).status_code == 302
    tied.carry(hours=2)
    assert tied.jira.issues[key].summary == "May not" and tied.link.state == "linked"

    tied.jira.delete(key)
    tied.carry(hours=2)
    assert tied.link.state == "gone" and "deleted in Jira" in tied.link.why
    assert "Not in Jira any more" in tied.browser.get("/programme/jira").content.decode()
    assert key in tied.browser.get("/programme/jira?format=csv").getvalue().decode()

    given = Site.objects.get()
    with clock.at(clock.now() + timedelta(hours=3)):
        tied.jira.troubles.append(Trouble("/search/jql", status=503))
        assert pushing.poll_due() == 0
    given.refresh_from_db()
    assert given.failing_since and "503" in given.last_error


def test_the_hook_believes_only_jira(tied: Tied) -> None:
    link = make(tied)
    for headers in ({}, {"X-Hub-Signature": "sha256=" + "0" * 64}):
        said = Client().post("/programme/jira/hook", b'{"issue":{"id":"%s"}}' % link.remote_id.encode(),
                             content_type="application/json", headers=headers)  # fmt: skip
        assert said.status_code == 401
    assert Link.objects.get(pk=link.pk).pull_at is None


def test_nothing_of_a_case_ever_crosses(tied: Tied) -> None:
    """Canaries in all that surrounds an action; what is typed for Jira is refused where it names a case or a person."""
    from tests.support.floor import Floor, install, someone
    from tests.support.people import member

    from watchfloor.items import queries as item_queries
    from watchfloor.kernel.ids import encode
    from watchfloor.review import actions as review

    install()
    item_queries.forget_types()
    floor = Floor()
    case = floor.report(
        *floor.item("CANARY-TEXT buy now", id="canary-item", author="canary-account"), reporter="canary-reporter"
    )
    review.note(someone(), case.pk, "CANARY-NOTE")
    owner = member({"programme.view", "programme.edit"}, "CANARY-PERSON")
    outside = encode("case", case.pk)
    initiative = tied.write(
        lambda w: tracking.begin_initiative(
            w, tracking.Started(kind="initiative", title="CANARY-TITLE", aim=f"CANARY-AIM {outside}")
        )
    )
    tied.action = tied.write(lambda w: tracking.add_action(w, tracking.Todo(
        title=f"CANARY-ACTION {outside}", text="CANARY-WORDS canary-account", about=f"case:{case.pk}", initiative=initiative, due=DUE,
    )), reason="CANARY-REASON")  # fmt: skip
    tied.write(lambda w: tracking.comment(w, f"action:{tied.action.pk}", f"CANARY-TALK {case.pk} @canary-reporter"))
    link = make(tied)
    tied.write(lambda w: tracking.move(w, tied.action, state="doing", owner=owner.pk, title="CANARY-NEW", text="CANARY-NEW-WORDS",
                                       due=DUE + timedelta(days=9), why="CANARY-WHY canary-account"))  # fmt: skip
    tied.write(lambda w: issues.comment(w, tied.link, "Plain words"))
    tied.carry()
    for text in (
        f"see {outside}",
        f"see {outside.upper()}",
        str(case.pk),
        "mail ann.other@example.org",
        "ask @canary_account",
        "+49 30 901820",
    ):
        with pytest.raises(BadInput):
            tied.write(lambda w, text=text: issues.edit(w, link, title="T", text=text))
        with pytest.raises(BadInput):
            tied.write(lambda w, text=text: issues.comment(w, link, text.replace("_", "\\_")))
    tied.carry(hours=1)
    asked = tied.jira.everything()
    assert tied.jira.issues[link.key].status == "2" and "Plain words" in asked
    for word in ("canary", str(case.pk), outside, str(tied.action.pk), str(owner.pk), str(tied.actor.id)):
        assert word.casefold() not in asked.casefold(), word


def test_who_may(tied: Tied) -> None:
    from tests.support.people import member, signed_in

    make(tied)
    reader, other = signed_in(member({"programme.view"})), signed_in(member({"programme.view"}, markets=["JP"]))
    page = f"/programme/jira/for/{tied.action.pk}"
    assert reader.get(page).status_code == 200 and "Let it go" not in reader.get(page).content.decode()
    assert reader.post(page, {"do": "end"}).status_code == 404
    assert reader.get("/programme/jira/settings").status_code == 403
    tied.write(lambda w: tracking.add_action(w, tracking.Todo(title="x", market="DE")))
    assert other.get("/programme/jira").status_code == 200
    assert Event.objects.filter(type__startswith="jira.").exists()
    assert sites.current() is not None


def test_a_pick_is_taken_back_on_both_sides(tied: Tied) -> None:
    link = make(tied)
    tied.jira.hooks.clear()
    issue = tied.jira.issues[link.key]

    def torn() -> dict[str, Conflict]:
        return {row.field: row for row in Conflict.objects.filter(state="open")}

    tied.jira.edit(link.key, summary="Their title", duedate="2026-12-24")
    tied.write(lambda w: issues.edit(w, tied.link, title="Our title", text=TEXT))
    tied.write(lambda w: tracking.move(w, tied.action, due=DUE + timedelta(days=1), why="waits for legal"))
    tied.carry()
    title, due = torn()["title"], torn()["due"]
    tied.write(lambda w: issues.settle(w, title.pk, "ours"))
    tied.write(lambda w: issues.settle(w, due.pk, "theirs"))
    tied.carry()
    assert issue.summary == "Our title" and tied.now().due == DUE + timedelta(days=23) and not torn()
    page = tied.browser.get("/programme/jira").content.decode()
    assert page.count("Both sides get their own value again") == 2

    # Both picks are taken back: each side has its own value again, and the question is as it was.
    for row in (title, due):
        assert tied.browser.post("/programme/jira", {"do": "undo", "conflict": str(row.pk)}).status_code == 302
    assert "Being taken back" in tied.browser.get(f"/programme/jira/for/{tied.action.pk}").content.decode()
    tied.carry()
    assert (issue.summary, tied.link.title) == ("Their title", "Our title")
    assert (issue.duedate, tied.now().due) == ("2026-12-24", DUE + timedelta(days=1))
    again = torn()
    assert {name: (row.ours, row.theirs) for name, row in again.items()} == {
        "title": ("Our title", "Their title"), "due": ("2026-12-02", "2026-12-24"),
    }  # fmt: skip
    assert again["title"].pk == title.pk and tied.carry() == 0

    # Taken back before it was carried; picked the other way; then a side moves on, and nothing is written over it.
    tied.write(lambda w: issues.settle(w, due.pk, "ours"))
    tied.write(lambda w: undoing.undo(w, due.pk))
    tied.carry()
    assert issue.duedate == "2026-12-24" and "due" in torn()
    tied.write(lambda w: issues.settle(w, title.pk, "theirs"))
    tied.carry()
    assert tied.link.title == "Their title"
    tied.write(lambda w: undoing.undo(w, title.pk))
    tied.jira.edit(link.key, summary="Newer")
    tied.carry()
    title.refresh_from_db()
    assert (title.state, title.undo_why, tied.link.title, issue.summary) == (
        "theirs",
        "changed_there",
        "Newer",
        "Newer",
    )
    said = tied.browser.get(f"/programme/jira/for/{tied.action.pk}").content.decode()
    assert "it has been changed in Jira since" in said
    sequencer.catch_up()
    assert not rebuild.check().differences


def test_what_cannot_be_taken_back_says_why(tied: Tied) -> None:
    link = make(tied)
    tied.jira.hooks.clear()
    issue = tied.jira.issues[link.key]
    cell = {"type": "tableCell", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "42"}]}]}
    table = [{"type": "table", "content": [{"type": "tableRow", "content": [cell]}]}]
    tied.jira.edit(link.key, description={"version": 1, "type": "doc", "content": table})
    tied.write(lambda w: issues.edit(w, tied.link, title="Shorter form", text="43"))
    tied.carry()
    row = Conflict.objects.get(state="open")
    assert (row.kind, row.rich) == ("both", True)
    with pytest.raises(Refusal, match="Nobody picked"):
        tied.write(lambda w: undoing.undo(w, row.pk))
    tied.write(lambda w: issues.settle(w, row.pk, "ours"))
    tied.carry()
    tied.write(lambda w: undoing.undo(w, row.pk))
    tied.carry()
    row.refresh_from_db()
    assert (row.state, row.undo_why) == ("ours", "rich") and issue.description["content"][0]["type"] == "paragraph"

    # What was written in the same moment: before the pick both sides had ours.
    tied.jira.troubles.append(
        Trouble(f"/issue/{link.remote_id}$", "PUT", before=lambda: tied.jira.edit(link.key, summary="Hers"))
    )
    tied.write(lambda w: issues.edit(w, tied.link, title="Ours", text="43"))
    tied.carry()
    kept = Conflict.objects.get(state="open")
    tied.write(lambda w: issues.settle(w, kept.pk, "theirs"))
    tied.carry()
    assert issue.summary == tied.link.title == "Hers"
    tied.write(lambda w: undoing.undo(w, kept.pk))
    tied.carry()
    kept.refresh_from_db()
    assert (issue.summary, tied.link.title, kept.state) == ("Ours", "Ours", "open") and tied.carry() == 0

    tied.write(lambda w: issues.end(w, tied.link))
    with pytest.raises(NotFound):
        tied.write(lambda w: undoing.undo(w, row.pk))


def test_programs_read_the_link_pick_and_ask_again(tied: Tied) -> None:
    from tests.support.people import actor_of, member

    from watchfloor.identity import tokens
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.programme.jira import queries

    def api(*permissions: str) -> Client:
        with writing(system("test")) as w:
            _row, secret = tokens.create_token(w, system("test"), name="t", source="t", permissions=list(permissions))
        return Client(headers={"authorization": f"Bearer {secret}"})

    program, reader = api("programme.view", "programme.edit", "enforcement.view"), api("programme.view")
    link, at = make(tied), "/v1/programme/jira"
    action = ids.encode("todo", tied.action.pk)
    told = reader.get(at).json()
    assert (told["state"], told["project"], told["issues"], told["conflicts"], told["given_up"]) == (
        "on",
        "OPS",
        1,
        0,
        0,
    )
    assert tied.jira.token not in str(told)
    one = reader.get(f"{at}/issues/{action}").json()
    assert (one["key"], one["stands"], one["status"], one["title"]) == (link.key, "linked", "To Do", "Shorter form")
    listed = reader.get(f"{at}/issues?stands=linked&limit=1").json()
    assert listed == {"issues": [one], "after": ""} and reader.get(f"{at}/issues?stands=gone").json()["issues"] == []
    assert reader.get(f"{at}/issues?stands=odd").status_code == reader.get(f"{at}/issues?after=odd").status_code == 422
    assert reader.get(f"{at}/issues/{ids.encode('todo', link.pk)}").status_code == 404

    tied.jira.hooks.clear()
    tied.jira.edit(link.key, summary="Their title")
    tied.write(lambda w: issues.edit(w, tied.link, title="Our title", text=TEXT))
    tied.carry()
    [row] = reader.get(f"{at}/conflicts").json()["conflicts"]
    assert (row["field"], row["ours"], row["theirs"], row["action"]) == ("title", "Our title", "Their title", action)
    assert reader.get(f"{at}/issues?stands=conflict").json()["issues"][0]["stands"] == "conflict"
    pick, back = f"{at}/conflicts/{row['id']}/settle", f"{at}/conflicts/{row['id']}/undo"
    ours = {"data": {"side": "ours"}, "content_type": "application/json"}
    assert reader.post(pick, **ours).status_code == reader.post(back).status_code == 403
    assert program.post(pick, {"side": "hers"}, content_type="application/json").status_code == 422
    assert program.post(back).status_code == 404  # nothing is settled
    assert program.post(pick, **ours).json()["state"] == "ours" and program.post(pick, **ours).status_code == 404
    tied.carry()
    assert tied.jira.issues[link.key].summary == "Our title"
    assert [each["id"] for each in reader.get(f"{at}/conflicts?state=settled").json()["conflicts"]] == [row["id"]]
    answer = program.post(back)
    assert (answer.status_code, answer.json()["undoing"]) == (202, True)
    tied.carry()
    assert tied.jira.issues[link.key].summary == "Their title" and reader.get(at).json()["conflicts"] == 1

    # Refused, given up, sent again; asked again about one.
    program.post(pick, **ours)
    tied.jira.frozen.add(link.key)
    tied.carry()
    told = reader.get(at).json()
    assert told["given_up"] == 1 and "permission" in reader.get(f"{at}/issues/{action}").json()["why"]
    tied.jira.frozen.clear()
    assert reader.post(f"{at}/send-again").status_code == 403
    assert program.post(f"{at}/send-again").json() == {"sent": 1}
    assert program.post(f"{at}/issues/{action}/compare").status_code == 202
    tied.carry()
    assert reader.get(f"{at}/issues/{action}").json()["stands"] == "linked"

    # Rows of others never were.
    other = actor_of(member({"programme.view", "programme.edit"}, markets=["JP"]))
    Action.objects.filter(pk=tied.action.pk).update(market="DE")
    assert not queries.visible(other).exists() and queries.settled(other) == []
    with pytest.raises(NotFound):
        queries.changeable(other, UUID(row["id"]), open_=False)
