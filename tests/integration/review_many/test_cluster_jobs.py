"""A cluster as one job in a queue: urgent as its cases together, taken like any job, decided once under its lease, reversed as one."""

from __future__ import annotations

import pytest
from tests.support.floor import LEAD, REVIEWER, SPAM, Floor, someone

from watchfloor.items import keying
from watchfloor.items.models import Item
from watchfloor.kernel.errors import Conflict, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.rebuild import check as rebuilt
from watchfloor.ledger.sequencer import catch_up
from watchfloor.review import actions, bulk, clusters, queries
from watchfloor.review.bulk.orders import Order
from watchfloor.review.clusters import gathering
from watchfloor.review.domain.history import Rules, check
from watchfloor.review.models import Batch, Case, Cluster, Decision, Job
from watchfloor.review.queries.history import happened

BOSS = LEAD | {"case.bulk", "case.arrange", "case.search"}
READER = REVIEWER | {"review.cluster"}
DECIDE = Order(verb="decide", verdict="violating", violation="spam.bulk")
TEXT = "Dear friend, we have the cheapest watches in town, all brands, all colours, only today, write to us soon"


def pills(floor: Floor, count: int = 12) -> tuple[list[Item], Cluster]:
    made = [floor.item(f"{TEXT} {n}", author=f"a{n}")[0] for n in range(count)]
    for item in made[: count // 2]:
        floor.report(item, reach=1_000)
    cluster = clusters.make(
        someone(BOSS), [item.pk for item in made], name="watches", policy_key="spam", source="csv", share=0.2
    )
    return made, cluster


def test_one_job_is_taken_read_decided_and_taken_back(floor: Floor) -> None:
    made, cluster = pills(floor)
    alone = floor.report()
    job = clusters.enqueue(someone(BOSS), cluster.pk)
    assert (job.kind, job.queue_key, job.state) == ("cluster", Job.objects.get(case=alone).queue_key, "ready")
    of_cases = Job.objects.filter(kind="review", case__item__in=[item.pk for item in made])
    assert set(of_cases.values_list("state", "paused_for")) == {
        ("waiting", "cluster")
    }  # nobody decides them one by one
    assert of_cases.count() == 6
    assert job.priority > max(of_cases.values_list("priority", flat=True))  # reports and reach added up
    assert job.due_at == min(of_cases.values_list("due_at", flat=True))
    with pytest.raises(Conflict) as again:
        clusters.enqueue(someone(BOSS), cluster.pk)
    assert again.value.code == "queued_already"
    plain = someone(REVIEWER)
    assert floor.claim(plain).job_id != job.pk  # without the permission it is nobody's to take
    reader = someone(READER)
    lease = floor.claim(reader)
    assert lease.job_id == job.pk
    with pytest.raises(NotFound):
        clusters.decide(reader, cluster.pk, DECIDE, token="", why="by no lease")
    drawn = clusters.sample(cluster)
    with pytest.raises(Conflict) as unread:
        clusters.decide_in_hand(reader, job.pk, lease.token, DECIDE, seen="", why="w")
    assert unread.value.code == "sample_unread"
    for row in drawn:
        clusters.read_in_hand(reader, job.pk, lease.token, row.item_id, "violating")
    with pytest.raises(Conflict) as stale:
        clusters.read_in_hand(reader, job.pk, lease.token + 1, drawn[0].item_id, "clean")
    assert stale.value.code == "stale_lease"
    seen = clusters.preview_in_hand(reader, job.pk, lease.token, DECIDE)
    assert len(seen.todo) == 12
    batch = clusters.decide_in_hand(
        reader, job.pk, lease.token, DECIDE, seen=seen.token, why="one campaign", active_ms=90_000
    )
    with pytest.raises(Conflict):
        clusters.decide_in_hand(reader, job.pk, lease.token, DECIDE, seen=seen.token, why="twice")
    while bulk.work():
        pass
    job.refresh_from_db()
    assert job.state == "decided"
    assert Decision.objects.filter(verdict="violating", decider=str(reader), superseded_at=None).count() == 12
    assert Event.objects.get(type="job.decided", subject=f"job:{job.pk}").data["solves"] is False
    bulk.reverse(reader, batch.pk, "it was not")  # one's own, without the right to order over many
    while bulk.work():
        pass
    assert Cluster.objects.get().state == "reversed"
    assert not Decision.objects.filter(verdict="violating", superseded_at=None).exists()
    catch_up()
    assert rebuilt().differences == []
    assert check(happened(), Rules()) == []


def test_what_the_decision_leaves_out_waits_in_its_queue_again(floor: Floor) -> None:
    made, cluster = pills(floor, 8)
    reader = someone(READER)
    job = clusters.enqueue(someone(BOSS), cluster.pk)
    lease = floor.claim(reader)
    reported = {item.pk for item in made[:4]}
    spared = next(row.item_id for row in clusters.sample(cluster) if row.item_id in reported)
    for row in clusters.sample(cluster):
        verdict = "clean" if row.item_id == spared else "violating"
        clusters.read_in_hand(reader, job.pk, lease.token, row.item_id, verdict)
    seen = clusters.preview_in_hand(reader, job.pk, lease.token, DECIDE)
    clusters.decide_in_hand(reader, job.pk, lease.token, DECIDE, seen=seen.token, why="a campaign but for one")
    assert [row.case.item_id for row in Job.objects.filter(state="ready").select_related("case")] == [spared]
    while bulk.work():
        pass
    assert not Job.objects.filter(state="waiting").exists()
    due = Case.objects.get(item=spared)
    assert floor.claim(someone()).case_id == due.pk


def test_it_ends_when_the_cluster_is_decided_or_dropped_elsewhere(floor: Floor) -> None:
    boss, reader = someone(BOSS), someone(READER)
    _, cluster = pills(floor)
    job = clusters.enqueue(boss, cluster.pk)
    lease = floor.claim(reader)
    clusters.drop(boss, cluster.pk, "seen from afar: nothing in it")
    job.refresh_from_db()
    assert job.state == "superseded"
    assert Job.objects.filter(kind="review", state="ready").count() == 6  # they are back
    with pytest.raises(Conflict):
        clusters.decide_in_hand(reader, job.pk, lease.token, DECIDE, seen="", why="w")
    made = [floor.item(f"more {n}", author=f"b{n}")[0] for n in range(4)]
    with pytest.raises(Conflict) as nothing:
        clusters.enqueue(boss, clusters.make(
            boss, [item.pk for item in made], name="quiet", policy_key="spam", source="csv").pk)  # fmt: skip
    assert nothing.value.code == "no_open_case"
    floor.report(made[0])
    second = clusters.make(boss, [item.pk for item in made], name="one", policy_key="spam", source="csv")
    waiting = clusters.enqueue(boss, second.pk)
    for row in clusters.sample(second):
        clusters.read(boss, second.pk, row.item_id, "violating")
    clusters.decide(boss, second.pk, DECIDE, token=clusters.preview(boss, second, DECIDE).token, why="at once")
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert Batch.objects.count() == 1


def test_what_is_one_thing_is_put_together_by_itself(floor: Floor) -> None:
    reported = [floor.item(f"{TEXT} {n}", author=f"a{n}")[0] for n in range(6)]
    floor.item(f"{TEXT} 99", author="silent")  # nobody spoke of it: it is left alone
    for item in reported[:5]:
        floor.report(item)
    for n in range(3):
        floor.report(floor.item(f"quite another thing, number {n}, about walks with the dog", author=f"c{n}")[0])
    while keying.note_new():
        pass
    assert gathering.gather(6) == 0  # five are not enough
    floor.report(reported[5])
    assert gathering.gather(6) == 1
    assert gathering.gather(6) == 0  # they are being read: not twice
    cluster = Cluster.objects.get()
    assert cluster.count == 6
    job = Job.objects.get(kind="cluster")
    assert (job.case_id, job.pk) == (cluster.case_id, cluster.job_id)
    own = Case.objects.get(item=reported[0])
    assert queries.cluster_of(own) == cluster
    late = floor.report(floor.item(f"{TEXT} 100", author="late")[0])
    assert queries.cluster_of(late) is None
    alone = someone()
    assert actions.decide(alone, *lease_of(floor, alone), SPAM).verdict == "violating"  # and life goes on beside it


def lease_of(floor: Floor, actor: object) -> tuple[object, int]:
    lease = floor.claim(actor)  # type: ignore[arg-type]
    return lease.job_id, lease.token
