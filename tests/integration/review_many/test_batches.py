"""Orders over many: previewed with counts, worked in chunks that survive a kill, taken back to where it was."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.floor import CLEAN, LEAD, SPAM, Floor, someone

from watchfloor.enforcement.models import Action, Strike
from watchfloor.identity.domain import system
from watchfloor.items import actions as items
from watchfloor.items.models import Item
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.models import Event
from watchfloor.ledger.rebuild import check as rebuilt
from watchfloor.ledger.sequencer import catch_up
from watchfloor.ledger.writer import writing
from watchfloor.review import actions, bulk, clusters
from watchfloor.review.bulk import running, verbs
from watchfloor.review.bulk.orders import Order
from watchfloor.review.models import BatchRow, Case, Decision, Job, Report

BOSS = LEAD | {"case.bulk", "case.arrange", "case.search"}
DECIDE = Order(verb="decide", verdict="violating", violation="spam.bulk")


def work(limit: int = 7) -> int:
    rounds = 0
    while bulk.work(limit):
        rounds += 1
    return rounds


def standing() -> dict[str, Any]:
    """What the platform and people are under now."""
    return {
        "items": sorted(Item.objects.values_list("external_id", "state")),
        "actions": Action.objects.filter(inverse_of=None, state__in=["pending", "sent", "confirmed", "held"]).count(),
        "points": sum(Strike.objects.filter(state="active").values_list("points", flat=True)),
        "open": Case.objects.filter(state="open").count(),
        "jobs": sorted(Job.objects.filter(state="ready").values_list("case", "queue_key")),
        "outcomes": sorted(Report.objects.values_list("pk", "outcome", "counted")),
        "counts": sorted(Case.objects.filter(state="open").values_list("pk", "report_count")),
    }


def test_a_cluster_is_read_decided_for_all_and_reversed_to_where_it_was(floor: Floor) -> None:
    boss = someone(BOSS)
    made = [floor.item(f"cheap pills {n}", author=f"a{n % 5}")[0] for n in range(40)]
    for item in made[:6]:
        floor.report(item)
    safe = made[-1]
    with writing(system("test")) as w:
        items.add_label(w, safe, "protected", source="test")
    before = standing()
    cluster = clusters.make(boss, [item.pk for item in made], name="pills", policy_key="spam", source="csv", share=0.2)
    assert cluster.sample_size == clusters.needed(40, 0.2)
    with pytest.raises(Conflict) as unread:
        clusters.decide(boss, cluster.pk, DECIDE, token="", why="why")
    assert unread.value.code == "sample_unread"
    drawn = clusters.sample(cluster)
    wrong = next(row for row in drawn if row.item_id != safe.pk)
    for row in drawn:
        clusters.read(boss, cluster.pk, row.item_id, "clean" if row.item_id == wrong.item_id else "violating")
    said = clusters.bound(cluster)
    assert (said.read, said.wrong) == (len(drawn), 1)
    assert 0 < said.most_wrong_unread < 40
    seen = clusters.preview(boss, cluster, DECIDE)
    assert seen.held_out == {"protected": 1, "read_clean": 1}
    assert len(seen.todo) == 38
    assert seen.effects[0].count == 38
    assert seen.points == 38
    assert standing() == before  # nothing has happened by looking
    batch = clusters.decide(boss, cluster.pk, DECIDE, token=seen.token, why="one campaign")
    work()
    batch.refresh_from_db()
    assert batch.state == "done"
    assert bulk.progress(batch).counts == {"done": 38}
    assert Decision.objects.filter(verdict="violating", superseded_at=None).count() == 38
    named = Event.objects.filter(type="decision.made", data__batch=str(batch.pk))
    assert named.count() == 38
    assert sorted(Item.objects.filter(state="removed", type_key="message").values_list("pk", flat=True)) == sorted(
        item.pk for item in made if item.pk not in (safe.pk, wrong.item_id)
    )
    bulk.reverse(boss, batch.pk, "a mistake")
    work()
    after = standing()
    assert {name: after[name] for name in after if name != "jobs"} == {
        name: before[name] for name in before if name != "jobs"
    }
    assert [case for case, _ in after["jobs"]] == [case for case, _ in before["jobs"]]
    cluster.refresh_from_db()
    assert cluster.state == "reversed"
    catch_up()
    assert rebuilt().differences == []


def test_a_worker_that_dies_leaves_its_rows_as_they_were(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    boss = someone(BOSS)
    for n in range(12):
        floor.report(floor.item(f"spam {n}", author=f"a{n}")[0])
    seen = bulk.preview(boss, DECIDE, bulk.by_search(boss, {"state": "open"}))
    batch = bulk.begin(boss, seen, token=seen.token, why="w", source="search")
    assert bulk.work(5) == 5
    apply, calls = verbs.apply, []

    def dies(*given: Any) -> None:
        calls.append(given)
        if len(calls) == 3:
            raise SystemExit  # as a kill does: nobody handles it
        apply(*given)

    monkeypatch.setattr(running.verbs, "apply", dies)
    from django.db import transaction

    with pytest.raises(SystemExit), transaction.atomic():
        bulk.work(5)
    monkeypatch.setattr(running.verbs, "apply", apply)
    assert BatchRow.objects.filter(batch=batch, state="done").count() == 5
    assert Decision.objects.count() == 5
    work()
    assert Decision.objects.count() == 12
    assert Decision.objects.values("case").distinct().count() == 12


def test_what_came_after_stands_and_is_kept(floor: Floor) -> None:
    boss = someone(BOSS)
    cases = [floor.report(floor.item(author=f"a{n}")[0]) for n in range(4)]
    seen = bulk.preview(boss, DECIDE, bulk.by_search(boss, {"state": "open"}))
    batch = bulk.begin(boss, seen, token=seen.token, why="w", source="search")
    work()
    own = Decision.objects.get(case=cases[0])
    actions.undo(boss, own.pk, "this one was fine")
    floor.decide(someone(), CLEAN)
    bulk.reverse(boss, batch.pk)
    work()
    assert bulk.progress(batch).counts == {"reversed": 3, "kept": 1}
    assert Decision.objects.filter(case=cases[0], superseded_at=None).exclude(verdict="unsure").get().verdict == "clean"
    with pytest.raises(Conflict):
        bulk.reverse(boss, batch.pk)


@pytest.mark.parametrize(
    "order",
    [
        Order(verb="close"), Order(verb="transfer", queue="scam"), Order(verb="escalate"), Order(verb="tag", tag="wave-7"),
        Order(verb="decide", verdict="clean"),
    ],
    ids=lambda order: order.verb,
)  # fmt: skip
def test_every_order_can_be_taken_back(floor: Floor, order: Order) -> None:
    boss = someone(BOSS)
    for n in range(5):
        floor.report(floor.item(author=f"a{n}")[0])
    before = standing()
    seen = bulk.preview(boss, order, bulk.by_search(boss, {"state": "open"}))
    assert len(seen.todo) == 5
    batch = bulk.begin(boss, seen, token=seen.token, why="w", source="search")
    work()
    assert bulk.progress(batch).counts == {"done": 5}
    changed = standing() if order.verb != "tag" else list(Case.objects.values_list("tags", flat=True))
    assert changed != before
    bulk.reverse(boss, batch.pk)
    work()
    assert bulk.progress(batch).counts == {"reversed": 5}
    after = standing()
    if order.verb in ("close", "decide"):
        assert [case for case, _ in after.pop("jobs")] == [case for case, _ in before.pop("jobs")]
    assert after == before
    assert not Case.objects.exclude(tags=[]).exists()


def test_duplicates_in_one_order_and_back(floor: Floor) -> None:
    boss = someone(BOSS)
    first, *others = [floor.report(floor.item(author="one")[0]) for _ in range(4)]
    order = Order(verb="duplicate", into=first.pk)
    seen = bulk.preview(boss, order, bulk.by_author(boss, first))
    assert len(seen.todo) == 3
    batch = bulk.begin(boss, seen, token=seen.token, why="the same picture", source="sweep")
    work()
    first.refresh_from_db()
    assert (first.report_count, Report.objects.filter(case=first).count()) == (4, 4)
    assert set(Case.objects.exclude(pk=first.pk).values_list("closed_how", "duplicate_of")) == {("duplicate", first.pk)}
    bulk.reverse(boss, batch.pk)
    work(1)
    first.refresh_from_db()
    assert first.report_count == 1
    assert Case.objects.filter(state="open", report_count=1, duplicate_of=None).count() == 4
    assert len(others) == 3


def test_ids_of_every_kind_and_those_that_are_nothing(floor: Floor) -> None:
    from watchfloor.kernel import ids

    boss = someone(BOSS)
    case = floor.report()
    item = floor.item(id="lone")[0]
    text = f"id\n{ids.encode('case', case.pk)}\nmessage,lone\nmessage,nobody\n{ids.encode('itm', item.pk)}\n"
    chosen = bulk.by_ids(boss, text)
    assert set(chosen.pairs) == {(case.item_id, case.pk), (item.pk, None)}
    assert chosen.unknown == ("message,nobody",)
    seen = bulk.preview(boss, DECIDE, chosen)
    assert seen.held_out == {"no_case": 1}
    opened = bulk.preview(boss, Order(verb="decide", verdict="violating", violation="spam.bulk", policy="spam"), chosen)
    assert opened.opened == 1


def test_restricted_cases_and_other_markets_are_out_of_reach(floor: Floor) -> None:
    boss = someone(BOSS)
    floor.report(reason="child-abuse")
    floor.report()
    assert len(bulk.by_search(boss, {}).pairs) == 1
    assert bulk.by_search(boss, {"q": "a name", "state": "open"}).about == "q=…, state=open"
    abroad = someone(BOSS, markets=frozenset({"DE"}))
    assert bulk.by_search(abroad, {}).pairs == ()
    assert SPAM.verdict == "violating"
