"""What the workbench does beyond a verdict: questions, ready texts, marks, the tree's path, this very case, sending twice, parts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests.integration.review_pages.test_work import take, token
from tests.support.floor import LEAD, REVIEWER, Floor
from tests.support.people import actor_of, member, signed_in

from watchfloor.items import actions as items
from watchfloor.items.contracts import ItemSeen
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.rebuild import check
from watchfloor.ledger.sequencer import catch_up
from watchfloor.ledger.writer import writing
from watchfloor.review import actions, thread
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.models import Case, Decision, Job, Mark
from watchfloor.review.models_bench import DecisionPath, Inquiry, Macro
from watchfloor.review.queries import case_history, inquiries

SPECIALIST = REVIEWER | {"review.answer", "review.claim_case", "macro.share"}
PART = {"X-Bench": "1"}


@pytest.fixture
def reviewer(floor: Floor) -> Any:
    return member(REVIEWER)


def nothing_differs() -> None:
    catch_up()
    assert check().differences == []


def test_a_question_waits_and_comes_back_with_its_case(floor: Floor, reviewer: Any) -> None:
    specialist = member(SPECIALIST, name="Paula <b>Policy</b>")
    narrow = member(SPECIALIST, name="Nora Narrow", markets=["JP"])
    case = floor.report(market="US")
    client = signed_in(reviewer)
    where, page = take(client)
    assert "Paula &lt;b&gt;Policy&lt;/b&gt;" in page and "Nora" not in page
    sent = {"token": token(page), "step": "ask", "ask_to": f"user:{specialist.pk}", "ask_waits": "wait"}
    assert client.post(where, sent).status_code == 422
    assert client.post(where, sent | {"question": "is <i>this</i> bulk?", "ask_to": "user:x"}).status_code == 422
    assert client.post(where, sent | {"question": "is <i>this</i> bulk?"}).status_code == 302
    job = Job.objects.get(case=case)
    assert (job.state, job.queue_key, job.lease_holder) == ("ready", "ask", None)
    assert actions.claim(actor_of(reviewer)) is None

    row = Inquiry.objects.get()
    other = signed_in(narrow)
    assert other.get(reverse("review-answer", args=[row.pk])).status_code == 404
    assert "is &lt;i&gt;this" not in other.get(reverse("review-questions")).content.decode()
    knows = signed_in(specialist)
    assert "is &lt;i&gt;this&lt;/i&gt; bulk?" in knows.get(reverse("review-questions")).content.decode()
    assert "waits for your answer" in knows.get(reverse("review")).content.decode()
    csv = b"".join(knows.get(reverse("review-questions") + "?format=csv").streaming_content).decode()
    assert "spam" in csv and "bulk?" not in csv
    answer = reverse("review-answer", args=[row.pk])
    assert knows.post(answer, {"answer": " "}).status_code == 422
    assert knows.post(answer, {"answer": "yes, <u>it is</u>", "precedent": "on"}).status_code == 302
    assert "yes, &lt;u&gt;it is&lt;/u&gt;" in knows.get(answer).content.decode()
    assert Job.objects.get(case=case).queue_key == row.from_queue

    desk = client.get(reverse("review")).content.decode()
    assert "yes, &lt;u&gt;it is&lt;/u&gt;" in desk and "Take it up again" in desk
    claimed = client.post(reverse("case-claim", args=[ids.encode("case", case.pk)]))
    page = client.get(claimed["Location"]).content.decode()
    assert "yes, &lt;u&gt;it is&lt;/u&gt;" in page
    client.post(claimed["Location"], {"token": token(page), "verdict": "clean"})
    floor.report()
    assert "yes, &lt;u&gt;it is&lt;/u&gt;" in take(client)[1]  # kept as a precedent of the policy
    assert {"inquiry.asked", "inquiry.answered", "job.transferred"} <= set(
        Event.objects.filter(case_id=case.pk).values_list("type", flat=True)
    )
    nothing_differs()


def test_a_question_that_does_not_wait_leaves_the_case_in_hand(floor: Floor, reviewer: Any) -> None:
    floor.report()
    actor = actor_of(reviewer)
    lease = floor.claim(actor)
    row = actions.ask(actor, lease.job_id, lease.token, "what is this?", waits=False)
    assert Job.objects.get().state == "leased"
    with pytest.raises(NotFound):
        actions.answer(actor, row.pk, "mine")
    self_asked = actor_of(member(SPECIALIST))
    with pytest.raises(NotFound):
        actions.withdraw_inquiry(self_asked, row.pk)
    actions.withdraw_inquiry(actor, row.pk)
    with pytest.raises(Conflict):
        actions.answer(self_asked, row.pk, "too late")
    waiting = actions.ask(actor, lease.job_id, lease.token, "and now?", waits=True)
    actions.withdraw_inquiry(actor, waiting.pk)
    assert Job.objects.get().queue_key == lease.queue_key
    assert inquiries.waiting(self_asked) == []


def test_this_very_case_is_for_those_who_may(floor: Floor, reviewer: Any) -> None:
    first, second = floor.report(), floor.report()
    lead = actor_of(member(LEAD | {"review.claim_case"}))
    with pytest.raises(Forbidden):
        actions.claim_case(actor_of(reviewer), second.pk)
    lease = actions.claim_case(lead, second.pk)
    assert lease.case_id == second.pk and Job.objects.get(case=second).touches == 1
    assert actions.claim_case(lead, second.pk).token == lease.token  # the one in hand
    with pytest.raises(Conflict, match="hold another"):
        actions.claim_case(lead, first.pk)
    with pytest.raises(Conflict, match="Someone else"):
        actions.claim_case(actor_of(member(LEAD | {"review.claim_case"})), second.pk)
    with pytest.raises(NotFound):
        actions.claim_case(actor_of(member(SPECIALIST, markets=["JP"])), first.pk)
    actions.decide(lead, lease.job_id, lease.token, DecisionIn(verdict="clean"))
    with pytest.raises(Conflict, match="Nothing waits"):
        actions.claim_case(lead, second.pk)
    page = signed_in(member(LEAD | {"review.claim_case"})).get(
        reverse("case-detail", args=[ids.encode("case", first.pk)])
    )
    assert "Take this very case" in page.content.decode()
    nothing_differs()


def test_a_hold_that_ran_out_does_not_stand_in_the_way(floor: Floor) -> None:
    first, second = floor.report(), floor.report()
    lead = actor_of(member(LEAD | {"review.claim_case"}))
    actions.claim_case(lead, first.pk, lease_seconds=60)
    with clock.at(clock.now() + timedelta(minutes=2)):  # nobody has swept it yet
        assert actions.claim_case(lead, second.pk).case_id == second.pk
        assert Job.objects.get(case=first).state == "ready"
    nothing_differs()


def test_a_decision_sent_twice_is_one_and_its_path_is_kept(floor: Floor, reviewer: Any) -> None:
    floor.report()
    actor = actor_of(reviewer)
    lease = floor.claim(actor)
    path = (("q1", 1), ("q2", 0))
    finding = DecisionIn(verdict="violating", violation_key="spam.bulk", path=path)
    first = actions.decide_once(actor, lease.job_id, lease.token, finding)
    assert actions.decide_once(actor, lease.job_id, lease.token, finding).pk == first.pk
    with pytest.raises(Conflict):
        actions.decide_once(actor, lease.job_id, lease.token, DecisionIn(verdict="clean"))
    with pytest.raises(Conflict):
        actions.decide_once(actor_of(member(REVIEWER)), lease.job_id, lease.token, finding)
    assert Decision.objects.count() == 1
    kept = DecisionPath.objects.get()
    assert kept.steps == [["q1", 1], ["q2", 0]] and isinstance(kept.followed, bool)
    floor.report()
    floor.decide(actor, DecisionIn(verdict="clean", path=(("q1", 9),)))
    assert DecisionPath.objects.count() == 1  # no way of this tree
    nothing_differs()


def test_the_part_is_the_next_case_without_its_frame(floor: Floor, reviewer: Any) -> None:
    floor.report()
    second = floor.report()
    client = signed_in(reviewer)
    where, page = take(client)
    answer = client.post(where, {"token": token(page), "verdict": "clean", "path": "q1.0 junk"}, headers=PART)
    body = answer.content.decode()
    assert answer.status_code == 200 and "data-part" in body and "<nav" not in body.split("data-part")[0]
    job = Job.objects.get(case=second)
    assert answer["X-Bench-Address"].startswith(reverse("review-work", args=[job.pk])) and "data-undo" in body
    again = client.post(where, {"token": token(page), "verdict": "clean"}, headers=PART)
    assert again["X-Bench-Address"].startswith(reverse("review-work", args=[job.pk]))  # the same one, once
    stale = client.post(where, {"token": token(page), "verdict": "unsure"}, headers=PART)
    assert stale.status_code == 409 and "You no longer hold this case" in stale.content.decode()
    undone = client.post(reverse("review-undo", args=[Decision.objects.get().pk]), headers=PART)
    assert undone["X-Bench-Address"].startswith(reverse("review-work", args=[job.pk]))
    back = client.post(undone["X-Bench-Address"], {"token": token(body), "step": "release"}, headers=PART)
    assert back["X-Bench-Go"] == reverse("review")
    assert client.get(reverse("review-ready")).json() == {"ready": True}
    assert set(client.get(reverse("review-ready")).json()) == {"ready"}  # and nothing else of it
    assert Job.objects.filter(state="leased").count() == 0


def test_ready_texts_are_ones_own_or_shared_and_fit_the_case(floor: Floor, reviewer: Any) -> None:
    client = signed_in(reviewer)
    url = reverse("review-macros")
    assert client.post(url, {"name": "Mine", "text": "{nothing}"}).status_code == 422
    assert client.post(url, {"name": "Mine", "text": "<b>{author}</b> on {case}"}).status_code == 302
    assert client.post(url, {"name": "All", "text": "x", "shared": "on"}).status_code == 422
    lead = actor_of(member(SPECIALIST))
    actions.save_macro(lead, name="Ours", text="for spam", shared=True, policy_key="spam")
    other = actions.save_macro(lead, name="Elsewhere", text="for hate", shared=True, policy_key="hate")
    actions.save_macro(lead, name="Private to the lead", text="secret")
    floor.report(floor.item("x", author="mallory")[0])
    _where, page = take(client)
    assert "&lt;b&gt;mallory&lt;/b&gt; on" in page and "for spam" in page
    assert "for hate" not in page and "secret" not in page
    own = Macro.objects.get(owner=reviewer.pk)
    assert client.get(f"{url}?edit={own.pk}").status_code == 200
    assert client.get(f"{url}?edit={Macro.objects.get(policy_key='', owner=lead.id).pk}").status_code == 404
    assert client.post(url, {"id": str(other.pk), "step": "archive"}).status_code == 422
    assert client.post(url, {"id": str(own.pk), "step": "archive"}).status_code == 302
    assert "mallory&lt;/b&gt; on" not in client.get(url).content.decode()
    nothing_differs()


def test_marks_need_the_case_in_hand(floor: Floor, reviewer: Any) -> None:
    case = floor.report()
    actor = actor_of(reviewer)
    lease = floor.claim(actor)
    actions.mark_in_hand(actor, lease.job_id, lease.token, medium="video", at_ms=83_000, note="<script>")
    with pytest.raises(BadInput):
        actions.mark_in_hand(actor, lease.job_id, lease.token, medium="video", at_ms=-1)
    with pytest.raises(Conflict):
        actions.mark_in_hand(actor, lease.job_id, lease.token + 1, medium="video", at_ms=1)
    page = signed_in(reviewer).get(reverse("review-work", args=[lease.job_id])).content.decode()
    assert "1:23" in page and "&lt;script&gt;" in page
    client = signed_in(reviewer)
    where = reverse("review-work", args=[lease.job_id])
    sent = {"token": lease.token, "step": "mark", "medium": "video"}
    assert client.post(where, sent | {"mark_at": "never"}).status_code == 422
    assert client.post(where, sent | {"mark_at": "2:00"}).status_code == 200
    assert list(Mark.objects.order_by("at_ms").values_list("at_ms", flat=True)) == [83_000, 120_000]
    assert "1:23 <script>" in [entry.text for entry in case_history.latest(case)]
    nothing_differs()


def test_a_second_opinion_is_blind(floor: Floor) -> None:
    first, second = member(REVIEWER, name="Fanny First"), member(REVIEWER, name="Sam Second")
    case = floor.report()
    floor.decide(actor_of(first), DecisionIn(verdict="unsure", rationale="I lean to bulk"))
    client = signed_in(second)
    where, page = take(client)
    found = reverse("case-detail", args=[ids.encode("case", case.pk)])
    for body in (page, client.get(found).content.decode()):
        assert "lean to bulk" not in body and "Fanny" not in body and "decided: unsure" not in body
    client.post(where, {"token": token(page), "verdict": "clean"})
    body = client.get(found).content.decode()
    assert "lean to bulk" in body and "Fanny" in body


def test_a_thread_is_shown_in_windows_without_what_one_is_not_cleared_for(floor: Floor, reviewer: Any) -> None:
    with writing("system:test") as w:
        items.save_type(
            w, key="message", name="Message", kind="content",
            fields=[{"name": "text", "role": "text"}, {"name": "author", "role": "creatorId"},
                    {"name": "thread_id", "type": "id", "role": "threadId"},
                    {"name": "created_at", "type": "datetime", "role": "createdAt"}],
        )  # fmt: skip
        start = clock.now() - timedelta(hours=3)
        for number in range(60):
            at = (start + timedelta(minutes=number)).isoformat()
            seen = ItemSeen(type="message", id=f"t{number}", seen_at=clock.now(), market="US", language="en", data={
                "text": f"post <{number}>", "author": f"a{number % 7}", "thread_id": "x" * 4_000, "created_at": at})  # fmt: skip
            item, version = items.see(w, seen)
            if number == 30:
                judged, judged_version = item, version
            if number == 31:
                hidden, hidden_version = item, version
    floor.report(hidden, hidden_version)
    Case.objects.filter(item=hidden).update(clearance="child_safety")
    Job.objects.filter(case__item=hidden).update(clearance="child_safety")
    case = floor.report(judged, judged_version)
    client = signed_in(reviewer)
    where, page = take(client)
    assert "post &lt;30&gt;" in page and "post &lt;18&gt;" in page and "post &lt;17&gt;" not in page
    assert "post &lt;31&gt;" not in page
    window = thread.window(actor_of(reviewer), case)
    assert (window.total, window.place, window.start, window.stop) == (59, 30, 18, 43)
    part = client.get(f"{where}/thread?start=0&stop=18&side=before").content.decode()
    assert "post &lt;0&gt;" in part and "post &lt;17&gt;" in part and "post &lt;18&gt;" not in part
    assert client.get(f"{where}?thread=40").content.decode().count('class="post') == 19
    other = signed_in(member(REVIEWER))
    assert other.get(f"{where}/thread").status_code == 409


def test_the_history_of_very_many_reports_is_short(floor: Floor, reviewer: Any) -> None:
    item, version = floor.item()
    for _ in range(45):
        case = floor.report(item, version)
    case.refresh_from_db()
    found = case_history.latest(case)
    assert sum(entry.type == "report.received" for entry in found) == 20
    assert {"case.opened", "job.ready"} <= {entry.type for entry in found}
    assert [entry.at for entry in found] == sorted((entry.at for entry in found), reverse=True)
    first = case_history.page(case, show="report", limit=30)
    rest = case_history.page(case, show="report", before=first.next, limit=30)
    assert (len(first.entries), len(rest.entries), rest.next) == (30, 15, None)
    assert case_history.groups(case) == ["report", "job"]
    _where, page = take(signed_in(reviewer))
    assert "The newest 40 of 45." in page


def test_a_link_says_which_lists_its_host_is_on(floor: Floor, reviewer: Any) -> None:
    from watchfloor.detection import lists
    from watchfloor.review.link_cards import card

    with writing("system:test") as w:
        lists.create(w, "bad-hosts", "domains")
        lists.add(w, "bad-hosts", "evil.example", reason="seen")
    for url, names in (("https://www.evil.example/x", ("bad-hosts",)), ("http://notevil.example", ())):
        found = card(url)
        assert found is not None and found.lists == names
