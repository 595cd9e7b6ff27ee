"""Counters in the database: the same numbers as in memory, once an event, in the transaction of the screening."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from tests.support.counters import START, TEXT, stream

from watchfloor.detection import counting, ruleset, screening
from watchfloor.detection.models import CountedEvent, CounterState
from watchfloor.engines import sml
from watchfloor.engines.sml.counters import MemoryCounters, Peek
from watchfloor.kernel import clock

if TYPE_CHECKING:
    from tests.support.rules import Rules


@pytest.mark.django_db(transaction=True)
def test_the_database_counts_as_memory_does() -> None:
    rules, memory, store = sml.compile_rules({"main.sml": TEXT}), MemoryCounters(), counting.store()
    for event in stream(150):
        assert rules.evaluate(event, store) == rules.evaluate(event, memory)
    late = {name: number for name, number in memory.late().items() if number}
    assert {name.split("@")[0]: number for name, number in counting.late().items()} == late
    assert late


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_not_counted() -> None:
    rules, store = sml.compile_rules({"main.sml": TEXT}), counting.store()
    first, second = stream(2, seed=3)[:2]
    rules.fired(first, store)
    with transaction.atomic():
        assert rules.evaluate(second, store).features["All"] == 2
        transaction.set_rollback(True)
    again = rules.evaluate(second, store)
    assert again.features["All"] == 2
    assert rules.evaluate(second, store) == again


@pytest.mark.django_db
def test_reading_for_an_explanation_leaves_no_row_behind() -> None:
    rules, store = sml.compile_rules({"main.sml": TEXT}), counting.store()
    assert rules.evaluate(stream(1)[0], Peek(store)).features["N"] == 1
    assert (CounterState.objects.count(), CountedEvent.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_many_workers_lose_nothing() -> None:
    """Four connections count a stream at once, each event twice and by two of them; keys are new and shared."""
    rules = sml.compile_rules({"main.sml": TEXT})
    events = [
        sml.Event(n, "post", START + timedelta(seconds=n), {"user": "ab"[n % 2], "word": str(n)}) for n in range(60)
    ]
    problems: list[BaseException] = []

    def work(part: int) -> None:
        try:
            for event in [e for e in events if e.action_id % 4 in (part, (part + 1) % 4)]:
                rules.fired(event, counting.store())
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    last = rules.evaluate(events[-1], counting.store()).features
    assert (last["All"], last["Words"]) == (60, 30)


@pytest.mark.django_db
def test_what_can_no_longer_matter_is_pruned() -> None:
    rules = sml.compile_rules({"main.sml": TEXT})
    for event in stream(5):
        rules.fired(event, counting.store())
    with clock.at(START + timedelta(minutes=30)):
        assert counting.prune() == 0
    kept = CounterState.objects.count()
    with clock.at(START + timedelta(hours=1, minutes=30)):
        assert 0 < counting.prune() < kept
    with clock.at(clock.now() + timedelta(days=8)):
        counting.prune()
    assert (CounterState.objects.count(), CountedEvent.objects.count()) == (0, 0)


def test_screening_counts_each_event_once_and_rules_act_on_it(rules: Rules) -> None:
    rules.write(
        "Posts = Count(by=[Sender], span='1h')\n"
        "Flood = Rule(when_all=[Posts > 2], description=f'{Posts} posts')\n"
        "WhenRules(rules_any=[Flood], then=[SendToReview(policy='spam', severity='low')])\n"
    )
    rules.put("Flood", "on")
    found = [rules.show(f"hello {n}")[1].fired for n in range(4)]
    assert found == [(), (), ("Flood",), ("Flood",)]


def test_time_is_the_events_own_but_never_the_future(rules: Rules) -> None:
    item, _ = rules.show("hello")
    moment = clock.now() - timedelta(hours=3)

    def at(when: Any) -> datetime:
        return screening.sml_event(item, {}, "seen", None, when).timestamp

    assert at(moment) == moment
    assert at(clock.now() + timedelta(days=1)) <= clock.now()
    assert clock.now() - at(None) < timedelta(seconds=5)


@pytest.mark.parametrize("process", ["the one that saw the edit", "a new one after each edit"])
def test_a_former_version_goes_on_so_that_the_text_can_be_put_back(
    rules: Rules, process: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit makes another version; the one before keeps counting for its span, though no text in force names it."""
    old, new = "Posts = Count(by=[Sender], span='1h')\n", "Posts = Count(by=[Sender], span='1h', when=Text == 'bad')\n"
    posts = []
    for text in (old, old, new, new, old):
        rules.write(text)
        if process.startswith("a new"):
            monkeypatch.setattr(ruleset, "_current", None)
            ruleset.forget()
        item, _ = rules.show("hello")
        in_force = ruleset.current().rules
        assert in_force is not None
        looked = screening.sml_event(item, {"text": "bad"}, "seen", None)
        posts.append(in_force.evaluate(looked, Peek(counting.store())).features["Posts"])
    assert posts == [2, 3, 1, 1, 6]  # each with the look itself
    assert len(ruleset.current().outgoing) == 1
