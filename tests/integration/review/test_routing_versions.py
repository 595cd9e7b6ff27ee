"""The routing table's life on a real floor: drafted, backtested on real jobs, live with evidence or a reason, back again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict

if TYPE_CHECKING:
    from tests.support.floor import Floor

VIRAL: dict[str, Any] = {
    "name": "mass reports", "when": {"policy": ["spam"], "market": ["US"]}, "queue": "integrity", "needs": ["ads"],
    "relax_after": 600,
}  # fmt: skip


def shipped() -> list[dict[str, Any]]:
    from watchfloor.review.actions.routing_versions import live_table

    table = live_table()
    assert table is not None
    return list(table.rules)


def test_a_draft_is_tested_on_history_and_goes_live_with_that_evidence(floor: Floor) -> None:
    from tests.support.floor import LEAD, someone

    from watchfloor.ledger.models import Event
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions, routing_backtests
    from watchfloor.review.actions.routing_versions import evidence_for
    from watchfloor.review.models import Job, RoutingTable

    moved, stays = floor.report(), floor.report(reason="scam")
    lead = someone(LEAD)
    job = Job.objects.get(case=moved)
    actions.transfer(lead, [job.pk], "integrity", "it is coordinated")
    with writing(system("test")) as w:
        draft = actions.change_draft(w, [VIRAL, *shipped()], step="added", rule="mass reports")
        with pytest.raises(BadInput, match="no backtest"):
            actions.go_live(w)
    routing_backtests.ask_backtest(system("test"), 7)
    with pytest.raises(Conflict):
        routing_backtests.ask_backtest(system("test"), 7)
    assert routing_backtests.work() == 1
    run = evidence_for(draft.rules)
    assert run is not None and run.state == "done", run
    found = run.found
    assert found["jobs"] == 2 and found["moved"] == 1 and found["agrees"] == 1.0
    [group] = found["groups"]
    assert (group["from_queue"], group["to_queue"], group["samples"]) == ("spam.en", "integrity", [str(moved.pk)])
    assert (found["hand_moved"], found["right_before"], found["right_after"], found["mended"]) == (1, 0, 1, 1)
    assert found["transfers_avoided"] == 1
    there = Job.objects.get(case=stays).queue_key
    assert {row["queue"]: (row["before"], row["after"]) for row in found["queues"]} == {
        "spam.en": (1, 0), "integrity": (0, 1), there: (1, 1)
    }  # fmt: skip

    with writing(system("test")) as w:
        actions.go_live(w)
    table = RoutingTable.objects.get(live=True)
    assert (table.number, table.backtest_id, table.draft) == (2, run.pk, False)
    event = Event.objects.filter(type="routing.saved").latest("ordinal")
    assert (event.data["number"], event.data["base"], event.data["backtest"]) == (2, 1, str(run.pk))
    new = Job.objects.get(case=floor.report())
    assert (new.queue_key, new.routed_by) == ("integrity", "mass reports, v2")

    with writing(system("test")) as w:
        with pytest.raises(BadInput, match="why"):
            actions.restore_routing(w, 1, why=" ")
        actions.restore_routing(w, 1, why="too much for integrity")
    assert Job.objects.get(case=floor.report()).routed_by == "spam in English, v3"
    assert RoutingTable.objects.get(live=True).why == "too much for integrity"


def test_two_writers_of_one_draft_do_not_undo_each_other(floor: Floor) -> None:
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions

    with writing(system("test")) as w:
        draft = actions.change_draft(w, shipped())
        actions.change_draft(w, [VIRAL, *shipped()], edits=draft.edits)
        with pytest.raises(Conflict, match="Somebody has changed"):
            actions.change_draft(w, shipped(), edits=1)
        with pytest.raises(BadInput) as error:
            actions.change_draft(w, [{"name": "x", "queue": "nowhere"}])
    assert error.value.where == "rules[0].queue"


def test_live_facts_and_those_of_history_are_the_same(floor: Floor) -> None:
    """Every fact that routing may ask, told of a new case and read back from the past."""
    from watchfloor.engines.routing import LISTS, NUMBERS, TEXT
    from watchfloor.items.models import Label
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions, routing_history
    from watchfloor.review.contracts import SignalIn
    from watchfloor.review.facts import EVERYTHING, facts_of
    from watchfloor.review.models import Case, Job
    from watchfloor.workforce import actions as workforce

    with writing(system("test")) as w:
        for key, languages, markets in (("acme", ["en"], ["US", "CA"]), ("far", ["ja"], None), ("all", [], None)):
            workforce.save_vendor(w, key=key, name=key, site=f"{key} site")
            workforce.save_reviewer(w, uuid4(), vendor_key=key, languages=languages, markets=markets)
    item, version = floor.item()
    for marked, value in ((item, "vip"), (item.author, "verified")):
        Label.objects.create(item=marked, value=value, source="test", added_at=clock.now())
    case = floor.report(item, version, reporter_kind="trusted_flagger", surface="feed", reach=70)
    with writing(system("test")) as w:
        actions.receive_signals(
            w, item.pk, version, [SignalIn(source="rule:R1", policy_key="hate", reason="x")], open_case=True
        )
    for row in Case.objects.filter(item=item):
        job = Job.objects.get(case=row)
        kind = "trusted_flagger" if row.pk == case.pk else ""
        now = facts_of(row, reporter_kind=kind, at=job.ready_at)
        assert now.vendors == ("acme", "all") and now.protected == "verified"
        start = job.ready_at - timedelta(hours=1)
        frame = routing_history.read(start, clock.now(), EVERYTHING)
        [past] = [each for each in frame.iter_rows(named=True) if each["job"] == str(job.pk)]
        for name in (*TEXT, *NUMBERS):
            assert (past[name] or type(getattr(now, name))()) == getattr(now, name), name
        for name in LISTS:
            assert sorted(past[name]) == sorted(getattr(now, name)), name
