"""A page goes from step to step until somebody takes it; each step once, whatever dies in between; nothing of a case is ever said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from tests.integration.oncall.conftest import plan
from tests.support.floor import Floor, someone
from tests.support.people import actor_of, member

from watchfloor.identity.domain import system
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, calling, firing, queries
from watchfloor.oncall.contracts import PageIn
from watchfloor.oncall.models import Call, Page
from watchfloor.review import actions as review
from watchfloor.review.models import Escalation


def page(**more: Any) -> Page:
    with writing(system("test")) as w:
        row = actions.page(w, PageIn(**{"key": "k", "severity": 5, **more}))
    assert row is not None
    return row


def called(row: Page) -> list[Any]:
    return list(
        Call.objects.filter(page=row, pager="console").order_by("made_at", "pk").values_list("user_id", flat=True)
    )


def test_step_after_step_until_all_was_tried(people: tuple[Any, Any]) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk)
    row, now = page(), clock.now()
    for minutes, expected in (
        (0, [lena]),
        (4, [lena]),
        (5, [lena, omar]),
        (10, [lena, omar, lena]),
        (15, [lena, omar, lena, omar]),
    ):
        with clock.at(now + timedelta(minutes=minutes, seconds=1)):
            while firing.fire_due():
                pass
        assert called(row) == [each.pk for each in expected], minutes
    with clock.at(now + timedelta(hours=3)):
        assert firing.fire_due() == 0
    fired = Event.objects.filter(type="page.fired").order_by("ordinal")
    assert [event.data["exhausted"] for event in fired] == [False, False, False, True]
    assert all(event.data["late_ms"] < 5_000 for event in fired)


def test_a_process_that_dies_in_a_step_leaves_nothing_and_the_step_is_taken_once(
    people: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk)
    row = page()

    class Died(BaseException):
        pass

    def die(self: Any) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr("watchfloor.ledger.writer.Writer.flush", die)
        with pytest.raises(Died):
            firing.fire_due()
    assert not Call.objects.exists() and Page.objects.get().step == 0
    assert (firing.fire_due(), firing.fire_due()) == (1, 0)
    assert called(row) == [lena.pk]
    assert Call.objects.count() == 2  # the bell and a mail


def test_a_call_that_was_claimed_by_a_process_that_died_is_made_again_under_the_same_key(
    people: tuple[Any, Any],
) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk)
    page(policy="spam", words="the words of the reporter")
    firing.fire_due()
    claimed = calling._claim()  # and then the process dies
    assert claimed is not None and calling.call_due() == 0
    with clock.at(clock.now() + calling.CLAIM + timedelta(seconds=1)):
        assert (calling.call_due(), calling.call_due()) == (1, 0)
    (sent,) = mail.outbox
    assert sent.to == [lena.email] and sent.extra_headers["Message-ID"].startswith(f"<{claimed.key.replace(':', '.')}@")
    assert "severity 5, spam." in sent.subject and "the words" not in sent.subject + sent.body
    assert Call.objects.get(pk=claimed.pk).state == "sent"


def test_who_takes_it_ends_the_calling_and_the_same_thing_pages_once(people: tuple[Any, Any]) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk)
    row = page()
    assert page().pk == row.pk and Page.objects.get().times == 2
    firing.fire_due()
    assert [each.pk for each in queries.ringing(actor_of(lena))] == [row.pk] and not queries.ringing(
        actor_of(omar)
    ).exists()
    actions.acknowledge(actor_of(lena), row.pk)
    actions.acknowledge(actor_of(lena), row.pk)  # a second tap
    with pytest.raises(Conflict):
        actions.acknowledge(actor_of(omar), row.pk)
    with clock.at(clock.now() + timedelta(hours=1)):
        assert firing.fire_due() == 0
    with pytest.raises(BadInput):
        actions.hand_back(actor_of(lena), row.pk, " ")
    actions.hand_back(actor_of(lena), row.pk, "on a plane")
    assert firing.fire_due() == 1 and called(row) == [lena.pk, lena.pk]
    actions.resolve(actor_of(omar), row.pk)
    assert page().pk != row.pk  # a new one
    sequencer.catch_up()
    assert rebuild.check().differences == []  # every row can be told from the ledger alone
    assert Event.objects.filter(type="page.acknowledged").count() == 1


def test_a_page_goes_by_what_the_policy_said_when_it_was_raised(people: tuple[Any, Any]) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk)
    row, now = page(), clock.now()
    with writing(system("test")) as w:
        actions.save_policy(
            w, key="severe", name="Severe", steps=[{"targets": [f"user:{omar.pk}"], "wait": 1}], repeat=5
        )
    assert firing.fire_due() == 1 and called(row) == [lena.pk]
    actions.acknowledge(actor_of(lena), row.pk)
    actions.hand_back(actor_of(lena), row.pk, "on a plane")
    for minutes in (0, 6, 12, 18, 24, 30):
        with clock.at(now + timedelta(minutes=minutes, seconds=30)):
            firing.fire_due()
    assert called(row) == [lena.pk, lena.pk, omar.pk, lena.pk, omar.pk]  # two rounds anew, and then no more


def test_where_nobody_is_on_the_next_step_is_taken_at_once(people: tuple[Any, Any]) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk)
    lena.is_active = False
    lena.save()
    row = page()
    assert (firing.fire_due(), firing.fire_due(), firing.fire_due()) == (1, 1, 0)
    assert called(row) == [omar.pk]


def test_an_escalation_pages_and_is_acknowledged_with_its_page_and_the_other_way_round(
    floor: Floor, people: tuple[Any, Any]
) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk)
    reviewer = someone()
    for way in ("page", "job"):
        case = floor.report()
        lease = floor.claim(reviewer)
        review.escalate(reviewer, lease.job_id, lease.token, "They announce it for tonight")
        row = Page.objects.get(case_id=case.pk)
        assert (row.about, row.severity, row.policy_key) == ("escalation", case.severity, case.policy_key)
        firing.fire_due()
        if way == "page":
            actions.acknowledge(actor_of(lena), row.pk)
            assert Escalation.objects.get(case=case).state == "acknowledged"
            floor.decide(actor_of(lena), queue="escalations")
        else:
            taken = floor.claim(actor_of(lena), queue="escalations")
            row.refresh_from_db()
            assert (row.state, row.acknowledged_by) == ("acknowledged", lena.pk)
            review.hand_back(actor_of(lena), taken.job_id, taken.token, "not for us")
        row.refresh_from_db()
        assert row.state == "resolved"


def test_without_a_line_nothing_pages_and_severity_decides(floor: Floor, people: tuple[Any, Any]) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk, severity=5)
    with writing(system("test")) as w:
        assert actions.page(w, PageIn(key="small", severity=4)) is None
        assert actions.page(w, PageIn(key="big", severity=5)) is not None
        with pytest.raises(BadInput):
            actions.page(w, PageIn(key="odd", escalation_policy="nobody"))


def test_a_restricted_page_is_known_to_the_cleared_and_to_who_is_called(people: tuple[Any, Any]) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk)
    row = page(policy="child-safety", clearance="child_safety", words="names a school")
    cleared = actor_of(member({"oncall.view"}, "Cleo", clearances=["child_safety"]))
    assert queries.page(cleared, row.pk) and queries.may_read(cleared, row)
    with pytest.raises(Forbidden):
        actions.acknowledge(cleared, row.pk)
    with pytest.raises(NotFound):
        queries.page(actor_of(lena), row.pk)
    firing.fire_due()
    assert queries.page(actor_of(lena), row.pk) and not queries.may_read(actor_of(lena), row)
    calling.call_due()
    assert "child" not in mail.outbox[0].subject and ids.short(row.pk) in mail.outbox[0].subject
    actions.acknowledge(actor_of(lena), row.pk)
