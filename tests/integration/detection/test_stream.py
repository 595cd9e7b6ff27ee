"""Rules on a stream under fire: workers killed, partitions moving, rules changing, the broker away, one event that always fails."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from watchfloor.detection import ruleset
from watchfloor.detection import stream as streams
from watchfloor.detection.models import RuleFile
from watchfloor.detection.stream import StreamAway
from watchfloor.intake import drain, streaming
from watchfloor.intake.models import Spooled
from watchfloor.kernel import clock
from watchfloor.review.models import Case, Signal

if TYPE_CHECKING:
    from tests.support.broker import Broker
    from tests.support.rules import Rules

PARTITIONS = 8
KILLS = int(os.environ.get("WATCHFLOOR_STREAM_KILLS", "1"))


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    from tests.support.broker import Broker

    made = Broker(tmp_path / "nats")
    made.start()
    monkeypatch.setenv("WATCHFLOOR_STREAM", made.url)
    monkeypatch.setenv("WATCHFLOOR_STREAM_PARTITIONS", str(PARTITIONS))
    yield made
    if streaming._sink is not None:
        streaming._sink[1].close()
        monkeypatch.setattr(streaming, "_sink", None)
    made.kill()


@pytest.fixture
def rules(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rules]:
    from django.db import connection
    from tests.support import rules as support
    from tests.support import stream

    support.fresh(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute(stream.MAKE)
    found = support.Rules()
    found.write(stream.COUNTING)
    found.put("Bad", "on")
    yield found
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {stream.LOG}")


def finished() -> bool:
    return not Spooled.objects.exclude(state="done").exists()


def publish_all() -> None:
    while streaming.publish():
        pass


def check(events: int, authors: int = 12) -> dict[str, list[int]]:
    """Every event once, each author's in order, the rules' counters and signals as in a run that nobody disturbed."""
    from tests.support import stream

    rows = stream.log_rows()
    by_author: dict[str, list[int]] = defaultdict(list)
    for author, number, _ in rows:
        by_author[author].append(number)
    assert sorted(number for _, number, _ in rows) == list(range(events))
    assert all(numbers == sorted(numbers) for numbers in by_author.values())
    expected = {f"a{n}": len(range(n, events, authors)) for n in range(min(authors, events))}
    assert stream.counts(expected) == expected
    assert Signal.objects.filter(source="rule:Bad").count() == Case.objects.count() == events
    return by_author


class Load:
    """Events on their way."""

    def __init__(self) -> None:
        self.accepted = 0

    def more(self, count: int) -> None:
        from tests.support import stream

        stream.accept(range(self.accepted, self.accepted + count))
        self.accepted += count
        publish_all()

    def reaches(self, workers: set[int]) -> bool:
        """Whether each of these workers has committed something; gives them something to do."""
        from tests.support import stream

        rows = stream.log_rows()
        if len(rows) == self.accepted:
            self.more(24)
        return workers <= {worker for _, _, worker in rows}


def test_workers_killed_mid_stream_lose_nothing_and_do_nothing_twice(broker: Broker, rules: Rules) -> None:
    from tests.support import stream
    from tests.support.broker import wait_until

    load = Load()
    workers = [stream.start_process(), stream.start_process()]
    try:
        for kill in range(KILLS):
            pids = {worker.pid for worker in workers}
            wait_until(lambda pids=pids: load.reaches(pids), f"both workers at work before kill {kill}")
            load.more(150)
            victim = workers.pop(0)
            victim.kill()
            victim.wait()
            workers.append(stream.start_process())
        wait_until(finished, "every event being worked")
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    check(load.accepted)


def test_partitions_are_shared_and_move_when_a_worker_comes_or_goes(broker: Broker, rules: Rules) -> None:
    from tests.support import stream
    from tests.support.broker import wait_until

    first = streams.make_source(streams.configured())  # type: ignore[arg-type]
    other = stream.InThread()
    try:
        wait_until(
            lambda: first.take(1, 0.05) is not None and len(first.partitions()) == PARTITIONS // 2, "an even share"
        )
    finally:
        other.end()
    wait_until(
        lambda: first.take(1, 0.05) is not None and len(first.partitions()) == PARTITIONS, "taking over the rest"
    )
    stream.accept(range(24))
    publish_all()
    wait_until(lambda: first.take(100, 0.05), "the first events")
    first.close()  # what it took and never finished comes to the next one, in order
    second = stream.InThread()
    wait_until(finished, "the next worker doing them")
    second.end()
    check(24)


def test_rules_change_under_load_and_broken_ones_change_nothing(broker: Broker, rules: Rules, monkeypatch: Any) -> None:
    from tests.support import rules as support
    from tests.support import stream
    from tests.support.broker import wait_until

    monkeypatch.setattr(ruleset, "LOOK_EVERY", 0.0)
    worker = stream.InThread()
    try:
        stream.accept(range(60))
        publish_all()
        wait_until(stream.log_rows, "the first event")
        rules.write(
            stream.COUNTING,
            support.text_of_rule("New", "Text == 'bad'", "SignalAdd(policy='spam', score=0.5)"),
        )
        rules.put("New", "on")
        stream.accept(range(60, 120))
        publish_all()
        wait_until(lambda: len(stream.log_rows()) >= 60 and finished(), "the new rules' events")
        new = Signal.objects.filter(source="rule:New").count()
        assert 60 <= new < 120  # every event after the change, none twice
        RuleFile.objects.update(text="Bad = Rule(", revision=99, changed_at=clock.now())
        stream.accept(range(120, 160))
        publish_all()
        wait_until(finished, "the events after a broken change")
        assert Signal.objects.filter(source="rule:New").count() == new + 40
    finally:
        worker.end()
    check(160)


def test_a_broker_that_is_away_for_a_while_costs_nothing(broker: Broker, rules: Rules) -> None:
    from tests.support import stream
    from tests.support.broker import wait_until

    worker = stream.InThread()
    try:
        stream.accept(range(40))
        publish_all()
        wait_until(stream.log_rows, "the first event")
        broker.kill()
        stream.accept(range(40, 80))  # intake takes them as ever
        wait_until(_stream_is_away, "noticing that the broker is away")
        assert Spooled.objects.filter(state="waiting").count() >= 40
        broker.start()
        wait_until(_published, "publishing what waited")
        wait_until(finished, "every event being worked")
    finally:
        worker.end()
    check(80)


def _stream_is_away() -> bool:
    try:
        streaming.publish()
    except StreamAway:
        return True
    return False


def _published() -> bool:
    try:
        publish_all()
    except StreamAway:
        return False
    return True


def test_what_a_broker_lost_with_its_disk_is_published_again(broker: Broker, rules: Rules) -> None:
    from tests.support import stream
    from tests.support.broker import wait_until

    stream.accept(range(30))
    publish_all()
    assert streaming.recover() == 0  # nothing is lost while the broker has them
    broker.kill()
    broker.lose_disk()
    broker.start()
    wait_until(_recovered, "noticing the loss")
    wait_until(_published, "publishing them again")
    worker = stream.InThread()
    wait_until(finished, "every event being worked")
    worker.end()
    check(30)


def _recovered() -> bool:
    try:
        return streaming.recover() == 30
    except StreamAway:
        return False


def test_an_event_that_always_fails_is_put_aside_and_its_neighbours_go_on(
    broker: Broker, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support import stream
    from tests.support.broker import wait_until

    monkeypatch.setattr(drain, "PAUSES", (0, 0, 0, 0))
    ordinary = stream.handlers()["event"]
    attempts: list[str] = []

    def poisoned(w: Any, row: Any) -> None:
        if row.key == "e5" and len(attempts) < drain.ATTEMPTS:
            attempts.append(row.key)
            raise ValueError("poison")
        ordinary(w, row)

    worker = stream.InThread(lambda bodies: streaming.work(bodies, {"event": poisoned}))
    try:
        stream.accept(range(24))

        def settled() -> bool:
            publish_all()
            return not Spooled.objects.filter(state__in=["waiting", "streamed"]).exists()

        wait_until(settled, "all being worked or put aside")
        [aside] = Spooled.objects.filter(state="quarantined")
        assert (aside.key, aside.attempts, len(attempts)) == ("e5", drain.ATTEMPTS, drain.ATTEMPTS)
        assert len(stream.log_rows()) == 23
        Spooled.objects.filter(pk=aside.pk).update(state="waiting", attempts=0, next_at=clock.now())  # as a replay does
        wait_until(lambda: settled() and len(stream.log_rows()) == 24, "the replay")
    finally:
        worker.end()


def test_an_event_published_twice_is_worked_once(broker: Broker, rules: Rules) -> None:
    from tests.support import stream
    from tests.support.broker import wait_until

    stream.accept(range(10))
    publish_all()
    Spooled.objects.update(state="waiting")  # as after a crash between the broker's answer and our commit
    publish_all()
    sink = streaming.shared_sink(streams.configured())  # type: ignore[arg-type]
    assert sink.depth() == 10
    Spooled.objects.update(state="waiting", next_at=clock.now())  # beyond the broker's memory
    publish_all()
    assert sink.depth() == 20
    worker = stream.InThread()
    wait_until(lambda: sink.depth() == 0, "an empty stream")
    worker.end()
    check(10)


def test_without_a_stream_what_one_still_held_goes_the_ordinary_way(
    broker: Broker, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support import stream

    stream.accept(range(5))
    publish_all()
    monkeypatch.delenv("WATCHFLOOR_STREAM")
    assert streaming.take_back() == 5
    assert drain.drain(handlers=stream.handlers()) == 5
    check(5)
