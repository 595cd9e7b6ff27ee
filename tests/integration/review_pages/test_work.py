"""The workbench as plain forms: claim, read, decide, skip, step back, hand up, take back; and nothing that was typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.floor import LEAD, REVIEWER, SENIOR, Floor
from tests.support.people import actor_of, member, signed_in

from watchfloor.kernel import clock
from watchfloor.review import actions
from watchfloor.review.contracts import AppealIn
from watchfloor.review.models import Decision, Escalation, Job


def take(client: Client, **fields: str) -> tuple[str, str]:
    """Press the button; the address one is led to and the page there."""
    answer = client.post(reverse("review-next"), fields)
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert page.status_code == 200
    return answer["Location"], page.content.decode()


def token(page: str) -> str:
    found = re.search(r'name="token" value="(\d+)"', page)
    assert found
    return found.group(1)


@pytest.fixture
def reviewer(floor: Floor) -> Any:
    return member(REVIEWER)


def test_decides_and_opens_the_next(floor: Floor, reviewer: Any) -> None:
    first, second = floor.report(floor.item("buy <b>now</b>\u202e")[0]), floor.report()
    client = signed_in(reviewer)
    where, page = take(client)
    assert "buy &lt;b&gt;now&lt;/b&gt;" in page
    assert "RLO" in page
    answer = client.post(
        where,
        {
            "token": token(page),
            "verdict": "violating",
            "violation": "spam.bulk",
            "note": "seen before",
            "active_ms": "4000",
        },
    )
    assert answer.status_code == 302
    decision = Decision.objects.get()
    assert (decision.case_id, decision.verdict, decision.violation_key, decision.rationale) == (
        first.pk, "violating", "spam.bulk", "seen before",
    )  # fmt: skip
    after = client.get(answer["Location"]).content.decode()
    assert Job.objects.get(case=second).state == "leased"
    assert reverse("review-undo", args=[decision.pk]) in after
    answer = client.post(answer["Location"], {"token": token(after), "verdict": "clean"})
    assert answer["Location"].startswith(reverse("review") + "?done=")
    assert "Nothing else waits" in client.get(answer["Location"]).content.decode()


def test_violating_without_a_violation_keeps_what_was_typed(floor: Floor, reviewer: Any) -> None:
    floor.report()
    client = signed_in(reviewer)
    where, page = take(client)
    answer = client.post(
        where, {"token": token(page), "verdict": "violating", "note": "half a <thought>", "macro": "bulk"}
    )
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "must say what is violated" in body
    assert "half a &lt;thought&gt;" in body
    assert (
        '<option value="bulk" data-text="The same text was sent to many people who did not ask for it." selected>'
        in body
    )
    assert not Decision.objects.exists()


def test_effects_can_be_seen_and_left_out_without_script(floor: Floor, reviewer: Any) -> None:
    floor.report()
    client = signed_in(reviewer)
    where, page = take(client)
    assert "actions_for" not in page
    shown = client.post(where, {"token": token(page), "step": "preview", "violation": "spam.bulk"}).content.decode()
    assert '<input type="hidden" name="actions_for" value="spam.bulk">' in shown
    assert "What follows" in shown
    fragment = client.get(where + "/effects?violation=spam.bulk").content.decode()
    assert 'name="actions"' in fragment
    assert "<html" not in fragment
    client.post(
        where, {"token": token(page), "verdict": "violating", "violation": "spam.bulk", "actions_for": "spam.bulk"}
    )
    from watchfloor.enforcement.models import Action

    assert not Action.objects.filter(from_ladder=False).exists()


def test_a_stale_lease_keeps_what_was_typed(floor: Floor, reviewer: Any) -> None:
    floor.report()
    client = signed_in(reviewer)
    where, page = take(client)
    with clock.at(clock.now() + timedelta(minutes=6)):
        answer = client.post(where, {"token": token(page), "verdict": "clean", "note": "a long <thought>"})
        body = answer.content.decode()
        assert answer.status_code == 409
        assert "You no longer hold this case" in body
        assert "a long &lt;thought&gt;" in body
        assert client.get(where).status_code == 200
        beat = client.post(where + "/beat", {"token": token(page)}, headers={"Accept": "application/json"})
        assert beat.status_code == 409
    assert not Decision.objects.exists()


def test_heartbeat_and_extension(floor: Floor, reviewer: Any) -> None:
    floor.report()
    client = signed_in(reviewer)
    where, page = take(client)
    before = Job.objects.get().lease_until
    with clock.at(clock.now() + timedelta(seconds=60)):
        said = client.post(where + "/beat", {"token": token(page), "active_ms": "30000"}).json()
        assert said["until"] > before.isoformat()
        assert Job.objects.get().touch_ms == 30000
        assert (
            client.post(where, {"token": token(page), "step": "extend", "note": "kept"}).content.decode().count("kept")
        )
        job = Job.objects.get()
        assert job.lease_until - clock.now() > timedelta(minutes=9)


def test_skip_step_back_and_release(floor: Floor, reviewer: Any) -> None:
    cases = [floor.report() for _ in range(4)]
    client = signed_in(reviewer)
    where, page = take(client)
    wrong = client.post(where, {"token": token(page), "step": "skip", "skip_reason": "bored"})
    assert wrong.status_code == 422
    answer = client.post(where, {"token": token(page), "step": "skip", "skip_reason": "language"})
    page = client.get(answer["Location"]).content.decode()
    assert Job.objects.get(case=cases[0]).state == "ready"
    answer = client.post(answer["Location"], {"token": token(page), "step": "back"})
    assert answer["Location"] == reverse("wellbeing-pause")
    assert "Nobody will ask why" in client.get(answer["Location"]).content.decode()
    where, page = take(client)
    assert client.post(where, {"token": token(page), "step": "release"})["Location"] == reverse("review")
    assert Job.objects.filter(state="leased").count() == 0


def test_escalate_needs_a_reason_and_opens_the_next(floor: Floor, reviewer: Any) -> None:
    floor.report(), floor.report()
    client = signed_in(reviewer)
    where, page = take(client)
    wrong = client.post(where, {"token": token(page), "step": "escalate", "reason": " "})
    assert wrong.status_code == 422
    answer = client.post(where, {"token": token(page), "step": "escalate", "reason": "a threat <i>here</i>"})
    assert answer["Location"].startswith("/review/work/")
    assert Escalation.objects.get().reason == "a threat <i>here</i>"
    lead = signed_in(member(LEAD))
    job = Job.objects.get(kind="escalation")
    where, page = take(lead, queue=job.queue_key)
    assert "a threat &lt;i&gt;here&lt;/i&gt;" in page
    assert 'value="unsure"' not in page
    answer = lead.post(where, {"token": token(page), "step": "hand_back", "reason": "no threat"})
    assert answer.status_code == 302
    assert Escalation.objects.get().state == "handed_back"


def test_undo_reopens(floor: Floor, reviewer: Any) -> None:
    floor.report()
    client = signed_in(reviewer)
    where, page = take(client)
    client.post(where, {"token": token(page), "verdict": "violating", "violation": "spam.bulk"})
    decision = Decision.objects.get()
    client.post(reverse("review-undo", args=[decision.pk]))
    decision.refresh_from_db()
    assert decision.superseded_at is not None
    assert Job.objects.filter(state="ready").count() == 1


def test_an_appeal_is_blind_to_the_first_decider(floor: Floor) -> None:
    first = member(SENIOR, name="Fanny First")
    item, version = floor.item("my song", author="mallory")
    floor.report(item, version)
    client = signed_in(first)
    where, page = take(client)
    client.post(
        where, {"token": token(page), "verdict": "violating", "violation": "spam.bulk", "note": "looks like bulk"}
    )
    from tests.support.floor import PLATFORM

    actions.file_appeal(
        PLATFORM,
        AppealIn(decision_id=Decision.objects.get().pk, by="author", appellant="mallory", grounds="<u>quoted</u>"),
    )
    second = signed_in(member(SENIOR, name="Sam Second"))
    where, page = take(second)
    assert "&lt;u&gt;quoted&lt;/u&gt;" in page
    assert "looks like bulk" not in page  # as shipped, whoever hears it finds their own reasons
    assert "Fanny" not in page
    second.post(where, {"token": token(page), "verdict": "clean"})
    from watchfloor.review.models import Appeal

    assert Appeal.objects.get().state == "overturned"


def test_what_one_may_not_know_of_is_not_there(floor: Floor, reviewer: Any) -> None:
    floor.report()
    where, page = take(signed_in(reviewer))
    other = signed_in(member(REVIEWER, queues=["adult"]))
    assert other.get(where).status_code == 404
    assert other.post(where, {"token": token(page), "verdict": "clean"}).status_code == 409
    assert not Decision.objects.exists()
    assert signed_in(member({"floor.view"})).get(reverse("review")).status_code == 403
    assert Client().get(where).status_code == 302


def test_desk_says_what_i_hold_and_did(floor: Floor, reviewer: Any) -> None:
    client = signed_in(reviewer)
    assert "Take the next case" in client.get(reverse("review")).content.decode()
    floor.report()
    where, page = take(client)
    assert "You hold case" in client.get(reverse("review")).content.decode()
    client.post(where, {"token": token(page), "verdict": "clean", "active_ms": "1000"})
    body = client.get(reverse("review")).content.decode()
    assert "My latest decisions" in body
    assert str(actor_of(reviewer)).split(":")[1] not in body
