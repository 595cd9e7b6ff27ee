"""Training on the floor: a unit from source to products and stale again, a cohort from plan to certificates, what misleads."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.integration.training.test_training import ANNA, BEN, new_version, sit
from tests.support.floor import install
from tests.support.people import actor_of, member, signed_in

from watchfloor.engines.exams import cuts
from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.knowledge.queries import beside
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.policy import touches
from watchfloor.policy.models import PolicyVersion
from watchfloor.programme.improvements.models import Suggestion
from watchfloor.training import (
    bank,
    borderline,
    cohort_actions,
    cohort_queries,
    defaults,
    judging,
    letters,
    making,
    misled,
    outcomes,
    sittings,
    standing,
    unit_actions,
    unit_queries,
)
from watchfloor.training.domain import cohorts as clocks
from watchfloor.training.models import Cohort, Exam, Letter, Member, TrainingItem, UnitProduct, UnitVersion
from watchfloor.workforce import actions as workforce

SOURCE = (Path(__file__).parents[3] / "examples/training/spam.md").read_text(encoding="utf-8")
TRAINER = {
    "training.edit",
    "training.approve",
    "training.view",
    "training.learn",
    "policy.view",
    "case.view",
    "quality.view",
}


@pytest.fixture(autouse=True)
def floor(db: Any, settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    install()
    with writing(system("test")) as w:
        defaults.install(w)
        Exam.objects.update(practice_right=0)
        for key, zone in (("north", "Europe/Riga"), ("south", "Asia/Manila")):
            workforce.save_vendor(w, key=key, name=key.title(), site=zone.rpartition("/")[2], time_zone=zone)


def publish(source: str) -> UnitVersion:
    """Written by one, approved and published by another, made by the worker."""
    with writing(ANNA) as w:
        row = unit_actions.save(w, source)
    with writing(BEN) as w:
        unit_actions.approve(w, row.pk)
        unit_actions.publish(w, row.pk)
    while making.work():
        pass
    return UnitVersion.objects.get(pk=row.pk)


def reviewer(name: str, vendor: str = "north") -> Any:
    person = member({"training.learn", "policy.view"}, name)
    with writing(system("test")) as w:
        workforce.save_reviewer(w, person.pk, vendor_key=vendor, languages=["en"])
    return person


def true_to_the_ledger() -> None:
    """What the events say is what the rows say (but for the exams, whose rules the fixture eased behind the ledger's back)."""
    sequencer.catch_up()
    assert {each.table for each in rebuild.check().differences} <= {"training_exam"}


def test_a_unit_becomes_products_and_all_are_stale_when_the_policy_changes() -> None:
    with writing(ANNA) as w:
        row = unit_actions.save(w, SOURCE)
        with pytest.raises(BadInput) as refused:
            unit_actions.save(w, SOURCE.replace("version: 1", "version: 7"))
        assert refused.value.code == "unknown_version"
        with pytest.raises(Conflict):
            unit_actions.save(w, SOURCE, seen=9)
    with pytest.raises(Forbidden), writing(ANNA) as w:
        unit_actions.approve(w, row.pk)
    with pytest.raises(Conflict), writing(BEN) as w:
        unit_actions.publish(w, row.pk)
    row = publish(SOURCE)
    [build] = row.builds.all()
    assert (build.state, build.problems, build.done) == ("done", [], build.total)
    made = {each.kind: each for each in UnitProduct.objects.filter(version=row)}
    assert set(made) == {"article", "items", *making.FILES}
    packed = [made[kind] for kind in ("deck", "guide_docx", "scorm", "qti")]
    assert all(making.path_of(each.digest).read_bytes()[:2] == b"PK" for each in packed)
    assert "Spam is about the recipients" in beside("spam")[0].body
    items = TrainingItem.objects.filter(key__startswith="spam.unit.q", state="approved")
    assert items.count() == made["items"].count > 0 and set(items) <= set(bank.usable("spam", "exam"))
    spanish = publish(SOURCE.replace("language: en", "language: es").replace("spam.unit.q", "spam.es.q"))
    assert spanish.of_number == 1 and not TrainingItem.objects.filter(key__startswith="spam.es").exists()

    said = {(each.unit.language): each.says for each in unit_queries.standings()}
    assert said == {"en": "current", "es": "current"}
    new_version("9.1 Something else entirely.")
    draft = PolicyVersion.objects.get(policy_key="spam", number=2)
    found = {touch.kind: (touch.count, touch.stale) for touch in touches.of_version(system("test"), draft)}
    assert (found["units"], found["unit_translations"]) == ((1, 1), (1, 1))
    assert found["unit_products"] == (2 * len(made) - 1, 2 * len(made) - 1)
    assert {each.says for each in unit_queries.standings()} == {"stale"}
    assert beside("spam") == []  # the article is not shown beside cases any more

    stands = unit_queries.standing("spam", "en")
    nxt = unit_queries.next_source(stands.live, stands.in_force).replace(
        "### Alone under a stranger's picture", "### Gone", 1
    )
    cut = nxt[: nxt.index("### The story that asks")]
    with pytest.raises(Conflict):  # a source for a text that is over is not taught
        publish(SOURCE)
    row = publish(cut)
    assert (row.number, row.policy_version) == (2, 2)
    assert {each.unit.language: each.says for each in unit_queries.standings()} == {"en": "current", "es": "stale"}
    assert TrainingItem.objects.get(key="spam.unit.q4").state == "retired"
    before = UnitVersion.objects.get(unit=row.unit, number=1)
    changes = {(each.section, each.change) for each in unit_queries.unit_change(before, row)}
    assert ("questions", "removed") in changes and ("head", "changed") in changes
    difference = unit_queries.policy_change("spam", 1, 2)
    assert difference is not None and difference.clauses
    true_to_the_ledger()


def test_a_cohort_from_plan_to_certificates(settings: Any) -> None:
    lead = member({"training.view"}, "Lena Lead")
    trainer = member(TRAINER, "Tom Trainer")
    lea, max_ = reviewer("Lea"), reviewer("Max")
    stranger = reviewer("Sol", "south")
    teacher = actor_of(trainer)
    start = clock.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    due = (start + timedelta(days=10)).date()
    with clock.at(start):
        with writing(teacher) as w:
            plan = {"policy_key": "spam", "vendor_key": "north", "language": "en"}
            cohort = cohort_actions.save(w, None, name="Early", due_on=due, lead_id=lead.pk, **plan)
            cohort_actions.join(w, cohort, [lea.pk, max_.pk])
        with pytest.raises(BadInput), writing(teacher) as w:
            cohort_actions.join(w, cohort, [stranger.pk])
        with writing(teacher) as w:
            session = cohort_actions.plan_session(
                w, cohort, trainer_id=trainer.pk, starts_at=start + timedelta(days=1), minutes=60, place="Room 4"
            )
        while letters.send_due():
            pass
        assert sorted(each.to[0] for each in mail.outbox) == sorted([lea.email, max_.email, trainer.email])
        [event] = icalendar.Calendar.from_ical(str(mail.outbox[0].attachments[0].content)).walk("VEVENT")
        assert event["DTSTART"].dt == session.starts_at and str(event["LOCATION"]) == "Room 4"
        with pytest.raises(Conflict), writing(teacher) as w:  # it has not begun
            cohort_actions.attend(w, session, {lea.pk: "there"})
        with pytest.raises(Forbidden), writing(teacher) as w:
            cohort_actions.name_trainer(w, trainer.pk, "spam")
        with writing(ANNA) as w:
            cohort_actions.name_trainer(w, trainer.pk, "spam")
        assert standing.may_teach([trainer.pk], "spam", 1) == set()  # named, and not certified yet
        sit(teacher)
        assert standing.may_teach([trainer.pk], "spam", 1) == {trainer.pk}
    with clock.at(start + timedelta(days=2)):
        with writing(teacher) as w:
            assert cohort_actions.attend(w, session, {lea.pk: "there", max_.pk: "absent"}) == 1
        assert sit(actor_of(lea)).state == "passed"
        lines = {line.name: (line.certified, line.attended, line.held) for line in cohort_queries.members(cohort)}
        assert lines == {"Lea": (True, 1, 1), "Max": (False, 0, 1)}
        with writing(system("training")) as w:
            assert cohort_actions.escalate_due(w) == 0
    mail.outbox.clear()
    end = clocks.ends(due, ZoneInfo("Europe/Riga"))
    for moment, count in (
        (end - timedelta(days=2), 1),
        (end - timedelta(days=1), 0),
        (end, 1),
        (end + timedelta(days=1), 0),
    ):
        with clock.at(moment):
            if moment == end:  # with no lead there is nobody to tell: that waits until there is one
                Cohort.objects.update(lead_id=None)
                with writing(system("training")) as w:
                    assert cohort_actions.escalate_due(w) == 0
                Cohort.objects.update(lead_id=lead.pk)
            with writing(system("training")) as w:
                assert cohort_actions.escalate_due(w) == count
            while letters.send_due():
                pass
    assert [(each.to[0], "Max" in each.body) for each in mail.outbox] == [(max_.email, False), (lead.email, True)]
    assert Letter.objects.filter(sent_at=None).count() == 0
    with clock.at(end + timedelta(days=1)):
        [line] = cohort_queries.lines(Cohort.objects.all())
        assert (line.late, line.certified, line.people) == (True, 1, 2)
        found, _topics = outcomes.trainers(teacher)
        assert [(each.who, each.wrong, each.read) for each in found.people] == [(f"user:{trainer.pk}", 0, 1)]
        new_version(
            "9.1 Something else entirely."
        )  # whoever was certified for the text before is not, for the cohort of the next
        with writing(teacher) as w:
            later = cohort_actions.save(w, None, name="Next", due_on=None, lead_id=None, **plan)
            cohort_actions.join(w, later, [lea.pk])
        assert later.policy_version == 2
        assert [each.certified for each in cohort_queries.members(later)] == [False]
    true_to_the_ledger()


def test_pages_and_who_may_see_what() -> None:
    publish(SOURCE)
    trainer, other = member(TRAINER, "Tom Trainer"), member(TRAINER, "Ole Other", vendors=["south"])
    lea = reviewer("Lea")
    browser, elsewhere, learner = signed_in(trainer), signed_in(other), signed_in(lea)
    made = browser.post(
        "/training/cohorts/new", {"name": "Early", "policy": "spam", "vendor": "north", "language": "en", "due_on": ""}
    )
    cohort = Cohort.objects.get()
    assert made["Location"] == f"/training/cohorts/{cohort.pk}"
    where = made["Location"]
    assert browser.post(where, {"do": "join", "people": [str(lea.pk)]}).status_code == 302
    tomorrow = (clock.now() + timedelta(days=2)).date().isoformat()
    plan = {
        "do": "plan",
        "day": tomorrow,
        "hour": "10:00",
        "minutes": "60",
        "place": "Room 4",
        "trainer": str(trainer.pk),
    }
    for wrong in ({"minutes": "x"}, {"day": "never"}, {"trainer": "me"}, {"place": " "}, {"trainer": str(lea.pk)}):
        answer = browser.post(where, plan | wrong)
        assert (answer.status_code == 422 and "Room 4" in answer.content.decode()) or wrong == {"place": " "}
    assert browser.post(where, plan).status_code == 302
    [session] = cohort_queries.sessions(cohort)
    assert session.starts_at.astimezone(ZoneInfo("Europe/Riga")).hour == 10
    at = f"/training/sessions/{session.pk}"
    for address in (where, at, "/training/cohorts", "/training/units", "/training/units/spam/en", "/training/units/spam/en/changes",
                    "/training/units/new?policy=spam&language=de", "/training/trainers", "/training/misled", "/training/outcomes",
                    "/training/cohorts?format=csv", f"{where}?format=csv", "/training/units?format=csv", "/training/misled?format=csv",
                    "/training/outcomes?format=csv", f"{at}.ics"):  # fmt: skip
        assert browser.get(address).status_code == 200, address
    for address in (where, at, f"{at}.ics"):  # another vendor's trainer: as if it never was
        assert elsewhere.get(address).status_code == 404, address
    assert "Early" not in elsewhere.get("/training/cohorts").content.decode()
    assert (
        elsewhere.post(
            "/training/cohorts/new", {"name": "X", "policy": "spam", "vendor": "north", "language": "en"}
        ).status_code
        == 422
    )
    home = learner.get("/training").content.decode()
    assert "Early" in home and "Room 4" in home and learner.get(f"{at}.ics").status_code == 200
    version = UnitVersion.objects.get()
    for kind in making.FILES:
        assert browser.get(f"/training/units/products/{version.pk}/{kind}").status_code == 200
        assert (
            learner.get(f"/training/units/products/{version.pk}/{kind}").status_code == 403
        )  # the guide has the answers
    assert browser.get(f"/training/units/products/{version.pk}/..").status_code == 404
    for form in ("csv", "gift", "qti", "moodle"):  # what goes out comes in again, as the next revision
        sent = browser.get(f"/training/bank/spam?use=exam&format={form}").content
        answer = browser.post("/training/bank/spam", {"use": "exam", "file": SimpleUploadedFile(f"spam.{form}", sent)})
        assert answer.status_code == 302, answer.content.decode()[:2000]
    assert (
        browser.post(
            "/training/bank/spam", {"use": "exam", "file": SimpleUploadedFile("x.zip", b"PK\x03\x04")}
        ).status_code
        == 422
    )
    assert browser.get("/training/bank/spam?format=xapi").content == b""
    typed = browser.post("/training/units/new", {"source": "---\ntitle: Mine\n---\n"})
    assert typed.status_code == 422 and "title: Mine" in typed.content.decode()
    assert browser.post("/training/units/spam/en", {"do": "save", "source": SOURCE}).status_code == 302
    assert browser.post("/training/units/spam/en", {"do": "approve"}).status_code == 422  # who wrote it
    assert browser.post("/training/units/spam/en", {"do": "no such"}).status_code == 404
    assert Member.objects.count() == 1


def test_clauses_that_mislead_and_who_hears_of_them() -> None:
    from watchfloor.quality.models import Look

    publish(SOURCE)
    actor = actor_of(member(TRAINER, "Tom Trainer"))
    published = UnitVersion.objects.get().published_at
    assert published is not None
    rows = (
        [("spam.bulk", "spam.advertising", -3)] * 8
        + [("spam.bulk", "spam.bulk", -3)] * 4
        + [("spam.bulk", "spam.bulk", 3)] * 12
    )
    with writing(system("test")) as w, w.attempt():
        for number, (given, right, days) in enumerate(rows):
            Look.objects.create(
                decision_id=uuid.uuid4(), case_id=uuid.uuid4(), purpose="sample", state="settled", drawn_at=published, policy_key="spam",
                severity=1, origin="human", decider="user:1", decided_at=published + timedelta(hours=days), verdict="violating",
                violation_key=given, right_verdict="violating", right_violation=right, stratum=str(number % 2),
            )  # fmt: skip
    with clock.at(published + timedelta(days=1)):
        found = {row.clause: row for row in misled.clauses(actor, "spam")}
        bulk = found["9.1"]
        assert (bulk.looks, bulk.wrong, bulk.taken_for) == (24, 8, ("spam.advertising", "spam.bulk"))
        assert bulk.before is not None and bulk.after is not None and bulk.wrong_share is not None
        assert (round(bulk.before.share, 2), bulk.after.share) == (0.67, 0.0)
        assert found["9.2"].wrong == 8 and found["9.2"].wrong_share is None  # eight looks are too few for a share
        assert misled.clauses(actor_of(member(TRAINER, "Else", vendors=["south"])), "spam") == []
        curve = outcomes.new_people(
            actor, "spam"
        )  # nobody new is among those who decided: no curve, and all are tenured
        assert (curve.people, curve.points, curve.tenured_looks) == (0, [], 24)
        assert curve.tenured is not None and round(curve.tenured.value, 2) == 0.67
    # A suggestion is made with the counts as they stood, of the clause or of its unit, once a day; without the right there is no button.
    teller = member(TRAINER | {"quality.view", "programme.suggest"}, "Sue Suggests")
    with clock.at(published + timedelta(days=1)):
        assert not misled.can_suggest(actor) and misled.can_suggest(actor_of(teller))
        plain, browser = signed_in(member(TRAINER)), signed_in(teller)
        assert "Suggest a change" not in plain.get("/training/misled?policy=spam").content.decode()
        assert plain.post("/training/misled?policy=spam", {"clause": "9.1"}).status_code == 404
        assert "… of the unit" in browser.get("/training/misled?policy=spam").content.decode()
        there = browser.post("/training/misled?policy=spam", {"clause": "9.1"})["Location"]
        page = browser.get(there).content.decode()
        assert "8 of 24 decisions about it that were looked at were wrong (" in page and "clause:spam/9.1" in page
        assert browser.post("/training/misled?policy=spam", {"clause": "9.1"})["Location"] == there
        other = browser.post("/training/misled?policy=spam", {"clause": "9.1", "of": "unit"})["Location"]
        assert "unit:spam" in browser.get(other).content.decode()
        assert browser.post("/training/misled?policy=spam", {"clause": "9.1", "of": "x"}).status_code == 404
        assert browser.post("/training/misled?policy=spam", {"clause": "1.9"}).status_code == 404
        # The same from quality, where whoever looks finds otherwise.
        Look.objects.update(found_verdict="clean", found_violation="")
        assert "Suggest a change of Spam" in browser.get("/quality").content.decode()
        there = browser.post("/quality", {"policy": "spam"})["Location"]
        page = browser.get(there).content.decode()
        assert "24 of its decisions were looked at again" in page and "clause:spam" in page and "(100" in page
        assert browser.post("/quality", {"policy": "hate"}).status_code == 404
        assert Suggestion.objects.filter(evidence=["/quality"]).get().policy_key == "spam"
        viewer = signed_in(member({"quality.view"}))
        assert "Suggest a change" not in viewer.get("/quality").content.decode()
        assert viewer.post("/quality", {"policy": "spam"}).status_code == 404
    with pytest.raises(NotFound):
        unit_actions.version(uuid.uuid4())


def test_judges_suggest_a_bar_and_more_time_is_more_time() -> None:
    first, second = member(TRAINER, "Tom Trainer"), member(TRAINER, "Ben Second")
    lea = reviewer("Lea")
    one, two = signed_in(first), signed_in(second)
    at = "/training/bank/spam/bar"
    assert one.post(at, {"do": "judge"}).status_code == 404
    assert one.post(at, {"do": "begin"}).status_code == 302 and one.post(at, {"do": "begin"}).status_code == 422
    row = judging.latest("spam")
    assert row is not None
    names = [name for name, _revision in row.items]
    assert one.post(at, {"do": "judge", **{f"share-{name}": "x" for name in names}}).status_code == 422
    assert one.post(at, {"do": "judge", **{f"share-{name}": "80" for name in names}}).status_code == 302
    assert judging.standing(row, f"user:{first.pk}").suggested is None  # one judge is no round
    assert two.post(at, {"do": "judge", **{f"share-{name}": "60" for name in names}}).status_code == 302
    assert judging.standing(row, f"user:{uuid.uuid4()}").found is None  # who has not judged is not told what others say
    found = judging.standing(row, f"user:{first.pk}")
    assert (
        found.suggested == pytest.approx(0.7)
        and found.found is not None
        and found.found.cut.error == pytest.approx(0.1 * len(names))
    )
    assert "70" in one.get(at).content.decode()
    assert one.post(at, {"do": "close", "cut": "101"}).status_code == 422
    assert one.post(at, {"do": "close", "cut": "72.5"}).status_code == 302
    assert Exam.objects.get(policy_key="spam").cut == 0.725
    assert one.get(at).status_code == 200
    given = {"person": str(lea.pk), "factor": "1.5", "why": "reads slowly"}
    assert one.post("/training/extra-time", given | {"factor": "9"}).status_code == 422
    assert one.post("/training/extra-time", given).status_code == 302
    assert "reads slowly" in one.get("/training/extra-time").content.decode()
    south = signed_in(member(TRAINER, "Ole Other", vendors=["south"]))
    assert "Lea" not in south.get("/training/extra-time").content.decode()
    with writing(actor_of(lea)) as w:
        sitting = sittings.begin(w, lea.pk, "spam")
    assert sitting.ends_at - sitting.started_at == timedelta(minutes=1.5 * Exam.objects.get(policy_key="spam").minutes)
    with clock.at(sitting.started_at + timedelta(minutes=1)):
        item = sittings.question(sitting, 1)
        with writing(actor_of(lea)) as w:
            sittings.answer(w, sitting, 1, item.answer)
            sittings.finish(w, sitting)
    told = one.get("/training/bank/spam?format=xapi").content.decode().splitlines()
    assert len(told) == 2 and str(lea.pk) not in "".join(told) and "Lea" not in "".join(told)
    assert south.get("/training/bank/spam?format=xapi").content == b""
    true_to_the_ledger()


def test_examiners_grade_sittings_blind_and_two_people_set_the_bar() -> None:
    first, second = member(TRAINER, "Tom Trainer"), member(TRAINER, "Ben Second")
    one, two, at = signed_in(first), signed_in(second), "/training/bank/spam/borderline"
    assert "No sitting to grade" in one.get(at).content.decode()
    wrong = {
        actor_of(reviewer(name)).id: many for name, many in (("Lea", 0), ("Ole", 2), ("Mia", 3), ("Ada", 4), ("Ian", 7))
    }
    sat = [sit(person, wrong=wrong[person.id]) for person in map(learner_of, wrong)]
    shares = {row.pk: row.right / len(row.items) for row in sat}
    shown = one.get(at).content.decode()
    assert "Their answer:" in shown and "Lea" not in shown and "Right:" not in shown and "Choose a bar" not in shown
    own = signed_in(member(TRAINER, "Far Away", vendors=["south"]))
    assert "Their answer:" not in own.get(at).content.decode()  # the people of others are not theirs to grade
    assert own.post(at, {"do": "grade", "sitting": str(sat[0].pk), "grade": "2"}).status_code == 404
    assert one.post(at, {"do": "grade", "sitting": str(sat[0].pk), "grade": "9"}).status_code == 422
    said = {0: "2", 2: "1", 3: "1", 4: "1", 7: "0"}
    for browser in (one, two):
        assert borderline.standing(actor_of(first), "spam").found == ()  # one examiner alone suggests nothing
        for row in sat:
            given = {"do": "grade", "sitting": str(row.pk), "grade": said[wrong[str(row.reviewer_id)]]}
            assert browser.post(at, given).status_code == 302
        assert browser.post(at, given).status_code == 404  # said once
    found = {each.method: each for each in borderline.standing(actor_of(first), "spam").found}
    middle = next(row.pk for row in sat if wrong[str(row.reviewer_id)] == 3)
    assert found["borderline_group"].share == pytest.approx(shares[middle]) and found["borderline_group"].based_on == 3
    expected = cuts.borderline_regression([(int(said[wrong[str(r.reviewer_id)]]), shares[r.pk]) for r in sat], 1, 1)
    assert found["borderline_regression"].share == pytest.approx(expected.score)
    assert found["borderline_regression"].error == pytest.approx(expected.error)
    third = member(TRAINER, "New Here")
    assert (
        borderline.standing(actor_of(third), "spam").found == ()
    )  # who has graded nothing is not told what others found
    choice = {"do": "choose", "method": "borderline_regression", "why": "Most people count."}
    for bad in ({"method": "x"}, {"why": " "}, {"cut": "101"}, {"cut": "much"}):
        page = one.post(at, choice | bad)
        assert page.status_code == 422 and ("Most people count." in page.content.decode()) == ("why" not in bad)
    before = Exam.objects.get(policy_key="spam").cut
    assert one.post(at, choice | {"cut": "64.5"}).status_code == 302 and one.post(at, choice).status_code == 422
    assert Exam.objects.get(policy_key="spam").cut == before  # it waits
    assert one.post(at, {"do": "agree"}).status_code == 422
    assert (
        "Most people count." in two.get(at).content.decode() and "Agree: it holds" not in one.get(at).content.decode()
    )
    assert two.post(at, {"do": "agree"}).status_code == 302 and Exam.objects.get(policy_key="spam").cut == 0.645
    assert two.post(at, {"do": "drop"}).status_code == 404
    sent: Any = one.get(at + "?format=csv")
    assert b"".join(sent.streaming_content).decode().count("borderline_") == 2
    true_to_the_ledger()
    for event in Event.objects.filter(type__startswith="exam.").exclude(type="exam.finished"):
        assert "Most people" not in f"{event.data} {event.changes}"
    new_version("Spam is what nobody asked for, and more.")
    assert "No sitting to grade" in one.get(at).content.decode()  # they answered to another text


def learner_of(pk: str) -> Any:
    """Somebody's actor by their id."""
    return actor_of(User.objects.get(pk=pk))
