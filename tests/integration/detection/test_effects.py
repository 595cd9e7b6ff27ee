"""Labels asked for later, queues asked for by name, and what rules may ask of models and earlier signals."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from watchfloor.detection import due_labels, models_in_force
from watchfloor.detection.actions import set_rule_state
from watchfloor.detection.models import DueLabel
from watchfloor.identity.domain import system
from watchfloor.items.models import Label
from watchfloor.kernel import clock
from watchfloor.ledger import sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.rebuild import check
from watchfloor.ledger.writer import writing
from watchfloor.review.actions import save_queue
from watchfloor.review.models import Job

if TYPE_CHECKING:
    from tests.support.rules import Rules

LATER = "LabelAdd(entity=Sender, label='watched', delay_action_by=TimeDelta(hours=2), expires_after=TimeDelta(days=1))"


def test_a_delayed_label_is_put_on_when_its_time_has_come_and_once(rules: Rules) -> None:
    rules.add("Bad", LATER)
    began = clock.now()
    rules.show("bad")
    rules.show("bad")
    assert Label.objects.count() == 0
    assert DueLabel.objects.count() == 1, "the same change waits already"
    assert due_labels.put_due() == 0
    with clock.at(began + timedelta(hours=2, minutes=1)):
        assert due_labels.put_due() == 1
        assert due_labels.put_due() == 0
        [label] = Label.objects.all()
        assert (label.value, label.source, label.item.type_key) == ("watched", "rule:Bad", "account")
        assert label.expires_at == clock.now() + timedelta(days=1)
    event = Event.objects.get(type="label.added")
    assert event.actor == "rule:Bad"
    assert event.reason.startswith("asked for at ")
    assert DueLabel.objects.get().outcome == "done"
    sequencer.catch_up()
    assert check().differences == []


def test_a_delayed_removal_takes_the_label_off(rules: Rules) -> None:
    rules.add("Bad", "LabelRemove(entity=Sender, label='new', delay_action_by=TimeDelta(hours=1))")
    item, _ = rules.show("good")
    from watchfloor.items import actions, queries

    with writing(system("test")) as w:
        account = queries.account_of(item)
        assert account is not None
        actions.add_label(w, account, "new", source="user:1")
    rules.show("bad")
    assert Label.objects.get().removed_at is None
    with clock.at(clock.now() + timedelta(hours=2)):
        due_labels.put_due()
    assert Label.objects.get().removed_at is not None


def test_pausing_a_rule_stops_what_it_has_asked_for_and_not_done(rules: Rules) -> None:
    rules.add("Bad", LATER)
    rules.show("bad")
    with writing(system("test")) as w:
        set_rule_state(w, "Bad", "paused", why="wrong")
    with clock.at(clock.now() + timedelta(hours=3)):
        assert due_labels.put_due() == 1
    assert Label.objects.count() == 0
    assert DueLabel.objects.get().outcome == "dropped: the rule is paused"


def test_a_rule_in_shadow_asks_for_nothing_later(rules: Rules) -> None:
    rules.add("Bad", LATER, state="shadow")
    rules.show("bad")
    assert DueLabel.objects.count() == 0


def test_a_queue_that_a_rule_names_is_where_its_case_goes(rules: Rules) -> None:
    with writing(system("test")) as w:
        save_queue(w, key="campaigns", name="Campaigns")
    rules.add("Bad", "SendToReview(policy='spam', queue='campaigns')")
    _, screening = rules.show("bad")
    job = Job.objects.get(case_id=screening.cases[0])
    assert (job.queue_key, job.routed_by) == ("campaigns", "asked for by a rule")
    assert screening.errors == ()


@pytest.mark.parametrize(
    ("queue", "said"),
    [
        ("nowhere", "There is no queue 'nowhere'; routing decides instead."),
        ("closed", "There is no queue 'closed'; routing decides instead."),
        ("second-look", "The queue second-look takes appeal jobs only; routing decides instead."),
    ],
)
def test_a_queue_that_may_not_take_it_is_said_and_routing_decides(rules: Rules, queue: str, said: str) -> None:
    with writing(system("test")) as w:
        save_queue(w, key="closed", name="Closed", archived_at=clock.now())
        save_queue(w, key="second-look", name="Second look", kind="appeal")
    rules.add("Bad", f"SendToReview(policy='spam', queue='{queue}')")
    _, screening = rules.show("bad")
    job = Job.objects.get(case_id=screening.cases[0])
    assert job.queue_key != queue
    assert said in screening.errors


def test_a_restricted_case_never_leaves_for_a_queue_without_its_clearance(rules: Rules) -> None:
    from watchfloor.policy import queries as policies

    restricted = next(policy for policy in policies.all_policies() if policy.clearance)
    with writing(system("test")) as w:
        save_queue(w, key="campaigns", name="Campaigns")
    rules.add("Bad", f"SendToReview(policy='{restricted.key}', queue='campaigns')")
    _, screening = rules.show("bad")
    job = Job.objects.get(case_id=screening.cases[0])
    assert job.queue_key != "campaigns"
    assert any("need a clearance" in error for error in screening.errors)


def test_a_rule_asks_for_the_signals_an_item_has(rules: Rules) -> None:
    rules.write(
        "First = Rule(when_all=[Text == 'bad'], description='')\n"
        "WhenRules(rules_any=[First], then=[SendToReview(policy='spam')])\n"
        "Again = Rule(when_all=[HasSignal(policy='spam', source='rule:First', within=TimeDelta(days=1))], description='')\n"
        "ByModel = Rule(when_all=[HasSignal(source='model:')], description='')\n"
    )
    for name in ("First", "Again", "ByModel"):
        rules.put(name, "on")
    item, first = rules.show("bad")
    assert first.fired == ("First",)
    assert rules.show("bad", item=item)[1].fired == ("Again", "First")
    with clock.at(clock.now() + timedelta(days=2)):
        assert rules.show("bad", item=item)[1].fired == ("First",)


def test_a_rule_asks_the_live_model(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    from watchfloor.engines.textmodels import OnlineClassifier

    model = OnlineClassifier()
    for _ in range(40):
        model.learn("cheap pills buy now", True)
        model.learn("see you at the match tonight", False)
    rules.add("Likely", condition="ModelScore(policy='spam', text=Text) > 0.8")
    _, before = rules.show("cheap pills buy now")
    assert before.fired == ()
    assert any("no model for 'spam' is at work" in error for error in before.errors)
    live = models_in_force.Loaded(policy="spam", version=1, model=model, signal_at=2.0)
    monkeypatch.setattr(models_in_force, "_current", lambda: {"spam": live})
    assert rules.show("cheap pills buy now")[1].fired == ("Likely",)
    assert rules.show("see you at the match tonight")[1].fired == ()
