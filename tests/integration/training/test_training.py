"""Training against the database: what counts, who approves, exams from begin to certificate, and the numbers of the floor untouched."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from tests.support.floor import Floor, install, someone

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.policy import actions as policy
from watchfloor.policy import queries as policies
from watchfloor.policy.models import PolicyVersion
from watchfloor.review.models import Case, Decision, Job
from watchfloor.training import bank, defaults, learning, sandbox, sittings, staff
from watchfloor.training.domain.files import Draft
from watchfloor.training.models import Answer, Exam, Sitting, TrainingItem
from watchfloor.workforce import actions as workforce
from watchfloor.workforce.queries import roster_row

DRAFT = Draft(key="spam.x1", topic="spam.bulk", content={"text": "Buy!"}, answer="spam.bulk", why="Many got it.")
ANNA, BEN = "user:00000000-0000-0000-0000-00000000000a", "user:00000000-0000-0000-0000-00000000000b"


@pytest.fixture
def floor(db: Any) -> Floor:
    install()
    with writing(system("test")) as w:
        defaults.install(w)
    return Floor()


@pytest.fixture
def learner(floor: Floor) -> Actor:
    person = someone()
    with writing(system("test")) as w:
        workforce.save_vendor(w, key="north", name="North", site="Riga")
        workforce.save_reviewer(w, uuid.UUID(person.id), vendor_key="north", languages=["en"], skills=["ip"])
    return person


def pk(person: Actor) -> uuid.UUID:
    return uuid.UUID(person.id)


def practise(person: Actor, times: int, key: str = "spam") -> None:
    for _ in range(times):
        item = sandbox.next_case(pk(person), key)
        assert item is not None
        with writing(person) as w:
            sandbox.answer(w, pk(person), item.pk, item.answer)


def sit(person: Actor, *, wrong: int = 0, key: str = "spam") -> Sitting:
    """Begin, answer everything (so many of it wrongly), hand in."""
    with writing(person) as w:
        sitting = sittings.begin(w, pk(person), key)
    for number in range(1, len(sitting.items) + 1):
        item = sittings.question(sitting, number)
        other = next(each for each in sandbox.possible(item) if each != item.answer)
        with writing(person) as w:
            sittings.answer(w, sitting, number, other if number <= wrong else item.answer)
    with writing(person) as w:
        return sittings.finish(w, sitting)


def new_version(text: str) -> None:
    with writing(ANNA) as w:
        version = policy.draft(w, "spam", summary="New.", text=text)
    with writing(BEN) as w:
        policy.approve(w, version)
        policy.put_in_force(w, PolicyVersion.objects.get(pk=version.pk))


def test_shipped_material_is_enough_for_two_forms_without_a_question_in_common(floor: Floor) -> None:
    assert sorted(Exam.objects.values_list("policy_key", flat=True)) == ["hate", "scam", "spam"]
    for exam in Exam.objects.all():
        people = [uuid.UUID(int=number) for number in (2, 3)]  # whose first forms differ
        asked = []
        for person in people:
            with writing(system("test")) as w:
                Exam.objects.filter(pk=exam.pk).update(practice_right=0)
                row = sittings.begin(w, person, exam.policy_key)
            asked.append({name for name, _ in row.items})
            with writing(system("test")) as w:
                sittings.finish(w, row)
        assert len(asked[0]) == 10 and not asked[0] & asked[1]
    with writing(system("test")) as w:
        assert defaults.install(w) == 0  # what is there is left alone


def test_an_item_counts_once_a_second_person_agrees_and_until_the_policy_changes(floor: Floor) -> None:
    with writing(ANNA) as w:
        row = bank.save(w, "spam", "practice", DRAFT)
    assert row not in bank.usable("spam", "practice")
    with pytest.raises(Forbidden), writing(ANNA) as w:
        bank.approve(w, row.pk)
    with writing(BEN) as w:
        row = bank.approve(w, row.pk)
    assert row in bank.usable("spam", "practice")
    with writing(BEN) as w:  # a change is a new revision, which waits again
        row = bank.save(w, "spam", "practice", DRAFT)
    assert (row.revision, row.state) == (2, "draft")
    with writing(ANNA) as w:
        bank.approve(w, row.pk)
    new_version("9.1 Something else entirely.")
    assert list(bank.usable("spam", "practice")) == []
    assert next(each for each in staff.banks() if each.policy_key == "spam").stale == 27
    with writing(ANNA) as w:
        row = bank.still_right(w, row.pk)
    assert (row.policy_version, row.state, row.revision) == (2, "draft", 3)
    with writing(BEN) as w:
        bank.approve(w, row.pk)
    assert [each.key for each in bank.usable("spam", "practice")] == ["spam.x1"]
    with writing(BEN) as w:
        bank.retire(w, row.pk)
    assert not bank.usable("spam", "practice").exists()


def test_what_it_says_and_its_answer_are_not_in_the_ledger(floor: Floor) -> None:
    with writing(ANNA) as w:
        bank.save(
            w,
            "spam",
            "exam",
            Draft(key="spam.secret", topic="clean", content={"text": "zebra crossing"}, answer="clean", why="giraffe"),
        )
    events = [f"{row.data} {row.changes}" for row in Event.objects.filter(type="training.item_saved")]
    assert any("spam.secret" in text for text in events)
    assert not any("zebra" in text or "giraffe" in text for text in events)


def test_the_sandbox_says_what_is_right_and_touches_no_numbers(floor: Floor, learner: Actor) -> None:
    before = (Case.objects.count(), Job.objects.count(), Decision.objects.count())
    item = sandbox.next_case(pk(learner), "spam")
    assert item is not None
    wrong = "clean" if item.answer != "clean" else "spam.bulk"
    with writing(learner) as w:
        answer = sandbox.answer(w, pk(learner), item.pk, wrong)
    said = sandbox.feedback(pk(learner), answer.pk)
    assert (said.right, said.why) == (False, item.why)
    if item.answer != "clean":
        assert said.clause_text.split(".")[0] in policies.version_in_force("spam").text
    assert sandbox.next_case(pk(learner), "spam") != item  # others first
    practise(learner, 6)
    assert sandbox.standing(pk(learner), "spam") == sandbox.Standing(6, 6)
    assert sandbox.next_case(pk(learner), "spam") is not None  # one may go on for ever
    with pytest.raises(BadInput), writing(learner) as w:
        sandbox.answer(w, pk(learner), item.pk, "hate.slur")
    assert (Case.objects.count(), Job.objects.count(), Decision.objects.count()) == before


def test_passing_grants_the_certificate_that_routing_asks_for(floor: Floor, learner: Actor) -> None:
    floor.report()
    from watchfloor.review import actions

    assert actions.claim(learner) is None  # a manager has said: intellectual property only
    with pytest.raises(Conflict) as caught, writing(learner) as w:
        sittings.begin(w, pk(learner), "spam")
    assert caught.value.code == "practise_first"
    assert learning.path(pk(learner), "spam").step == "practise"
    practise(learner, 4)
    assert learning.path(pk(learner), "spam").step == "sit"
    sitting = sit(learner, wrong=2)  # eight of ten is the cut
    assert (sitting.state, sitting.right) == ("passed", 8)
    path = learning.path(pk(learner), "spam")
    assert (path.holds, path.until) == ("current", None)
    assert roster_row(pk(learner)).certificates[0].key == "spam"
    lease = actions.claim(learner)
    assert lease is not None and Job.objects.get(pk=lease.job_id).policy_key == "spam"
    row = staff.certified(someone(frozenset({"training.view"})))[0]
    assert (row.site, {cell.policy_key: cell.current for cell in row.cells}["spam"]) == ("Riga", 1)


def test_who_fails_waits_and_is_asked_other_questions(floor: Floor, learner: Actor) -> None:
    practise(learner, 4)
    first = sit(learner, wrong=3)
    assert (first.state, first.certificate_id) == ("failed", None)
    assert learning.path(pk(learner), "spam").step == "wait"
    with pytest.raises(Conflict) as caught, writing(learner) as w:
        sittings.begin(w, pk(learner), "spam")
    assert caught.value.code == "too_early"
    topics = sittings.mark_of(first).topics
    assert sum(topic.total - topic.right for topic in topics) == 3 and topics[0].right < topics[0].total
    with clock.at(clock.now() + timedelta(hours=25)):
        again = sit(learner)
    assert again.state == "passed"
    assert not {name for name, _ in first.items} & {name for name, _ in again.items}


def test_time_over_ends_it_and_open_questions_are_wrong(floor: Floor, learner: Actor) -> None:
    practise(learner, 4)
    with writing(learner) as w:
        sitting = sittings.begin(w, pk(learner), "spam")
    with writing(learner) as w:
        sittings.answer(w, sitting, 1, sittings.question(sitting, 1).answer)
    with pytest.raises(Conflict), writing(learner) as w:
        sittings.begin(w, pk(learner), "spam")
    with clock.at(sitting.ends_at):
        with pytest.raises(Conflict) as caught, writing(learner) as w:
            sittings.answer(w, sitting, 2, "clean")
        assert caught.value.code == "exam_over"
        with writing(system("training")) as w:
            assert sittings.finish_overdue(w) == 1
            assert sittings.finish_overdue(w) == 0
    sitting.refresh_from_db()
    assert (sitting.state, sitting.right) == ("failed", 1)


def test_a_policy_that_changes_meanwhile_makes_it_void(floor: Floor, learner: Actor) -> None:
    practise(learner, 4)
    with writing(learner) as w:
        sitting = sittings.begin(w, pk(learner), "spam")
    new_version("9.1 Other words.")
    with writing(learner) as w:
        assert sittings.finish(w, sitting).state == "void"
    assert sittings.opens_at(sittings.exam_of("spam"), pk(learner)) <= clock.now()
    with pytest.raises(BadInput) as caught, writing(learner) as w:
        sittings.begin(w, pk(learner), "spam")
    assert caught.value.code == "short_bank"  # nothing is written for the new text yet


def test_a_new_version_marks_what_must_be_renewed(floor: Floor, learner: Actor) -> None:
    practise(learner, 4)
    sit(learner)
    new_version("9.1 Other words.")
    path = learning.path(pk(learner), "spam")
    assert path.holds == "old" and path.until is not None
    assert learning.paths(pk(learner))[0].policy_key == "spam"  # what must be renewed comes first
    cells = {cell.policy_key: cell for cell in staff.certified(someone(frozenset({"training.view"})))[0].cells}
    assert (cells["spam"].current, cells["spam"].renew) == (0, 1)
    with clock.at(path.until + timedelta(seconds=1)):
        assert learning.path(pk(learner), "spam").holds == "ended"


def test_a_question_changed_meanwhile_is_left_out(floor: Floor, learner: Actor) -> None:
    practise(learner, 4)
    with writing(learner) as w:
        sitting = sittings.begin(w, pk(learner), "spam")
    item = sittings.question(sitting, 1)
    with writing(ANNA) as w:
        bank.save(
            w,
            "spam",
            "exam",
            Draft(key=item.key, topic="clean", content={"text": "Changed."}, answer="clean", why="So."),
        )
    assert sittings.mark_of(sitting).total == 9


def test_figures_come_from_sittings_that_are_over(floor: Floor) -> None:
    for number in range(6):
        person = someone()
        practise(person, 4)
        sit(person, wrong=number)
    figures = staff.figures("spam")
    assert (figures.sittings, figures.passed) == (6, 3)
    assert sum(row.answers for row in figures.items.values()) == 60
    for (_form, people, value), sure in zip(figures.forms, figures.measured, strict=True):
        assert sure is not None and (sure.people, sure.items, sure.alpha) == (people, 10, value)
        assert value is None or sure.low is None or sure.high is None or sure.low <= value <= sure.high
    right = sum(round(row.p * row.answers) for row in figures.items.values())
    assert right == 60 - sum(range(6)) == Answer.objects.filter(sitting__isnull=False, right=True).count()


def test_only_vendors_one_may_see_are_on_the_map(floor: Floor, learner: Actor) -> None:
    assert staff.certified(someone(frozenset({"training.view"}), vendors=frozenset({"south"}))) == []
    assert staff.people(someone(frozenset({"training.view"}), vendors=frozenset({"south"})), "north") == []
    assert len(staff.people(someone(frozenset({"training.view"}), vendors=frozenset({"north"})), "north")) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [({"cut": 1.5}, "out_of_range"),
     ({"blueprint": [{"topic": "hate.slur", "count": 1}]}, "unknown_topic"),
     ({"minutes": 0}, "out_of_range")],
)  # fmt: skip
def test_exam_rules_are_checked(floor: Floor, change: dict[str, Any], code: str) -> None:
    values = {"blueprint": [{"topic": "clean", "count": 2}], **change}
    with pytest.raises(BadInput) as caught, writing(ANNA) as w:
        bank.save_exam(w, "spam", **values)
    assert caught.value.code == code
    assert TrainingItem.objects.filter(policy_key="spam").exists()


def test_the_ledger_derives_what_training_wrote(floor: Floor, learner: Actor) -> None:
    practise(learner, 4)
    sit(learner, wrong=1)
    new_version("9.1 Other words.")
    with writing(ANNA) as w:
        bank.still_right(w, TrainingItem.objects.get(key="spam.p1").pk)
    sequencer.catch_up()
    assert rebuild.check().differences == []
