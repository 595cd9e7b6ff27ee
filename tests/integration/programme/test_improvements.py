"""From a reviewer's suggestion to a measured benefit through the pages; who may read what; nothing of a case is ever kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from django.test import Client
from tests.support import improved
from tests.support.floor import REVIEWER, Floor, install
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.insight import lake
from watchfloor.kernel import clock, ids
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.programme.improvements import tasks
from watchfloor.programme.improvements.actions import suggest
from watchfloor.programme.improvements.contracts import Suggested
from watchfloor.programme.improvements.models import Proposal, Quantity, Suggestion, Verdict
from watchfloor.programme.interventions import actions as interventions
from watchfloor.programme.tracking.models import Action, Initiative
from watchfloor.quality.models import Look
from watchfloor.workforce import actions as workforce

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SHIPPED = MONDAY.date() - timedelta(days=28)
CANARY = "zanzibar-canary"
RUNS = {"programme.view", "programme.edit", "programme.approve", "programme.suggest", "insight.view", "policy.view"}
SUGGEST, ONES, PROPOSALS = "/programme/suggest", "/programme/suggestions", "/programme/proposals"


class House(NamedTuple):
    """Who takes part: browsers, and the reviewer as a user."""

    manager: Client
    rita: User
    reviewer: Client
    rui: Client  # reviews at Birch
    lead: Client  # of Birch
    birch: Client  # sees Programme within Birch
    alder: Client  # a lead of another vendor


@pytest.fixture
def house() -> Iterator[House]:
    install()
    works = REVIEWER | {"programme.suggest"}
    with clock.at(MONDAY):
        rita, rui = member(works, "Rita Reyes", queues=["spam.en"]), member(works, "Rui Reis")
        with writing(system("test")) as w:
            for key in ("inhouse", "alder", "birch"):
                workforce.save_vendor(w, key=key, name=key.title(), site="Here", time_zone="UTC")
            for user, vendor in ((rita, "inhouse"), (rui, "birch")):
                workforce.save_reviewer(
                    w, user.pk, vendor_key=vendor, languages=["en"], queues=["spam.en"], skills=["spam"]
                )
        others = (
            member({"programme.suggest"}, "Lena", vendors=["birch"]),
            member({"programme.view", "insight.view"}, "Bo", vendors=["birch"]),
            member({"programme.suggest"}, "Al", vendors=["alder"]),
        )
        yield House(
            signed_in(member(RUNS, "Marta")), rita, signed_in(rita), signed_in(rui), *(signed_in(u) for u in others)
        )
    lake.forget()


def post(client: Client, where: str, **given: str) -> int:
    return int(client.post(where, given).status_code)


def said(client: Client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200, where
    return answer.content.decode()


def test_from_the_bench_to_a_measured_benefit(house: House) -> None:
    saved = improved.history(MONDAY.date() - timedelta(days=1), SHIPPED)
    floor = Floor()
    case = floor.report(floor.item(CANARY, author=f"author-{CANARY}")[0], reporter=f"reporter-{CANARY}")
    lease = floor.claim(actor_of(house.rita))
    bench = f"/review/work/{lease.job_id}"
    page = said(house.reviewer, bench)
    assert 'id="suggest"' in page and 'data-key="i"' in page and CANARY in page
    idea = {
        "wrong": "I copy the account id into search by hand for each linked case",
        "wanted": "A link",
        "at": f"{bench}?q={CANARY}",
    }
    assert post(house.reviewer, SUGGEST, **{**idea, "wrong": " "}) == 422
    assert post(house.reviewer, SUGGEST, **{**idea, "kind": "bug"}) == 422  # nobody could see it again
    answer = house.reviewer.post(SUGGEST, {**idea, "window": "1440x900"}, headers={"HX-Request": "true"})
    assert "S-1" in answer.content.decode() and "<html" not in answer.content.decode()
    row = Suggestion.objects.get()
    assert (row.page, row.queue_key, row.policy_key, row.case_id, row.window_size) == (
        "review-work", "spam.en", "spam", case.pk, "1440x900",
    )  # fmt: skip
    kept = json.dumps(
        [list(Suggestion.objects.values()), list(Event.objects.filter(type__startswith="improvement.").values())],
        default=str,
    )
    assert CANARY not in kept

    again = {"wrong": "Copying account ids by hand into the search for linked cases", "at": "/review"}
    assert "S-1" in house.reviewer.post(f"{SUGGEST}/alike", again).content.decode()
    assert "S-1" not in house.rui.post(f"{SUGGEST}/alike", again).content.decode()  # of another house
    assert post(house.rui, SUGGEST, **again) == 302
    two = Suggestion.objects.get(number=2)
    where, other = f"{ONES}/{row.pk}", f"{ONES}/{two.pk}"
    assert "S-2" in said(house.manager, where)  # seems to say the same
    assert (
        post(house.manager, other, do="join", into=str(row.pk)) == 302 and post(house.manager, other, do="part") == 302
    )
    assert post(house.manager, other, do="join", into=str(row.pk)) == 302
    assert post(house.manager, where, do="join", into=str(two.pk)) == 422  # it has others
    assert post(house.manager, where, do="propose", title="Linked cases one click away") == 302
    proposal = Proposal.objects.get()
    assert (
        set(Suggestion.objects.values_list("proposal", "state")) == {(proposal.pk, "taken")}
        and proposal.vendor_key == ""
    )

    at = f"{PROPOSALS}/{proposal.pk}"
    story = {
        "title": "Linked cases one click away",
        "as_a": "reviewer",
        "i_want": "a link",
        "so_that": "I need not search",
    }
    assert post(house.manager, at, do="decide", outcome="accepted", why="Yes") == 422  # nothing is known of it
    assert post(house.manager, at, do="story", **story) == 302
    line = {"given": "a case with linked ones", "when": "I press l", "then": "they open beside it"}
    assert post(house.manager, at, do="criterion", **line) == 302
    assert post(house.manager, at, do="effort", effort_low="2", effort_likely="3", effort_high="2") == 422
    assert post(house.manager, at, do="effort", effort_low="1", effort_likely="2", effort_high="4") == 302
    size = {
        "do": "size", "kind": "agent_minutes", "queue": "spam.en", "starts_on": str(SHIPPED - timedelta(days=28)),
        "ends_on": str(SHIPPED - timedelta(days=1)), "share_low": "10", "share_likely": "20", "share_high": "30", "basis": "Timed ten",
    }  # fmt: skip
    for wrong in (
        {"kind": "luck"},
        {"share_low": "x"},
        {"ends_on": "2030-01-01"},
        {"starts_on": "no"},
        {"kind": "cost"},
    ):
        assert post(house.manager, at, **{**size, **wrong}) == 422, wrong
    assert post(house.manager, at, **size) == 302
    sized = Quantity.objects.get()
    whole = saved / improved.SHARE * 60
    assert sized.base[0] == pytest.approx(whole, rel=0.03) and sized.base[1] < whole < sized.base[2]
    assert (
        sized.result[0] == pytest.approx(0.2 * sized.base[0], rel=0.03)
        and sized.result[1] < sized.result[0] < sized.result[2]
    )
    page = said(house.manager, at)
    assert all(f"/programme/facts/{ids.encode('fact', each)}" in page for each in map(_uuid, sized.facts))
    before = sized.result
    assert post(house.manager, at, do="drop", quantity=str(sized.pk)) == 302
    assert post(house.manager, at, do="restore", quantity=str(sized.pk)) == 302
    assert Quantity.objects.get().result == before
    ranking = said(house.manager, f"{PROPOSALS}?breach=5")
    assert "P-1" in ranking and "Make them the house" in ranking
    assert post(house.manager, PROPOSALS, breach="-1") == 422 and post(house.manager, PROPOSALS, breach="5") == 302

    assert post(house.manager, at, do="decide", outcome="later", why="After the election") == 302
    assert post(house.manager, at, do="reopen", why="It is over") == 302
    assert post(house.manager, at, do="decide", outcome="accepted", why="Most hours for least", due="2026-12-04") == 302
    action, initiative = Action.objects.get(), Initiative.objects.get()
    assert "As reviewer I want a link" in action.text and "when I press l" in action.text and action.due is not None
    assert (initiative.kind, initiative.about) == ("improvement", f"improvement:{proposal.pk}")
    assert list(Verdict.objects.order_by("made_at").values_list("outcome", flat=True)) == ["later", "again", "accepted"]
    assert post(house.manager, at, **size) == 422  # it was decided on
    ship = {
        "do": "deliver",
        "shipped_on": str(SHIPPED),
        "measure_on": str(MONDAY.date()),
        "kind": "agent_minutes",
        "by": "queue",
    }
    assert post(house.manager, at, **ship) == 422  # its line was not seen to be so
    assert post(house.manager, at, do="mark", line="0:met") == 302
    assert post(house.manager, at, **{**ship, "shipped_on": "2030-01-01"}) == 422
    assert post(house.manager, at, **ship) == 302
    assert post(house.manager, at, do="close") == 422
    proposal.refresh_from_db()
    action.refresh_from_db()
    assert (proposal.state, action.state) == ("delivered", "done") and proposal.intervention_id is not None
    with writing(system("test")) as w:  # on its day the loop of interventions does this
        interventions.measure(w, interventions.locked(proposal.intervention_id))
    assert (tasks.take_in(), tasks.take_in()) == (1, 0)
    proposal.refresh_from_db()
    low, value, high = (proposal.benefit[name] / 60 for name in ("low", "value", "high"))
    assert (
        proposal.benefit["told"]
        and low < saved < high
        and value == pytest.approx(saved, rel=0.15)
        and high - low < saved
    )
    page = said(house.manager, at)
    assert f"Measured {value:.0f} h [{low:.0f}–{high:.0f}] a month" in page
    assert post(house.manager, at, do="close") == 302

    assert "News of what you suggested" in said(house.reviewer, "/review")
    mine = said(house.reviewer, f"{ONES}?mine=1")
    assert "News" in mine and "S-1" in mine and "S-2" not in mine
    assert "News of what you suggested" not in said(house.reviewer, "/review")  # read
    told = said(house.reviewer, where)
    assert "After the election" in told and f"Measured {value:.0f} h" in told
    theirs = said(house.rui, other)
    assert "Closed" in theirs and "Measured " not in theirs  # numbers of the whole house are not a vendor's
    sequencer.catch_up()
    assert rebuild.check().differences == []
    spoken = json.dumps(list(Event.objects.filter(type__startswith="improvement.").values("data", "changes", "reason")))
    assert not any(word in spoken for word in ("account id", "one click", "press l", "election", "Timed"))


def test_who_may_read_and_do_what(house: House) -> None:
    for client, text in ((house.reviewer, "The tree forgets what I opened"), (house.rui, "Pictures load slowly")):
        assert post(client, SUGGEST, wrong=text) == 302
    own, birch = Suggestion.objects.order_by("number")
    assert (own.vendor_key, birch.vendor_key) == ("", "birch")
    for client, seen in (
        (house.manager, {"S-1", "S-2"}), (house.reviewer, {"S-1"}), (house.rui, {"S-2"}), (house.lead, {"S-2"}),
        (house.birch, {"S-2"}), (house.alder, set()),
    ):  # fmt: skip
        page = said(client, ONES)
        assert {code for code in ("S-1", "S-2") if code in page} == seen
        assert [client.get(f"{ONES}/{row.pk}").status_code for row in (own, birch)] == [
            200 if code in seen else 404 for code in ("S-1", "S-2")
        ]
        csv = b"".join(client.get(f"{ONES}?format=csv").streaming_content).decode()
        assert ("Pictures load" in csv) == ("S-2" in seen)
    for client in (house.reviewer, house.lead, house.birch):
        for do in ("join", "aside", "propose"):
            assert post(client, f"{ONES}/{birch.pk}", do=do, title="x", why="x") in (404,)
    assert post(house.manager, f"{ONES}/{birch.pk}", do="aside", why="Known to engineering") == 302
    assert "Known to engineering" in said(house.rui, f"{ONES}/{birch.pk}")
    assert post(house.manager, f"{ONES}/{birch.pk}", do="take_up") == 302
    improved.history(MONDAY.date() - timedelta(days=1), MONDAY.date(), weeks=4, jobs=5)
    assert post(house.manager, f"{ONES}/{birch.pk}", do="propose", title="Pictures at once") == 302
    at = f"{PROPOSALS}/{Proposal.objects.get().pk}"
    lost = {"kind": "lost_minutes", "share_low": "1", "share_likely": "2", "share_high": "5"}
    each = {"each_low": "1", "each_likely": "2", "each_high": "9"}
    assert post(house.manager, at, do="size", **lost, **each) == 302
    errors = {
        "do": "size",
        "kind": "errors",
        "queue": "spam.en",
        "share_low": "50",
        "share_likely": "50",
        "share_high": "50",
    }
    assert post(house.manager, at, **errors) == 422  # quality's figures are not theirs
    judge = signed_in(member(RUNS | {"quality.view"}, "Quin"))
    assert post(judge, at, **errors) == 422  # nobody has looked
    looked(40, wrong=10)
    assert post(judge, at, **errors) == 302
    found = Quantity.objects.get(kind="errors")
    jobs = 5 * 30.4375  # a day, in that queue
    assert found.base[0] == pytest.approx(jobs / 4, rel=0.01) and found.result[0] == pytest.approx(jobs / 8, rel=0.05)
    assert 0.1 * jobs < found.base[1] < found.base[0] < found.base[2] < 0.5 * jobs
    assert "Found wrong by quality" in said(judge, at) and "count more than you may see" in said(house.manager, at)
    assert post(judge, at, do="drop", quantity=str(found.pk)) == 302
    page = said(house.birch, at)  # of their vendor, but sized over the whole house
    assert "count more than you may see" in page and "Rests on" not in page
    assert "not open to you" in said(house.birch, PROPOSALS)
    assert house.lead.get(at).status_code == 403 and house.alder.get(PROPOSALS).status_code == 403
    assert post(house.birch, at, do="decide", outcome="declined", why="x") == 404

    def token(*permissions: str) -> dict[str, Any]:
        with writing(system("test")) as w:
            made = create_token(w, system("test"), name="T", source="t", permissions=list(permissions))[1]
        return {"headers": {"Authorization": f"Bearer {made}"}}

    client, sends, reads = Client(), token("programme.suggest"), token("programme.view", "insight.view")
    sends["headers"]["Idempotency-Key"] = "k1"
    body = {"kind": "bug", "wrong": "The list jumps", "steps": "Scroll", "often": "daily", "about": "screen:queues"}

    def send(**more: str) -> Any:
        return client.post("/v1/programme/suggestions", {**body, **more}, content_type="application/json", **sends)

    made = send()
    assert made.status_code == 201 and send().json()["id"] == made.json()["id"]
    sends["headers"].pop("Idempotency-Key")
    refused: tuple[tuple[dict[str, str], int], ...] = (
        ({"steps": ""}, 422), ({"often": "never"}, 422), ({"queue": "none"}, 422), ({"about": "x"}, 422), ({"policy": "none"}, 422),
        ({"case": "nonsense"}, 422), ({"case": ids.encode("case", own.pk)}, 404), ({"kind": "rant"}, 422),
    )  # fmt: skip
    for wrong, code in refused:
        assert send(**wrong).status_code == code, wrong
    assert [row["code"] for row in client.get("/v1/programme/suggestions", **sends).json()] == ["S-3"]
    assert len(client.get("/v1/programme/suggestions", **reads).json()) == 3
    assert client.get(f"/v1/programme/suggestions/{made.json()['id']}", **reads).json()["steps"] == "Scroll"
    assert client.get("/v1/programme/suggestions?state=odd", **reads).status_code == 422
    found = client.get("/v1/programme/proposals", **reads).json()[0]
    assert found["quantities"][0]["kind"] == "lost_minutes" and found["worth"] > 0
    assert client.get(f"/v1/programme/proposals/{found['id']}", **sends).status_code == 403
    bugs = said(house.manager, "/programme/tool-bugs")
    assert "The list jumps" in bugs and "not sized" in bugs


def test_nothing_of_a_case_or_an_account_crosses(house: House) -> None:
    floor = Floor()
    hidden = floor.report(floor.item(f"{CANARY} text", author=f"{CANARY}-author")[0])
    rest = signed_in(member({"programme.suggest"}, "Nobody much"))
    places = [
        f"/cases/{ids.encode('case', hidden.pk)}", f"/cases?q={CANARY}", f"/accounts/{CANARY}-author", f"/nowhere/{CANARY}",
        f"/review/queue/spam.en?x={CANARY}", f"https://elsewhere.example/{CANARY}", CANARY, "/" + "x" * 4_000,
    ]  # fmt: skip
    for place in places:
        assert post(rest, SUGGEST, wrong="It is slow", at=place, window=f"{CANARY}", about=CANARY) == 302, place
    rows = list(Suggestion.objects.values())
    assert len(rows) == len(places) and {row["case_id"] for row in rows} == {
        None
    }  # of a case one may not know of nothing
    assert {row["policy_key"] for row in rows} == {""} and "case-detail" in {row["page"] for row in rows}
    assert CANARY not in json.dumps(
        [rows, list(Event.objects.filter(type__startswith="improvement.").values())], default=str
    )
    with writing(system("quality")) as w:  # how quality and training hand one in
        made = suggest(
            w,
            system("quality"),
            Suggested(wrong="The clause is read two ways", about="clause:spam/2.3", evidence=("/quality",)),
        )
    assert "clause:spam/2.3" in said(house.manager, f"{ONES}/{made.pk}")


def looked(many: int, wrong: int) -> None:
    """Looks of quality at decisions of yesterday in one queue, so many of them wrong."""
    at = MONDAY - timedelta(days=1)
    Look.objects.bulk_create(
        Look(
            decision_id=uuid4(), case_id=uuid4(), purpose="sample", state="agreed", drawn_at=at, policy_key="spam", queue_key="spam.en",
            severity=2, origin="human", decided_at=at, verdict="violating", violation_key="spam.bulk",
            right_verdict="clean" if number < wrong else "violating", right_violation="" if number < wrong else "spam.bulk",
        )
        for number in range(many)
    )  # fmt: skip


def _uuid(fact: list[Any]) -> UUID:
    return UUID(fact[1])
