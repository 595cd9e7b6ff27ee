"""Training in the page, as plain forms: practice, an exam, the bank with two people, and who may see what."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.floor import CLEAN, PLATFORM, SPAM, Floor, install
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.review import actions
from watchfloor.review.contracts import AppealIn, DecisionIn
from watchfloor.review.models import Decision, Job
from watchfloor.review.queries.feedback import own_second_looks
from watchfloor.training import bank, defaults, sandbox, sittings
from watchfloor.training.models import Exam, Sitting, TrainingItem
from watchfloor.workforce import actions as workforce

LEARNER = frozenset({"review.work", "case.view", "policy.view", "training.learn"})
TRAINER = frozenset({"policy.view", "training.edit", "training.approve", "training.view"})


@pytest.fixture
def floor(db: Any) -> Floor:
    install()
    with writing(system("test")) as w:
        defaults.install(w)
    return Floor()


def body(client: Client, name: str, *args: Any, status: int = 200, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == status, answer.content[-2000:]
    return b"".join(answer).decode() if answer.streaming else answer.content.decode()


def test_from_the_sandbox_to_the_certificate(floor: Floor) -> None:
    person = member(LEARNER)
    client, pk = signed_in(person), uuid.UUID(str(person.pk))
    assert "0 of 6" in body(client, "training")
    page = body(client, "training-practice", "spam")
    item = sandbox.next_case(pk, "spam")
    assert item is not None and str(item.pk) in page
    answer = client.post(reverse("training-practice", args=["spam"]), {"item": str(item.pk), "verdict": "violating"})
    assert answer.status_code == 422 and "Choose what is violated first" in answer.content.decode()
    for _ in range(4):
        item = sandbox.next_case(pk, "spam")
        assert item is not None
        verdict = {"verdict": "clean"} if item.answer == "clean" else {"verdict": "violating", "violation": item.answer}
        answer = client.post(reverse("training-practice", args=["spam"]), {"item": str(item.pk), **verdict})
        assert item.why[:30] in client.get(answer["Location"]).content.decode().replace("&#39;", "'")
    assert "To the exam" in client.get(answer["Location"]).content.decode()
    assert "80" in body(client, "training-exam", "spam")
    answer = client.post(reverse("training-exam", args=["spam"]))
    sitting = Sitting.objects.get()
    for number in range(1, 11):
        here = reverse("training-question", args=[sitting.pk, number])
        page = client.get(here).content.decode()
        question = sittings.question(sitting, number)
        assert question.why not in page  # the explanation is not shown
        if number == 1:
            assert client.post(here, {"answer": "nonsense"}).status_code == 422
        answer = client.post(here, {"answer": question.answer})
    assert "Every question is answered" in client.get(answer["Location"]).content.decode()
    page = client.post(reverse("training-sitting", args=[sitting.pk]), follow=True).content.decode()
    assert "You are certified for version 1." in page
    assert "Certified" in body(client, "training")
    assert client.post(reverse("training-question", args=[sitting.pk, 1]), {"answer": "clean"}).status_code == 302
    stranger = signed_in(member(LEARNER))
    body(stranger, "training-sitting", sitting.pk, status=404)
    body(stranger, "training-question", sitting.pk, 1, status=404)


def test_two_people_make_an_item_count(floor: Floor) -> None:
    writer, other = signed_in(member(TRAINER)), signed_in(member(TRAINER, "Olu Other"))
    typed = {
        "use": "practice",
        "key": "spam.mine",
        "topic": "spam.links",
        "difficulty": "2",
        "text": "See here: x.example",
        "why": "",
    }
    answer = writer.post(reverse("training-item-new", args=["spam"]), typed)
    assert answer.status_code == 422 and "See here: x.example" in answer.content.decode()
    assert "Say why the answer is right" in answer.content.decode()
    writer.post(reverse("training-item-new", args=["spam"]), {**typed, "why": "It leads elsewhere."})
    item = TrainingItem.objects.get(key="spam.mine")
    here = reverse("training-item", args=[item.pk])
    assert "Waits for approval" in writer.get(here).content.decode()
    assert 'value="approve"' not in writer.get(here).content.decode()
    assert "cannot approve it" in writer.post(here, {"step": "approve"}, follow=True).content.decode()
    assert 'value="approve"' in other.get(here).content.decode()
    other.post(here, {"step": "approve"})
    assert item in bank.usable("spam", "practice")
    assert "See here: x.example" in body(other, "training-article", "spam")  # an example now
    assert "spam.e1" not in body(other, "training-article", "spam")


def test_files_go_out_and_come_back(floor: Floor) -> None:
    client = signed_in(member(TRAINER))
    gift = body(client, "training-items", "spam", use="exam", format="gift")
    assert gift.count("::spam.e") == 20
    rows = body(client, "training-items", "spam", use="exam", format="csv")
    answer = client.post(reverse("training-items", args=["spam"]), {"use": "exam", "rows": rows}, follow=True)
    assert "20 items are taken in" in answer.content.decode()
    assert not bank.usable("spam", "exam").exists()
    answer = client.post(reverse("training-items", args=["spam"]), {"use": "exam", "rows": "key,topic\n"})
    assert answer.status_code == 422 and "is missing" in answer.content.decode()


def test_exam_rules_are_set_in_the_page(floor: Floor) -> None:
    client = signed_in(member(TRAINER))
    page = body(client, "training-exam-edit", "spam")
    assert 'name="count-spam.bulk" type="number" value="2"' in page
    typed = {
        "minutes": "5",
        "cut": "66.6",
        "wait_hours": "1",
        "forms": "2",
        "practice_right": "0",
        "valid_days": "90",
        "count-clean": "3",
    }
    assert client.post(reverse("training-exam-edit", args=["spam"]), {**typed, "cut": "much"}).status_code == 422
    client.post(reverse("training-exam-edit", args=["spam"]), typed)
    exam = Exam.objects.get(policy_key="spam")
    assert (exam.minutes, exam.cut, exam.valid_days, exam.blueprint) == (
        5,
        0.666,
        90,
        [{"topic": "clean", "count": 3, "difficulty": 0}],
    )


def test_own_feedback_tells_what_others_found(floor: Floor) -> None:
    person, second = member(LEARNER), member(LEARNER | {"review.appeal"}, "Sol Second")
    me, other = actor_of(person), actor_of(second)
    floor.report()
    unsure = floor.decide(me, DecisionIn(verdict="unsure", active_ms=1))
    floor.decide(
        other,
        DecisionIn(verdict="violating", violation_key="spam.links", rationale="A chain of redirects.", active_ms=1),
    )
    floor.report()
    kept = floor.decide(me, SPAM)
    floor.report()
    fallen = floor.decide(me, SPAM)
    for decision, finding in ((kept, SPAM), (fallen, CLEAN)):
        actions.file_appeal(
            PLATFORM, AppealIn(decision_id=decision.pk, by="author", appellant="mallory", grounds="No.")
        )
        job = Job.objects.get(kind="appeal", state="ready")
        lease = actions.claim(other)
        assert lease is not None and lease.job_id == job.pk
        actions.decide(other, lease.job_id, lease.token, finding)
    looks = {row.decision_id: row for row in own_second_looks(me, clock.now() - timedelta(days=1))}
    assert {pk: (row.how, row.agreed) for pk, row in looks.items()} == {
        unsure.pk: ("second", None), kept.pk: ("appeal", True), fallen.pk: ("appeal", False),
    }  # fmt: skip
    client = signed_in(person)
    page = body(client, "training-feedback")
    assert "A chain of redirects." in page and "1 of 2" in page and "Sol Second" not in page
    assert "A chain of redirects." not in body(client, "training-feedback", show="changed")
    assert body(client, "training-feedback", format="csv").count("appeal") == 2
    assert own_second_looks(other, clock.now() - timedelta(days=1)) == []
    assert Decision.objects.count() == 6


def test_each_sees_what_is_theirs(floor: Floor) -> None:
    with writing(system("test")) as w:
        workforce.save_vendor(w, key="north", name="North", site="Riga")
        workforce.save_vendor(w, key="south", name="South", site="Lima")
        workforce.save_reviewer(w, member(LEARNER, "Nora North").pk, vendor_key="north")
        workforce.save_reviewer(w, member(LEARNER, "Sue South").pk, vendor_key="south")
    everyone, north = signed_in(member(TRAINER)), signed_in(member({"training.view"}, vendors=["north"]))
    assert "Riga" in body(everyone, "training-people") and "Lima" in body(everyone, "training-people")
    page = body(north, "training-people")
    assert "Riga" in page and "Lima" not in page
    assert "Nora North" in body(north, "training-people-of", "north")
    body(north, "training-people-of", "south", status=404)
    assert "Lima" not in body(north, "training-people", format="csv")
    learner = signed_in(member(LEARNER))
    for name, args in (("training-people", ()), ("training-bank", ()), ("training-items", ("spam",)), ("training-item-new", ("spam",)),
                       ("training-item", (TrainingItem.objects.first().pk,)), ("training-exam-edit", ("spam",))):  # fmt: skip
        body(learner, name, *args, status=403)
    for name in ("training-feedback", "training-practice", "training-exam"):
        body(north, name, *([] if name.endswith("feedback") else ["spam"]), status=403)
    approver = signed_in(member({"training.approve"}))
    assert approver.post(reverse("training-items", args=["spam"]), {"rows": "x"}).status_code == 403
    assert (
        approver.post(reverse("training-item", args=[TrainingItem.objects.first().pk]), {"step": "retire"}).status_code
        == 403
    )
    body(learner, "training-practice", "nothing", status=404)


def test_programs_read_and_write(floor: Floor) -> None:
    with writing(system("test")) as w:
        _, reader = create_token(w, system("test"), name="r", source="lms", permissions=["training.view"])
        _, writer = create_token(w, system("test"), name="w", source="lms", permissions=["training.edit"])

    def call(secret: str, method: str, path: str, **more: Any) -> Any:
        return getattr(Client(), method)(f"/v1/training/{path}", headers={"authorization": f"Bearer {secret}"}, **more)

    assert call(reader, "get", "certified").json() == []
    assert call(reader, "get", "items?policy=spam").status_code == 403
    assert call(writer, "get", "certified").status_code == 403
    assert len(call(writer, "get", "items?policy=spam&use=exam").json()) == 20
    row = {"key": "spam.api", "topic": "clean", "text": "Hello.", "answer": "clean", "why": "A greeting."}
    sent = {"policy": "spam", "use": "practice", "items": [row]}
    saved = call(writer, "post", "items", data=sent, content_type="application/json").json()
    assert (saved[0]["state"], saved[0]["revision"], saved[0]["stale"]) == ("draft", 1, False)
    sent["items"] = [{**row, "answer": "nonsense"}]
    refused = call(writer, "post", "items", data=sent, content_type="application/json")
    assert refused.status_code == 422 and refused.json()["error"]["where"] == "items[0].answer"
    assert call(writer, "get", "figures?policy=spam").json() == {"sittings": 0, "passed": 0, "items": [], "forms": []}
    assert call(writer, "get", "figures?policy=nothing").status_code == 422
