"""Exams told to a learning record store, through the page and a strict stand-in; and exams that draw a form for each person."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.integration.training.test_training import sit
from tests.support.floor import install
from tests.support.people import actor_of, member, signed_in
from tests.support.record_store import NAME, SECRET, Store

from watchfloor.cli import training as command
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event, Outbox
from watchfloor.ledger.writer import writing
from watchfloor.training import bank, defaults, exposure, record_push, records, sittings
from watchfloor.training.domain.files import Draft
from watchfloor.training.models import Exam, RecordStore, Sitting

PAGE = "/training/records"
LEARN = frozenset({"training.learn", "policy.view"})


@pytest.fixture
def floor(db: Any) -> None:
    install()
    with writing(system("test")) as w:
        defaults.install(w)
    Exam.objects.update(practice_right=0, wait_hours=0)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    made = Store()
    yield made
    made.close()


def carry(hours: float = 0) -> int:
    done = 0
    with clock.at(clock.now() + timedelta(hours=hours, seconds=1)):
        while record_push.push_due():
            done += 1
            assert done < 50
    return done


def test_a_store_hears_what_exams_came_to_and_of_nobody(floor: None, store: Store) -> None:
    lea, lou = member(LEARN, "Lea Learner"), member(LEARN, "Lou Learner")
    early = sit(actor_of(lea), wrong=5)  # before there is a store
    keeper = signed_in(member({"settings.manage"}, "Kit Keeper"))
    assert signed_in(member({"training.edit"})).get(PAGE).status_code == 403
    assert "What is sent" in keeper.get(PAGE).content.decode()

    given = {"do": "save", "url": store.url + "/", "name": NAME, "secret": SECRET, "on": "on"}
    for wrong in ({"url": "ftp://x"}, {"name": ""}, {"secret": ""}, {"name": "a:b"}, {"url": store.url + "?x=1"}):
        answer = keeper.post(PAGE, given | wrong)
        assert answer.status_code == 422 and not RecordStore.objects.exists(), wrong
        assert SECRET not in answer.content.decode()
    answer = keeper.post(PAGE, given | {"secret": "another"}, follow=True)
    assert answer.status_code == 422 and "does not know this name and secret" in answer.content.decode()
    answer = keeper.post(PAGE, given, follow=True)
    assert "It speaks xAPI 1.0.0, 1.0.3" in answer.content.decode() and SECRET not in answer.content.decode()
    row = RecordStore.objects.get()
    assert SECRET.encode() not in bytes(row.secret) and NAME.encode() not in bytes(row.name)
    # Another place gets nothing that was not typed for it.
    assert keeper.post(PAGE, {"do": "save", "url": "http://127.0.0.1:9/xapi", "on": "on"}).status_code == 422

    # An exam that ends is a message; a store that is away, busy or broken hears of it later, once.
    done = sit(actor_of(lou))
    store.broken = [503, 429]
    assert Outbox.objects.filter(topic="xapi").count() == 1 and carry() == 1 and not store.kept
    assert Outbox.objects.get(topic="xapi").state == "failed" and carry(1) == 1 and carry(2) == 1
    assert Outbox.objects.get(topic="xapi").state == "confirmed" and not store.refused
    assert len(store.kept) == len(done.items) + 1
    verbs = [each["verb"]["id"].rpartition("/")[2] for each in store.kept.values()]
    assert verbs.count("answered") == len(done.items) and verbs.count("passed") == 1
    with clock.at(clock.now() + timedelta(hours=3)):
        keeper.post(PAGE, {"do": "earlier"})
        assert keeper.post(PAGE, {"do": "earlier"}).status_code == 302  # asked twice is sent once
    assert carry(4) == 1 and len(store.kept) == 2 * (len(done.items) + 1)
    told = str(store.kept)
    for name in (str(lea.pk), str(lou.pk), "Lea", "Lou", lea.email, sittings.question(early, 1).why):
        assert name not in told
    assert len({each["actor"]["account"]["name"] for each in store.kept.values()}) == 2

    # The same message again changes nothing there; what is refused is given up, shown, and sent again by a person.
    kept = dict(store.kept)
    Outbox.objects.filter(topic="xapi").update(state="pending", next_at=clock.now())
    assert carry() == 2 and store.kept == kept
    store.broken = [403]
    sit(actor_of(lea))
    assert carry(5) == 1 and records.standing().dead == 1
    page = keeper.get(PAGE).content.decode()
    assert "may not write statements" in page
    assert keeper.post(PAGE, {"do": "again"}).status_code == 302
    assert carry(6) == 1 and records.standing().dead == 0 and len(store.kept) > len(kept)

    # Off: nothing leaves, and an exam that ends makes no message.
    assert keeper.post(PAGE, {"do": "save", "url": store.url}).status_code == 302
    count = Outbox.objects.count()
    sit(actor_of(lou))
    assert Outbox.objects.count() == count and carry(7) == 0
    assert keeper.post(PAGE, {"do": "earlier"}).status_code == 422 and keeper.post(PAGE, {"do": "x"}).status_code == 404
    assert SECRET not in str(
        list(Event.objects.filter(type__startswith="training.record").values_list("data", "changes"))
    )
    sequencer.catch_up()
    assert [each for each in rebuild.check().differences if each.table != "training_exam"] == []  # set up above


def test_an_exam_may_draw_a_form_for_each_person(floor: None) -> None:
    trainer = signed_in(member({"training.edit", "training.approve", "training.view"}, "Tom Trainer"))
    typed = {
        "minutes": "5", "cut": "80", "wait_hours": "0", "forms": "2", "practice_right": "0", "valid_days": "", "count-clean": "2",
        "own_forms": "on", "most_uses": "3",
    }  # fmt: skip
    assert trainer.post("/training/bank/spam/exam", typed | {"most_uses": "many"}).status_code == 422
    assert trainer.post("/training/bank/spam/exam", typed).status_code == 302
    exam = Exam.objects.get(policy_key="spam")
    assert (exam.own_forms, exam.most_uses) == (True, 3)
    usable = {str(row.pk) for row in bank.usable("spam", "exam") if row.topic == "clean"}
    drafts = [
        Draft(key=f"spam.more{n}", topic="clean", content={"text": f"Hello {n}"}, answer="clean", why="It is.")
        for n in range(5 - len(usable))
    ]
    with writing(system("test")) as w:
        bank.save_many(w, "spam", "exam", drafts, written_by="user:a", approved_by="user:b")
    count = len([row for row in bank.usable("spam", "exam") if row.topic == "clean"])
    assert f"About {count * 3 // 2}" in trainer.get("/training/bank/spam/exam").content.decode()

    # One person: other questions while there are any, then never a form they had.
    ann, had = actor_of(member(LEARN)), []
    for _ in range(3):
        had.append(frozenset(name for name, _revision in sit(ann, wrong=2).items))
    assert not had[0] & had[1] and len(set(had)) == 3
    # All together: no question beyond its most uses, whoever sits; then the exam says what is missing.
    for _ in range(20):
        if exposure.left(exam).exams:
            sit(actor_of(member(LEARN)))
    with pytest.raises(BadInput, match="may be asked"):
        sit(actor_of(member(LEARN)))
    counted = exposure.uses("spam")
    assert max(counted.values()) == 3 and sum(counted.values()) > count * 3 - 4
    assert exposure.left(exam).exams == 0
    page = trainer.get("/training/bank/spam/exam").content.decode()
    assert "worn out" in page
    blocked = signed_in(member(LEARN)).post("/training/exams/spam")
    assert blocked.status_code == 409 and "as often as they may be" in blocked.content.decode()

    # Where the bank has no other form for somebody, they are not given one they know.
    with writing(system("test")) as w:
        bank.save_exam(w, "spam", blueprint=[{"topic": "clean", "count": count}], own_forms=True, wait_hours=0)
    eve = member(LEARN)
    first = sit(actor_of(eve), wrong=2)
    with pytest.raises(Conflict, match="no other form"):
        sit(actor_of(eve))
    assert Sitting.objects.filter(reviewer_id=uuid.UUID(str(eve.pk))).get().pk == first.pk


def test_commands_take_every_format(floor: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command.prepare, "django", lambda: None)
    for form, suffix in (("csv", "csv"), ("gift", "gift"), ("moodle", "xml"), ("qti", "zip")):
        made = CliRunner().invoke(
            command.training, ["export", "spam", "--use", "exam", "--format", form], catch_exceptions=False
        )
        file = tmp_path / f"spam.{suffix}"
        file.write_bytes(made.stdout_bytes)
        taken = CliRunner().invoke(
            command.training, ["import", "spam", str(file), "--use", "exam", "--json"], catch_exceptions=False
        )
        assert len(json.loads(taken.stdout)["keys"]) == 20, form
    file.write_bytes(b"PK\x03\x04")
    with pytest.raises(BadInput):
        CliRunner().invoke(command.training, ["import", "spam", str(file), "--use", "exam"], catch_exceptions=False)
