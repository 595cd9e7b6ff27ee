"""Statements of reasons to the Transparency Database: each exactly once, whatever breaks; what is wrong waits for a person."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from tests.support import dsa
from tests.support import floor as people
from tests.support.dsa_api import Database
from tests.support.floor import SCAM, Floor

from watchfloor.enforcement.models import StatementOfReasons
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.review import actions
from watchfloor.review.contracts import AppealIn, DecisionIn
from watchfloor.transparency import submitting
from watchfloor.transparency.models import Sender, Submission

pytestmark = pytest.mark.django_db
State = Submission.State
EDITOR = system("editor")


def stated(floor: Floor, count: int, **given: Any) -> list[StatementOfReasons]:
    """Statements as rows, without the floor's work around them."""
    chance = random.Random(count)
    item, _ = floor.item()
    rows = []
    for _ in range(count):
        made = dsa.a_statement(chance, made_at=clock.now(), violation_key="scam.phishing", policy_key="scam", **given)
        values = {name: getattr(made, name) for name in made.__struct_fields__ if name not in ("actions", "id")}
        actions_ = [
            {
                "action_id": str(each.action_id),
                "does": each.does,
                "starts_at": each.starts_at.isoformat(),
                "ends_at": each.ends_at and each.ends_at.isoformat(),
                "territory": each.territory,
            }
            for each in made.actions
        ]
        rows.append(StatementOfReasons(**values, item=item, actions=actions_))
    return StatementOfReasons.objects.bulk_create(rows)


def send_all() -> None:
    """As the loops do, until nothing moves; time passes after a failure."""
    submitting.take_up()
    for _ in range(60):
        if not submitting.send_due():
            state = Sender.objects.get()
            if state.next_at is None or state.stopped:
                return
            Sender.objects.update(next_at=None)


def test_a_decision_of_the_floor_reaches_the_database_and_its_reversal_too(floor: Floor, database: Database) -> None:
    floor.report(reason="scam", market="DE")
    decision = floor.decide(people.someone(people.SENIOR), SCAM)
    send_all()
    row = Submission.objects.get()
    assert row.state == State.SENT and row.remote_id, row.problems
    assert database.stored[row.puid]["category"] == "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
    assert row.puid.startswith("dec_") and row.fingerprint == submitting.fingerprint(row.payload)

    appeal = AppealIn(decision_id=decision.pk, by="author", appellant="mallory", grounds="It was not me.")
    actions.file_appeal(people.PLATFORM, appeal)
    floor.decide(people.someone(people.SENIOR), DecisionIn(verdict="clean", active_ms=1000))
    send_all()
    correction = Submission.objects.get(number=2)
    assert correction.state == State.SENT and correction.puid == f"{row.puid}-2"
    ends = [value for name, value in database.stored[correction.puid].items() if name.startswith("end_date")]
    assert ends == [str(clock.now().date())] * len(ends) and ends
    sequencer.catch_up()
    assert not rebuild.check(repair=False).differences


def test_nothing_is_sent_while_no_endpoint_is_set(floor: Floor) -> None:
    stated(floor, 3)
    send_all()
    assert set(Submission.objects.values_list("state", flat=True)) == {State.WAITING}


def test_batches_of_a_hundred(floor: Floor, database: Database) -> None:
    stated(floor, 230)
    send_all()
    assert database.calls == [100, 100, 30] and len(database.stored) == 230
    assert submitting.take_up() == 0 and submitting.send_due() == 0


def test_bad_members_go_aside_and_the_good_ones_go(floor: Floor, database: Database) -> None:
    stated(floor, 20)
    submitting.take_up()
    disliked = set(Submission.objects.order_by("puid").values_list("puid", flat=True)[:3])
    database.refuses = disliked
    send_all()
    refused = Submission.objects.filter(state=State.REFUSED)
    assert set(refused.values_list("puid", flat=True)) == disliked and len(database.stored) == 17
    assert database.calls == [20, 17]
    row = refused.first()
    assert row is not None and row.problems == [["decision_facts", "refused"]] and "not acceptable" in row.said
    database.refuses = set()
    submitting.edit(EDITOR, row.pk, {"decision_facts": "Said otherwise."})
    send_all()
    assert database.stored[row.puid]["decision_facts"] == "Said otherwise."


@pytest.mark.parametrize("seed", range(2))
def test_exactly_once_through_cut_lines_and_dead_senders(
    floor: Floor, database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    stated(floor, 120)
    database.behave = [chance.choice(["before", "after", 500, 503, 429, 201]) for _ in range(12)]
    mark = submitting._sent
    deaths = iter([True, False, True] + [False] * 50)

    def dies(rows: Any, how: str, ids: Any) -> int:
        if next(deaths):
            raise KeyboardInterrupt  # killed after the database stored them, before we wrote it down
        return mark(rows, how, ids)

    monkeypatch.setattr(submitting, "_sent", dies)
    for _ in range(20):
        try:
            send_all()
            break
        except KeyboardInterrupt:
            continue
    assert len(database.stored) == 120
    assert Submission.objects.filter(state=State.SENT).count() == 120
    assert Event.objects.filter(type="submission.sent").count() == 120


def test_a_refused_token_stops_the_sender_until_somebody_has_seen_to_it(floor: Floor, database: Database) -> None:
    stated(floor, 2)
    database.behave = [401]
    submitting.take_up()
    assert submitting.send_due() == 0
    state = Sender.objects.get()
    assert state.stopped and "token" in state.last_error and "secret" not in state.last_error
    Sender.objects.update(next_at=None)
    assert submitting.send_due() == 0 and not database.stored
    submitting.try_now()
    assert submitting.send_due() == 2


def test_failures_wait_longer_each_time_and_a_wish_of_the_database_is_followed(
    floor: Floor, database: Database
) -> None:
    stated(floor, 1)
    submitting.take_up()
    database.behave = [503, 503, 429]
    waits = []
    for _ in range(3):
        now = clock.now()
        with clock.at(now):
            Sender.objects.update(next_at=None)
            submitting.send_due()
            waits.append(round((Sender.objects.get().next_at - now).total_seconds()))
    assert waits == [30, 120, 7]


def test_personal_data_keeps_a_statement_back_until_it_is_written_anew_or_waived(
    floor: Floor, database: Database
) -> None:
    stated(floor, 2, facts="Reported by anna.schmidt@example.org on Monday.")
    send_all()
    first, second = Submission.objects.order_by("puid")
    assert {first.state, second.state} == {State.BLOCKED} and first.problems == [["decision_facts", "personal_data"]]
    assert not database.stored
    with pytest.raises(BadInput):
        submitting.waive(EDITOR, first.pk, "")
    submitting.waive(EDITOR, first.pk, "A role address of the firm itself.")
    submitting.edit(EDITOR, second.pk, {"decision_facts": "Reported by a person on Monday."})
    send_all()
    assert len(database.stored) == 2
    waived = Event.objects.get(type="submission.waived")
    assert waived.reason == "A role address of the firm itself." and waived.actor == str(EDITOR)
    assert not any("anna.schmidt" in str(event.data) + str(event.changes) for event in Event.objects.all())
    with pytest.raises(Conflict):
        submitting.edit(EDITOR, first.pk, {"decision_facts": "Too late."})


def test_only_what_looks_like_personal_data_can_be_waived(floor: Floor, database: Database) -> None:
    stated(floor, 1, facts="", explanation="x" * 2001, ground="terms")
    send_all()
    row = Submission.objects.get()
    assert {code for _, code in row.problems} == {"required", "long"}
    with pytest.raises(Conflict):
        submitting.waive(EDITOR, row.pk, "It is fine, really.")


def test_what_the_database_need_not_hear_of_is_not_sent(floor: Floor, database: Database) -> None:
    stated(floor, 2, territory=["US"])
    send_all()
    assert set(Submission.objects.values_list("state", flat=True)) == {State.NOT_DUE} and not database.calls


def test_a_late_commit_is_not_passed_over(floor: Floor, database: Database) -> None:
    stated(floor, 1)
    submitting.take_up()
    late = stated(floor, 2)
    StatementOfReasons.objects.filter(pk__in=[row.pk for row in late]).update(
        made_at=clock.now() - timedelta(minutes=5)
    )
    assert submitting.take_up() == 2
