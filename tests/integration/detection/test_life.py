"""A rule's way on through its gates: tests, backtest, second person; a changed text waits; a stop; the switch."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from watchfloor.detection import alarms, backtests, defaults, quality, ruleset, standing
from watchfloor.detection.actions import (
    add_example,
    approve,
    ask_backtest,
    attest,
    hold_automation,
    lift_hold,
    put_on_text,
    restore,
    run_backtest,
    save_rule_file,
    set_rule_state,
)
from watchfloor.detection.models import BacktestRun, Evidence, Rule, RuleHits, RuleRevision
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Case, Decision, Job, Signal

if TYPE_CHECKING:
    from tests.support.rules import Rules

ANN, BEN = "user:00000000-0000-0000-0000-00000000000a", "user:00000000-0000-0000-0000-00000000000b"


def event(text: str) -> dict[str, Any]:
    return {"item": {"type": "message", "id": "1", "data": {"text": text}}, "author": {"id": "a"}}


def step(who: str, name: str, after: str, **more: Any) -> None:
    with writing(who) as w:
        set_rule_state(w, name, after, why="test", **more)


def with_tests(name: str = "Bad", fires: str = "bad", silent: str = "good") -> None:
    with writing(ANN) as w:
        add_example(w, name, event(fires), fires=True)
        add_example(w, name, event(silent), fires=False)


def fold_up() -> None:
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_the_whole_way_with_a_second_person(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support.floor import CLEAN, someone

    monkeypatch.setenv("WATCHFLOOR_APPROVE_HITS_PER_DAY", "0.1")
    from tests.support.rules import HEAD, text_of_rule

    with writing(ANN) as w:
        save_rule_file(w, "main.sml", HEAD + text_of_rule("Bad"))
    for text in ("bad", "bad", "good", "bad"):
        rules.report(*rules.item(text))
    reviewer = someone()
    for finding in (CLEAN, None, None):
        rules.decide(reviewer, finding) if finding else rules.decide(reviewer)
    with pytest.raises(Conflict) as error:
        step(ANN, "Bad", "backtested")
    assert (error.value.code, error.value.where) == ("gate_closed", "backtest")
    evidence = run_backtest(ANN, "Bad", 7)
    found = evidence.data
    assert (found["source"], found["events"], found["hits"], found["items"]) == ("items", 4, 3, 3)
    assert found["alone"] == 3 and 0 < found["judged"] <= 3 and found["right"] < found["judged"] + 1
    assert Rule.objects.get().state == "backtested"
    step(ANN, "Bad", "shadow")
    for gate, then in (("tests", with_tests), ("approval", lambda: None)):
        with pytest.raises(Conflict) as error:
            step(ANN, "Bad", "on")
        assert error.value.where == gate
        then()
    with pytest.raises(Forbidden), writing(ANN) as w:
        approve(w, "Bad", why="mine")
    assert standing.waiting_for_approval(Rule.objects.all()) == {"Bad"}
    with writing(BEN) as w:
        approve(w, "Bad", why="I read its samples")
    assert standing.waiting_for_approval(Rule.objects.all()) == set()
    with pytest.raises(Conflict):  # who agrees does not take the step
        step(BEN, "Bad", "on")
    step(ANN, "Bad", "on")
    last = Event.objects.filter(type="rule.state_changed").latest("ordinal")
    assert len(last.data["evidence"]) == 2 and last.data["tests"] == 2
    assert rules.show("bad")[1].fired == ("Bad",)
    fold_up()


def test_a_failing_test_holds_the_rule_back_and_people_cannot_attest(rules: Rules) -> None:
    rules.add("Bad", state="draft")
    rules.item("bad")
    run_backtest(ANN, "Bad", 7)
    step(ANN, "Bad", "shadow")
    with_tests(fires="worse")
    with pytest.raises(Conflict, match="fail"):
        step(ANN, "Bad", "on")
    with pytest.raises(Forbidden), writing(ANN) as w:
        attest(w, "Bad", "trust me")
    with pytest.raises(Conflict), writing(ANN) as w:
        add_example(w, "Bad", event("good"), fires=True)
    with pytest.raises(BadInput), writing(ANN) as w:
        add_example(w, "Bad", {"data": 3, "action_name": "x"}, fires=True)


def test_a_changed_text_waits_runs_in_shadow_and_is_put_on_through_the_gates(rules: Rules) -> None:
    from tests.support.rules import text_of_rule

    rules.add("Bad", "SendToReview(policy='spam')", "DeclareVerdict(verdict='old')")
    rules.write(text_of_rule("Other"), text_of_rule("Bad", "Text == 'worse'", "DeclareVerdict(verdict='new')"))
    rule = Rule.objects.get(name="Bad")
    assert rule.pin == {"main.sml": 1} and rule.next_meaning not in ("", rule.meaning)
    assert rules.show("bad")[1].verdicts == ("old",)
    _, found = rules.show("worse")
    assert found.fired == found.verdicts == ()
    with pytest.raises(Conflict) as error, writing(ANN) as w:
        put_on_text(w, "Bad", why="better")
    assert error.value.code == "gate_closed"
    evidence = run_backtest(ANN, "Bad", 7)
    assert evidence.data["hits"] == 1 and evidence.meaning == rule.next_meaning
    with_tests("Bad", "worse", "bad")
    with writing(ANN) as w:
        put_on_text(w, "Bad", why="better")
    assert rules.show("worse", id="again")[1].verdicts == ("new",)
    assert rules.show("bad", id="again2")[1].verdicts == ()
    rule.refresh_from_db()
    assert (rule.state, rule.pin, rule.meaning) == ("on", None, evidence.meaning)
    fold_up()


def test_the_text_that_waits_is_counted_beside_the_one_in_force(
    rules: Rules, django_capture_on_commit_callbacks: Any
) -> None:
    from tests.support.rules import text_of_rule

    from watchfloor.detection import hits

    rules.add("Bad")
    rules.write(text_of_rule("Bad", "Text == 'worse'"))
    with django_capture_on_commit_callbacks(execute=True):
        rules.show("worse")
        rules.show("bad")
    hits.flush()
    assert {row.rule: (row.acted, row.shadow) for row in RuleHits.objects.all()} == {"Bad": (1, 0), "Bad+": (0, 1)}


def test_taking_a_change_back_ends_the_wait_and_comments_never_begin_one(rules: Rules) -> None:
    from tests.support.rules import text_of_rule

    rules.add("Bad")
    rules.write("# only words\n", text_of_rule("Bad"))
    assert Rule.objects.get().pin is None
    rules.write(text_of_rule("Bad", "Text == 'worse'"))
    rules.write(text_of_rule("Bad", "Text == 'even worse'"))
    assert Rule.objects.get().pin == {"main.sml": 2}
    assert RuleRevision.objects.count() == 4
    with writing(ANN) as w:
        restore(w, "main.sml", 1)
    rule = Rule.objects.get()
    assert (rule.pin, rule.next_meaning, rule.state) == (None, "", "on")
    fold_up()


def test_a_changed_feature_makes_the_rules_over_it_wait(rules: Rules) -> None:
    from tests.support.rules import text_of_rule

    low = "Low: str = StringToLower(s=Text)\n"
    rules.write(low, text_of_rule("Bad", "Low == 'bad'"), text_of_rule("Free"))
    rules.put("Bad", "on")
    rules.put("Free", "on")
    rules.write(low.replace("ToLower", "ToUpper"), text_of_rule("Bad", "Low == 'bad'"), text_of_rule("Free"))
    assert {rule.name: rule.pin is not None for rule in Rule.objects.all()} == {"Bad": True, "Free": False}
    assert set(rules.show("bad")[1].fired) == {"Bad", "Free"}


def test_a_backtest_by_the_worker_shows_its_way_and_its_failure(rules: Rules) -> None:
    rules.add("Bad", state="draft")
    rules.item("bad")
    run = ask_backtest(ANN, "Bad", 7, why="first look")
    with pytest.raises(Conflict):
        ask_backtest(ANN, "Bad", 7)
    with pytest.raises(BadInput):
        ask_backtest(ANN, "Bad", 0)
    assert backtests.work() == 1 and backtests.work() == 0
    run.refresh_from_db()
    assert (run.state, run.done) == ("done", 1) and Evidence.objects.get().pk == run.evidence_id
    assert (Rule.objects.get().state, Rule.objects.get().why) == ("backtested", "first look")
    lost = BacktestRun.objects.create(rule="Nope", days=7, asked_by=ANN, asked_at=clock.now(), state="waiting")
    backtests.work()
    lost.refresh_from_db()
    assert lost.state == "failed" and "Nope" in lost.problem


def test_the_lake_is_read_where_it_has_events(rules: Rules, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    import polars as pl

    from watchfloor.detection import lakes
    from watchfloor.engines import sml

    monkeypatch.setattr(lakes, "folder", lambda: tmp_path)
    rules.add("Bad", state="draft")
    item, _ = rules.item("bad", id="m-lake")
    hour = clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    texts = ["bad"] * 3 + ["good"] * 4
    events = [
        sml.Event(number, "posted", hour + timedelta(minutes=number), event(text)) for number, text in enumerate(texts)
    ]
    frame = sml.flatten(events)
    dimensions = {
        "item_type": "message",
        "item_id": "m-lake",
        "market": "US",
        "language": "en",
        "source": "s",
        "item_version": "",
    }
    frame = frame.with_columns(
        pl.Series("id", [f"e{number}" for number in range(7)]), *(pl.lit(v).alias(k) for k, v in dimensions.items()),
        pl.col("timestamp").alias("received_at"),
    )  # fmt: skip
    lakes.write(frame, hour, root=tmp_path)
    lakes.write(frame, hour, root=tmp_path)  # a crash wrote them twice
    found = run_backtest(ANN, "Bad", 2).data
    assert (found["source"], found["events"], found["hits"], found["items"]) == ("lake", 7, 3, 1)
    assert found["samples"] == [str(item.pk)]
    forecast = found["forecast"]
    assert forecast["cases"] == 1 and forecast["loads"][0]["queue"].startswith("spam")


def test_counts_on_columns_are_those_of_the_row_engine(
    rules: Rules, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """A path of two types, a value that is missing, a counter, and rows that were written twice."""
    import polars as pl
    from tests.support.rules import HEAD

    from watchfloor.detection import lakes, past, replayed
    from watchfloor.engines import sml
    from watchfloor.engines.sml.counters import MemoryCounters

    monkeypatch.setattr(lakes, "folder", lambda: tmp_path)
    hour = clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=5)
    events = []
    for number in range(60):
        data = {"text": "bad" if number % 3 else "good", "size": number if number < 30 else f"{number}"}
        if number % 7 == 0:
            del data["size"]
        data = {"item": {"id": f"m{number}", "data": data}, "author": {"id": f"a{number % 2}"}}
        events.append(sml.Event(number, "posted", hour + timedelta(minutes=3 * number), data))
    for begin, end in ((0, 20), (10, 30), (20, 40), (40, 60)):  # ten rows twice
        part = events[begin:end]
        for at in sorted({each.timestamp.replace(minute=0) for each in part}):
            some = [each for each in part if each.timestamp.replace(minute=0) == at]
            frame = sml.flatten(some).with_columns(
                pl.Series("id", [f"e{each.action_id}" for each in some]), pl.col("timestamp").alias("received_at"),
                pl.Series("item_id", [f"m{each.action_id}" for each in some]),
                *(pl.lit(name).alias(name) for name in ("item_type", "market", "language", "source", "item_version")),
            )  # fmt: skip
            lakes.write(frame, at, root=tmp_path)
    plain = HEAD + (
        "Size: int = JsonData(path='$.item.data.size')\n"
        "Big = Rule(when_all=[Size > 20, Text == 'bad'], description='big')\n"
        "Bad = Rule(when_all=[Text == 'bad'], description='bad')\n"
    )
    counting = plain + (
        "Often: int = Count(name='often', by=[Sender], span='1h')\n"
        "Many = Rule(when_all=[Often > 5, Text == 'bad'], description='many')\n"
    )
    for text, names in ((plain, ("Big", "Bad")), (counting, ("Many", "Big"))):
        compiled = sml.compile_rules({"main.sml": text})
        store = MemoryCounters()
        outcomes = [(each, compiled.evaluate(each, store)) for each in events]
        for name in names:
            found = replayed.replay(compiled, name, past.between(hour, clock.now()), lambda _done, _total: None)
            fired = [f"m{each.action_id}" for each, outcome in outcomes if outcome.features.get(name) is True]
            shared = sum(sum(rule.name != name for rule in outcome.fired) > 0 for _, outcome in outcomes
                         if outcome.features.get(name) is True)  # fmt: skip
            assert (found.events, [hit.item_id for hit in found.hits], found.total) == (60, fired, len(fired))
            assert found.alone == len(fired) - shared and sum(found.by_day.values()) == len(fired) > 0
            assert found.undecided == sum(outcome.features.get(name, False) is None for _, outcome in outcomes)
            assert bool(found.by_rows) == (text is counting)


def test_cases_that_are_open_anyway_are_no_new_work(rules: Rules) -> None:
    rules.add("Bad", state="draft")
    now = clock.now()
    with clock.at(now - timedelta(hours=2)):
        rules.report(*rules.item("bad", id="open"))
        later = rules.item("bad", id="reported later")
    with clock.at(now - timedelta(hours=1)):
        rules.item("bad", id="new")
        rules.report(*later)
    found = run_backtest(ANN, "Bad", 2).data
    assert found["hits"] == 3
    assert (found["forecast"]["cases"], found["forecast"]["anyway"]) == (2, 1)


def test_protected_accounts_are_counted(rules: Rules) -> None:
    from watchfloor.items import actions as items
    from watchfloor.items.contracts import ItemSeen

    rules.add("Bad", state="draft")
    rules.item("bad", author="star")
    rules.item("bad", author="other")
    with writing(system("test")) as w:
        items.see(w, ItemSeen(type="account", id="star", data={"verified": True}, seen_at=clock.now()))
    assert run_backtest(ANN, "Bad", 2).data["protected"] == 1


def test_the_switch_turns_automatic_actions_into_cases(rules: Rules) -> None:
    from tests.support.rules import REMOVE

    rules.add("Bad", REMOVE)
    with pytest.raises(BadInput), writing(ANN) as w:
        hold_automation(w, why=" ", hours=1)
    with writing(ANN) as w:
        hold_automation(w, why="a bad deploy", hours=1)
    with pytest.raises(Conflict), writing(ANN) as w:
        hold_automation(w, why="again", hours=1)
    _, found = rules.show("bad")
    assert found.fired == ("Bad",) and found.decisions == () and not Decision.objects.exists()
    assert Job.objects.get().state == "ready" and Case.objects.get().state == "open"
    with writing(ANN) as w:
        lift_hold(w, why="mended")
    _, found = rules.show("bad", id="after")
    assert len(found.decisions) == 1
    with writing(ANN) as w:
        hold_automation(w, why="once more", hours=1)
    with clock.at(clock.now() + timedelta(hours=2)):  # it ends by itself
        assert len(rules.show("bad", id="later")[1].decisions) == 1
    fold_up()


def test_a_rule_that_fires_out_of_proportion_pauses_itself(rules: Rules) -> None:
    rules.add("Bad")
    rules.write_hits("Bad", [40, 42, 39, 44], now=45)
    Rule.objects.update(changed_at=clock.now() - timedelta(days=40))
    assert alarms.watch() == []
    rules.write_hits("Bad", [], now=400)
    assert alarms.watch() == ["Bad"]
    rule = Rule.objects.get()
    assert (rule.state, rule.changed_by) == ("paused", "system:alarms") and "400 times" in rule.why
    last = Event.objects.filter(type="rule.state_changed").latest("ordinal")
    assert last.data["alarm"] == "volume"
    from watchfloor.insight.happening import changes

    told = changes(clock.now() - timedelta(hours=1), clock.now() + timedelta(seconds=5))
    assert any("Bad paused itself: volume alarm" in change.words for change in told)
    assert alarms.watch() == []


def test_quality_of_a_rule_and_the_dedupe_of_its_signals(rules: Rules) -> None:
    from tests.support.floor import CLEAN, SPAM, someone

    rules.add("Bad", "SignalAdd(policy='spam', score=0.5)", "SendToReview(policy='spam')")
    reviewer = someone()
    for place, finding in enumerate((SPAM, SPAM, CLEAN)):
        item, _ = rules.show("bad", id=f"q{place}")
        rules.show("bad", item=item)
        rules.report(item, item.current_version)
        rules.decide(reviewer, finding)
    rules.report(*rules.item("other"))
    rules.decide(reviewer, SPAM)
    assert Signal.objects.count() == 3
    found = quality.of_rule(Rule.objects.get(), 28)
    assert (found.judged, found.right, found.actioned, found.caught) == (3, 2, 3, 2)
    listed = quality.of_rules([Rule.objects.get()])["Bad"]
    assert (listed.judged, listed.right, listed.precision) == (found.judged, found.right, found.precision)


def test_a_threshold_is_suggested_from_what_people_judged(rules: Rules) -> None:
    from tests.support.floor import CLEAN, SPAM, someone

    rules.add("Long", condition="StringLength(s=Text) >= 10", state="draft")
    reviewer = someone()
    for length in (5, 8, 12, 15, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39):
        rules.report(*rules.item("x" * length))
        rules.decide(reviewer, SPAM if length >= 30 else CLEAN)
    [knob] = quality.knobs("Long")
    assert (knob.feature, knob.op, knob.value) == ("StringLength(s=Text)", ">=", 10.0)
    swept = quality.sweep_of(Rule.objects.get(), knob.place, 0.7)
    assert (swept.points, swept.violating) == (14, 10)
    assert swept.best is not None and swept.best.value == 30.0 and swept.best.recall.value == 1.0
    assert quality.sweep_of(Rule.objects.get(), knob.place, 0.99).best is None


def test_shipped_rules_are_on_with_their_evidence_said_plainly(rules: Rules) -> None:
    with writing(system("init")) as w:
        defaults.install(w)
    assert set(Rule.objects.values_list("state", flat=True)) == {"on"}
    for rule in Rule.objects.all():
        case = standing.case_of(rule, rule.meaning, asker=ANN)
        assert "not on this floor" in case.attested
        assert case.must_fire and case.must_not and not case.failing, rule.name
    assert ruleset.current().pinned == {}
