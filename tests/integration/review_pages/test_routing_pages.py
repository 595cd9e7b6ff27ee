"""Routing and queues by form: a rule without JSON, a draft that routes nothing, a case tried, a queue that cannot be put aside in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

if TYPE_CHECKING:
    from tests.support.floor import Floor

MANAGER = {"queue.manage", "floor.view", "case.view"}
PAGES = ["routing", "routing-rule", "routing-try", "routing-backtest", "routing-history", "queue-list", "queue-edit"]


@pytest.fixture
def client(floor: Floor) -> Any:
    from tests.support.people import member, signed_in

    return signed_in(member(MANAGER))


RULE = {
    "edits": "0", "name": "Viral at night", "queue": "integrity", "position": "1", "how-policy": "in", "value-policy": "spam, scam",
    "how-reach": "between", "value-reach": "1000..", "how-hour": "between", "value-hour": "22..5", "how-signals": "not",
    "value-signals": "rule:R1", "how-weekday": "in", "value-weekday": "6, 7", "needs": "ads, video", "relax": "15", "note": "try",
}  # fmt: skip


def test_a_rule_is_written_by_form_and_comes_back_as_it_was(client: Any) -> None:
    from watchfloor.review.actions.routing_versions import draft_table, live_table

    for name in PAGES:
        assert client.get(reverse(name)).status_code == 200, name
    answer = client.post(reverse("routing-rule"), RULE)
    assert (answer.status_code, answer["Location"]) == (302, "/review/routing#rule-1")
    draft = draft_table()
    assert draft is not None and draft.rules[0] == {
        "name": "Viral at night", "queue": "integrity", "note": "try", "needs": ["ads", "video"], "relax_after": 900,
        "when": {"policy": ["spam", "scam"], "reach": {"min": 1000}, "hour": {"min": 22, "max": 5},
                 "signals": {"not": ["rule:R1"]}, "weekday": [6, 7]},
    }  # fmt: skip
    form = client.get(reverse("routing-rule") + "?place=1").content.decode()
    for value in ("22..5", "1000..", "spam, scam", "6, 7", "ads, video"):
        assert f'value="{value}"' in form
    page = client.get(reverse("routing")).content.decode()
    assert "Viral at night is new, at place 1." in page and "Hour there is 22 to 5" in page
    live = live_table()
    assert live is not None and live.number == 1 and len(live.rules) == len(draft.rules) - 1

    for step, more in (("move", {"way": "down"}), ("switch", {}), ("remove", {})):
        now = draft_table()
        assert now is not None
        place = "1" if step == "move" else "2"
        assert (
            client.post(reverse("routing"), {"step": step, "place": place, "edits": now.edits, **more}).status_code
            == 302
        )
    again = draft_table()
    assert again is not None and list(again.rules) == list(live.rules)
    stale = client.post(reverse("routing"), {"step": "remove", "place": "1", "edits": "1"})
    assert stale.status_code == 422 and "Somebody has changed the draft" in stale.content.decode()


MISTAKES = [
    ("name", " ", "Give the rule a name"),
    ("value-reach", "many", "is no whole number"),
    ("value-hour", "22..30", "hour goes from 0 to 23"),
    ("value-policy", " , ", "Write at least one value"),
    ("queue", "nowhere", "There is no queue"),
    ("relax", "-1", "whole number of minutes"),
]


def test_what_makes_no_sense_is_told_at_its_field_and_kept(client: Any) -> None:
    for field, value, words in MISTAKES:
        answer = client.post(reverse("routing-rule"), {**RULE, field: value})
        page = answer.content.decode()
        assert answer.status_code == 422 and words in page and f'href="#{field}"' in page, field
        assert 'value="ads, video"' in page, "what was typed is kept"


def test_a_case_is_tried_by_its_id(client: Any, floor: Floor) -> None:
    from watchfloor.kernel import ids

    case = floor.report()
    page = client.get(reverse("routing-try"), {"case": ids.encode("case", case.pk)}).content.decode()
    assert "spam in English" in page and "Why not the" in page and "Not so: Kind of job" in page
    assert client.get(reverse("routing-try"), {"case": ids.short(case.pk)}).status_code == 200
    assert client.get(reverse("routing-try"), {"case": "case_nothing"}).status_code == 422


def test_restricted_queues_and_cases_are_not_known(client: Any, floor: Floor) -> None:
    from watchfloor.identity.domain import system
    from watchfloor.kernel import ids
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions, routing_backtests
    from watchfloor.review.actions.routing_versions import live_table
    from watchfloor.review.models import Job

    hidden, plain = floor.report(reason="grooming"), floor.report()
    assert Job.objects.get(case=hidden).queue_key == "child-safety"
    page = client.get(reverse("queue-list")).content.decode()
    assert "spam.en" in page and "child-safety" not in page
    assert client.get(reverse("queue-edit") + "?queue=child-safety").status_code == 404
    assert client.get(reverse("routing-try"), {"case": ids.encode("case", hidden.pk)}).status_code == 422
    live = live_table()
    assert live is not None
    everything = {"name": "all elsewhere", "queue": "other", "when": {"clearance": [""]}}
    grave = {
        "name": "grave",
        "queue": "appeals.child-safety",
        "when": {"clearance": ["child_safety"], "kind": ["review", "appeal"]},
    }
    with writing(system("test")) as w:
        actions.change_draft(w, [everything, grave, *live.rules])
    assert client.post(reverse("routing-backtest"), {"step": "run", "days": "3"}).status_code == 302
    assert "The backtest waits for a worker" in client.get(reverse("routing-backtest")).content.decode()
    assert routing_backtests.work() == 1
    page = client.get(reverse("routing-backtest")).content.decode()
    assert ids.short(plain.pk) in page and "all elsewhere (1)" in page
    assert ids.short(hidden.pk) not in page and "Child safety" not in page


def test_nothing_is_changed_without_the_permission(floor: Floor) -> None:
    from tests.support.people import member, signed_in

    from watchfloor.review.actions.routing_versions import draft_table

    viewer, limited = signed_in(member({"floor.view"})), signed_in(member(MANAGER, queues=["spam.en"]))
    assert viewer.get(reverse("routing")).status_code == 200
    assert viewer.get(reverse("routing-rule")).status_code == 403
    for client in (viewer, limited):
        for name, data in (
            ("routing", {"step": "drop"}),
            ("routing-backtest", {"step": "live"}),
            ("routing-history", {"version": "1"}),
        ):
            assert client.post(reverse(name), data).status_code == 403
    assert limited.post(reverse("queue-edit") + "?queue=scam", {"step": "archive"}).status_code in (403, 404)
    assert draft_table() is None


def test_a_queue_is_made_changed_and_put_aside_only_when_nothing_leads_there(client: Any, floor: Floor) -> None:
    from watchfloor.review.models import Queue

    new = {"step": "save", "key": "spam.night", "name": "Spam at night", "kind": "review", "markets": "US, MX", "position": "3",
           "overflow_to": "spam.en", "overflow_after": "30", "push": "on", "target_minutes": "90"}  # fmt: skip
    assert client.post(reverse("queue-edit"), new).status_code == 302
    row = Queue.objects.get(key="spam.night")
    assert (row.markets, row.overflow_to, row.overflow_after, row.push, row.target_minutes) == (
        ["US", "MX"],
        "spam.en",
        1800,
        True,
        90,
    )
    wrong = client.post(reverse("queue-edit") + "?queue=spam.night", {**new, "overflow_after": ""})
    assert wrong.status_code == 422 and "needs a queue and a time" in wrong.content.decode()
    used = client.post(reverse("queue-edit") + "?queue=spam.en", {"step": "archive", "why": "x"})
    assert used.status_code == 422 and "leads to this queue" in used.content.decode()
    floor.report()
    full = client.post(reverse("queue-edit") + "?queue=spam.en", {"step": "archive", "why": "x"})
    assert "1 jobs are still in this queue" in full.content.decode()
    assert client.post(reverse("queue-edit") + "?queue=spam.night", {"step": "archive", "why": "x"}).status_code == 302
    assert Queue.objects.get(key="spam.night").archived_at is not None
    assert client.get(reverse("queue-list") + "?format=csv").status_code == 200
