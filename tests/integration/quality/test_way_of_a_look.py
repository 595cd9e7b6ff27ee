"""A decision is drawn, looked at blind, settled, disputed, corrected; what each of them may not do; and what the numbers say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.support.floor import CLEAN, LEAD, REVIEWER, SPAM, UNSURE, Floor, someone

from watchfloor.enforcement.models import Action
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.quality.actions import drawing, gold, planning, settling
from watchfloor.quality.domain.plans import Document
from watchfloor.quality.models import Coaching, Look
from watchfloor.quality.queries import figures, own
from watchfloor.quality.queries.figures import Filters
from watchfloor.review import actions, blind
from watchfloor.review.models import Case, Decision, Job

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUALITY = LEAD | {"quality.view", "quality.manage", "review.look"}
CHECKER = frozenset({"review.look", "case.view"})
ALL = Document(weekly=100_000, certain_from=1, again=0.0)


def plan(actor: Actor, document: Document = ALL) -> None:
    seen = planning.live()
    planning.save(actor, document, seen=seen.number if seen else 0)


def drawn(floor: Floor, finding: object = SPAM, decider: Actor | None = None) -> tuple[Actor, Decision, Look]:
    """A decision of a reviewer, and the look that was made of it."""
    decider = decider or someone()
    floor.report()
    decision = floor.decide(decider, finding)  # type: ignore[arg-type]
    with clock.at(clock.now() + timedelta(minutes=5)):
        drawing.draw()
    return decider, decision, Look.objects.get(decision_id=decision.pk, purpose="sample")


def looked(floor: Floor, look: Look, finding: object, who: Actor | None = None) -> Actor:
    who = who or someone(CHECKER)
    lease = floor.claim(who)
    assert lease.job_id == look.job_id
    actions.looks.answer(who, lease.job_id, lease.token, finding)  # type: ignore[arg-type]
    look.refresh_from_db()
    return who


def test_a_look_is_blind_decides_nothing_and_agrees(floor: Floor) -> None:
    lead = someone(QUALITY)
    plan(lead)
    decider, decision, look = drawn(floor)
    job = Job.objects.get(pk=look.job_id)
    assert (job.kind, job.queue_key, job.excluded) == ("qa", "quality", [UUID(decider.id)])
    assert (look.probability, look.stratum, look.policy_version_id) == (1.0, "certain", decision.policy_version_id)
    checker = someone(CHECKER)
    assert actions.claim(someone()) is None  # an ordinary reviewer is not handed looks
    case = Case.objects.get(pk=look.case_id)
    lease = floor.claim(checker)
    assert blind.hides_verdicts(checker, case)
    with pytest.raises(BadInput, match="looks at a decision again"):
        actions.decide(checker, lease.job_id, lease.token, SPAM)
    before = (Decision.objects.count(), Action.objects.count(), Event.objects.filter(type="case.closed").count())
    actions.looks.answer(checker, lease.job_id, lease.token, SPAM)
    actions.looks.answer(checker, lease.job_id, lease.token, SPAM)  # sent twice
    assert before == (
        Decision.objects.count(),
        Action.objects.count(),
        Event.objects.filter(type="case.closed").count(),
    )
    assert not blind.hides_verdicts(checker, case)
    look.refresh_from_db()
    assert (look.state, look.right_verdict, look.found_by) == ("agreed", "violating", str(checker))
    assert Event.objects.filter(type="quality.look_answered").count() == 1
    drawing.draw()
    assert Look.objects.count() == 1  # each decision once


def test_what_was_found_otherwise_is_settled_by_a_third_and_corrected(floor: Floor) -> None:
    lead = someone(QUALITY)
    plan(lead)
    decider, decision, look = drawn(floor)
    checker = looked(floor, look, CLEAN)
    assert look.state == "differs" and settling.is_wrong(look)
    with pytest.raises(Forbidden, match="another person"):
        settling.settle(_as(checker), look.pk, verdict="clean", cause="hurry")
    with pytest.raises(NotFound):
        settling.settle(someone(), look.pk, verdict="clean", cause="hurry")
    with pytest.raises(BadInput, match="went wrong"):
        settling.settle(lead, look.pk, verdict="clean")
    settling.settle(
        lead, look.pk, verdict="clean", cause="context", critical=True, said="See the thread.", coach="Read 4.2."
    )
    look.refresh_from_db()
    assert (look.state, look.right_verdict, look.critical, look.cause) == ("settled", "clean", True, "context")
    task = Coaching.objects.get(person=str(decider))
    with pytest.raises(NotFound):
        settling.coached(checker, task.pk)
    assert settling.coached(decider, task.pk).done_at is not None
    assert Decision.objects.get(pk=decision.pk).superseded_at is None  # quality alone changes nothing
    with pytest.raises(Forbidden):
        settling.correct(someone(frozenset({"quality.manage", "case.view"})), look.pk, "wrong")
    settling.correct(lead, look.pk, "found wrong by a look")
    look.refresh_from_db()
    assert Decision.objects.get(pk=decision.pk).superseded_at is not None and look.corrected_by_id is not None
    assert Case.objects.get(pk=look.case_id).state == "open"
    with pytest.raises(Conflict, match="has been corrected"):
        settling.correct(lead, look.pk, "again")


def _as(actor: Actor) -> Actor:
    """The same person with the rights of a lead."""
    lead = someone(QUALITY)
    return Actor(kind="user", id=actor.id, scopes=lead.scopes)


def test_a_dispute_is_settled_by_another_person(floor: Floor) -> None:
    lead, other = someone(QUALITY), someone(QUALITY)
    plan(lead)
    decider, _decision, look = drawn(floor)
    looked(floor, look, UNSURE)
    assert look.right_verdict == "" and not settling.is_wrong(look)
    settling.settle(lead, look.pk, verdict="clean", cause="policy_unclear")
    with pytest.raises(NotFound):
        settling.dispute(someone(), look.pk, "mine")
    settling.dispute(decider, look.pk, "The second link is a scam.")
    with pytest.raises(Forbidden):
        settling.settle(lead, look.pk, verdict="clean", cause="policy_unclear")
    settling.settle(other, look.pk, verdict="violating", violation_key="spam.bulk")
    look.refresh_from_db()
    assert not settling.is_wrong(look) and look.cause == ""
    with pytest.raises(Conflict):
        settling.dispute(decider, look.pk, "again")


def test_what_changed_meanwhile_is_void_and_numbers_are_weighted(floor: Floor) -> None:
    lead = someone(QUALITY)
    plan(lead)
    decider, _decision, look = drawn(floor)
    case = Case.objects.get(pk=look.case_id)
    Case.objects.filter(pk=case.pk).update(item_version="f" * 64)
    looked(floor, look, CLEAN)
    assert look.state == "void"
    plan(lead, Document(parts=("policy",), weekly=1, floor=0))
    assert planning.live().number == 2  # type: ignore[union-attr]
    with pytest.raises(Conflict, match="gone live meanwhile"):
        planning.save(lead, ALL, seen=1)
    for finding, right in ((SPAM, SPAM), (SPAM, CLEAN), (CLEAN, CLEAN)):
        plan(lead)
        _decider, _made, row = drawn(floor, finding, decider)
        looked(floor, row, right)
        Look.objects.filter(pk=row.pk).update(probability=0.5 if finding is CLEAN else 1.0)
    rows = figures.looks_of(lead, Filters())
    whole = figures.heat(rows)["", ""]
    assert whole.accuracy.share == pytest.approx(3 / 4) and whole.looks == 3 and whole.noise
    assert whole.precision.share == pytest.approx(1 / 2) and whole.over.share == pytest.approx(1 / 4)
    assert [(one.found, one.right, one.looks) for one in figures.confusions(rows)] == [("spam.bulk", "clean", 1)]
    assert figures.drift(rows) == [] and figures.unclear(lead, Filters()) == []
    assert figures.outside(lead, Filters())[0].says == "few"
    assert figures.looks_of(someone(QUALITY, markets=frozenset({"DE"})), Filters()) == []
    mine = own.own(decider)
    assert mine.mine is not None and (mine.mine.wrong, mine.mine.read) == (1, 3) and mine.all_wrong is None
    assert len(mine.looks) == 2  # what still waits to be settled is not shown


def test_a_known_answer_goes_unseen_among_live_work(floor: Floor) -> None:
    lead = someone(QUALITY)
    plan(lead)
    decider, decision, look = drawn(floor)
    checker = looked(floor, look, CLEAN)
    settling.settle(lead, look.pk, verdict="clean", cause="context")
    assert gold.plant(lead, [look.pk]) == 1
    job = Job.objects.get(kind="golden")
    assert job.queue_key == Job.objects.get(pk=decision.job_id).queue_key
    assert {UUID(each.id) for each in (decider, checker, lead)} == set(job.excluded)
    assert actions.claim(decider) is None
    other = someone(REVIEWER)
    lease = floor.claim(other)
    assert lease.job_id == job.pk
    actions.looks.answer(other, lease.job_id, lease.token, SPAM)
    row = Look.objects.get(purpose="gold")
    assert (row.state, row.decider, row.verdict, settling.is_wrong(row)) == ("settled", str(other), "violating", True)
    assert figures.looks_of(lead, Filters(), purpose="gold") == [row]
    with pytest.raises(Conflict):
        settling.correct(lead, row.pk, "nothing to correct")
