"""From a rule to a decision: signals, cases, jobs, automatic decisions, labels; what fails costs only its rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from watchfloor.detection import defaults, hits
from watchfloor.detection.models import Rule, RuleHits, RuleSample
from watchfloor.enforcement.models import Action
from watchfloor.identity.domain import system
from watchfloor.items.models import Item, Label
from watchfloor.kernel import clock
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.review import actions as review
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.models import Case, Decision, Job, Signal

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks
    from tests.support.rules import Rules


def test_a_rule_that_asks_for_review_opens_a_case_with_a_job(rules: Rules) -> None:
    rules.add("Bad")
    _, found = rules.show("bad")
    case = Case.objects.get()
    assert found.fired == ("Bad",) and found.cases == (case.pk,) and found.decisions == ()
    assert (case.policy_key, case.state, case.signal_count) == ("spam", "open", 1)
    signal = Signal.objects.get()
    assert (signal.source, signal.reason) == ("rule:Bad", "Bad fired")
    assert Job.objects.get().state == "ready"


def test_nothing_happens_where_no_rule_fires(rules: Rules) -> None:
    rules.add("Bad")
    _, found = rules.show("good")
    assert found.fired == found.shadow == found.cases == ()
    assert not Case.objects.exists()


@pytest.mark.parametrize("state", ["draft", "backtested", "shadow", "paused"])
def test_only_rules_that_are_on_act(rules: Rules, state: str) -> None:
    rules.add("Bad", "SendToReview(policy='spam')", "DeclareVerdict(verdict='reject')", state=state)
    _, found = rules.show("bad")
    assert found.fired == found.verdicts == ()
    assert found.shadow == (("Bad",) if state == "shadow" else ())
    assert not Case.objects.exists()


def test_a_partial_rule_picks_the_same_items_again(rules: Rules) -> None:
    rules.add("Bad", state="partial")
    seen = [rules.show("bad", id=f"p{number}")[0] for number in range(40)]
    picked = set(Case.objects.values_list("item", flat=True))
    assert 0 < len(picked) < 40
    for item in seen:
        _, found = rules.show("bad", item=item)
        assert (found.fired, found.shadow) == ((("Bad",), ()) if item.pk in picked else ((), ("Bad",)))


def test_an_automatic_decision_solves_the_case_and_makes_no_job(rules: Rules) -> None:
    from tests.support.rules import REMOVE

    rules.add("Bad", REMOVE)
    item, found = rules.show("bad")
    decision = Decision.objects.get()
    assert found.decisions == (decision.pk,)
    assert (decision.origin, decision.decider, decision.verdict) == ("rule", "rule:Bad", "violating")
    assert decision.rationale == "Bad fired"
    case = Case.objects.get()
    assert (case.state, case.closed_how) == ("closed", "auto")
    assert not Job.objects.exists()
    assert not Event.objects.filter(type__startswith="job.").exists()
    action = Action.objects.get(decision_id=decision.pk, kind_key="remove")
    assert action.item_id == item.pk and action.origin == "rule"
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_two_actions_of_one_policy_are_one_decision(rules: Rules) -> None:
    from tests.support.rules import REMOVE, text_of_rule

    rules.write(
        text_of_rule("Bad", "Text == 'bad'", REMOVE),
        text_of_rule("AlsoBad", "Text == 'bad'", "TakeAction(action='warn', policy='spam')", REMOVE),
    )
    rules.put("Bad", "on")
    rules.put("AlsoBad", "on")
    _, found = rules.show("bad")
    assert len(found.decisions) == 1 and found.errors == ()
    assert set(Action.objects.values_list("kind_key", flat=True)) >= {"remove", "warn"}


def test_a_reported_item_that_a_rule_decides_leaves_no_job(rules: Rules) -> None:
    from tests.support.rules import REMOVE

    rules.add("Bad", REMOVE)
    item, version = rules.item("bad")
    rules.report(item, version)
    rules.show("bad", item=item)
    assert [job.state for job in Job.objects.all()] == ["cancelled"]
    assert Case.objects.get().closed_how == "auto"


def test_a_rule_does_not_overrule_the_person_who_found_it_clean(rules: Rules) -> None:
    from tests.support.floor import CLEAN, someone
    from tests.support.rules import REMOVE, text_of_rule

    from watchfloor.detection.actions import set_rule_state

    rules.add("Bad", REMOVE, state="shadow")
    item, version = rules.item("bad")
    rules.report(item, version)
    rules.decide(someone(), CLEAN)
    with writing(system("test")) as w:
        set_rule_state(w, "Bad", "on", why="test")
    _, found = rules.show("bad", item=item)
    assert found.fired == ("Bad",) and found.decisions == () and found.errors == ()
    assert Decision.objects.count() == 1
    rules.item("bad, and more", id=item.external_id)  # another version may be judged anew
    rules.write(text_of_rule("Bad", "Text == 'bad, and more'", REMOVE))
    rules.put_on_text("Bad")
    item.refresh_from_db()
    _, found = rules.show("bad, and more", item=item)
    assert len(found.decisions) == 1


def test_a_case_in_the_hands_of_a_lead_is_left_to_them(rules: Rules) -> None:
    from tests.support.floor import LEAD, someone
    from tests.support.rules import REMOVE

    rules.add("Bad", REMOVE)
    item, version = rules.item("bad")
    rules.report(item, version)
    lead = someone(LEAD)
    lease = rules.claim(lead)
    review.escalate(lead, lease.job_id, lease.token, "unclear")
    _, found = rules.show("bad", item=item)
    assert found.decisions == () and found.errors == ()
    assert Signal.objects.filter(source="rule:Bad").count() == 1
    assert Case.objects.get().state == "escalated"


@pytest.mark.parametrize(
    ("effect", "word"),
    [
        ("SendToReview(policy='nonsense')", "nonsense"),
        ("SignalAdd(policy='nonsense', score=0.5)", "nonsense"),
        ("TakeAction(action='vaporise', policy='spam')", "vaporise"),
        ("TakeAction(action='remove', policy='spam', entity=Stranger)", "account/"),
        ("BanUser(entity='x', comment='y')", "ban"),
        ("LabelAdd(entity=Stranger, label='x')", "account/nobody"),
    ],
)
def test_what_a_rule_cannot_have_costs_only_that_rule(rules: Rules, effect: str, word: str) -> None:
    from tests.support.rules import text_of_rule

    rules.write(
        "Stranger: Entity[str] = Entity(type='account', id='nobody')\n",
        text_of_rule("Wrong", "Text == 'bad'", effect),
        text_of_rule("Right", "Text == 'bad'"),
    )
    rules.put("Wrong", "on")
    rules.put("Right", "on")
    _, found = rules.show("bad")
    assert any(word in error for error in found.errors), found.errors
    assert [signal.source for signal in Signal.objects.all()] == ["rule:Right"]
    assert Job.objects.count() == 1


def test_a_decision_that_cannot_be_made_leaves_the_case_to_a_person(
    rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.rules import REMOVE

    from watchfloor.kernel.errors import Conflict

    rules.add("Bad", REMOVE)

    def refuse(w: object, case: Case, finding: DecisionIn, *, rule: str) -> Decision:
        w.create(Label, item=case.item, value="half", source="x", added_at=clock.now())  # type: ignore[attr-defined]
        raise Conflict("not_now", "Not now.")

    monkeypatch.setattr(review, "decide_by_rule", refuse)
    _, found = rules.show("bad")
    assert found.errors == ("Not now.",) and found.decisions == ()
    assert not Label.objects.exists()
    assert Case.objects.get().state == "open" and Job.objects.get().state == "ready"
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_an_error_in_one_rule_costs_only_that_rule(rules: Rules) -> None:
    from tests.support.rules import text_of_rule

    rules.write(
        "Missing: str = JsonData(path='$.item.data.absent')\n",
        text_of_rule("Fails", "Missing == 'x'"), text_of_rule("Works"),
    )  # fmt: skip
    for name in ("Fails", "Works"):
        rules.put(name, "on")
    _, found = rules.show("bad")
    assert found.fired == ("Works",)
    assert any("absent" in error for error in found.errors)


def test_labels_are_put_on_read_and_taken_off(rules: Rules) -> None:
    from tests.support.rules import text_of_rule

    rules.write(
        text_of_rule("Marks", "Text == 'mark'", "LabelAdd(entity=Sender, label='watch')"),
        text_of_rule("Sees", "HasLabel(entity=Sender, label='watch')"),
        text_of_rule("Clears", "Text == 'clear'", "LabelRemove(entity=Sender, label='watch')"),
        text_of_rule(
            "Brief", "Text == 'brief'", "LabelAdd(entity=Message, label='hot', expires_after=TimeDelta(hours=2))"
        ),
    )
    for name in ("Marks", "Sees", "Clears", "Brief"):
        rules.put(name, "on")
    assert rules.show("mark")[1].fired == ("Marks",)
    label = Label.objects.get()
    assert (label.value, label.source, label.item.external_id) == ("watch", "rule:Marks", "mallory")
    assert "Sees" in rules.show("hello")[1].fired
    rules.show("mark")
    assert Label.objects.count() == 1 and Event.objects.filter(type="label.added").count() == 1
    rules.show("clear")
    assert Label.objects.get().removed_at is not None
    assert rules.show("hello")[1].fired == ()
    item, _ = rules.show("brief")
    hot = Label.objects.get(value="hot")
    assert hot.item == item and hot.expires_at is not None


def test_the_shipped_rules_are_on_and_only_ask_for_review(rules: Rules) -> None:
    with writing(system("test")) as w:
        defaults.install(w)
        defaults.install(w)
    assert set(Rule.objects.values_list("state", flat=True)) == {"on"}
    assert not Rule.objects.filter(policy_key="").exists()
    for row in Rule.objects.all():
        policies.policy(row.policy_key)
    _, found = rules.show("Buy viagra at https://pills.example, click here to be removed")
    assert set(found.fired) == {"MedicineOffer", "BulkFooter"} and found.decisions == ()
    _, found = rules.show("I will kill you")
    assert found.fired == ("ThreatWords",)


def test_firings_are_counted_per_hour_with_samples(
    rules: Rules, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    from tests.support.rules import text_of_rule

    rules.write(
        "Absent: str = JsonData(path='$.item.data.absent')\n", text_of_rule("Acts"),
        text_of_rule("Watches", "StringLength(s=Text) > 0"), text_of_rule("Fails", "RegexMatch(pattern='x', target=Absent)"),
        text_of_rule("Asleep", "Text == 'bad'"),
    )  # fmt: skip
    rules.put("Acts", "on")
    rules.put("Watches", "shadow")
    rules.put("Fails", "on")
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(8):
            rules.show("bad")
        rules.show("good")
    hits.flush()
    counted = {row.rule: (row.acted, row.shadow, row.errors) for row in RuleHits.objects.all()}
    assert counted == {"Acts": (8, 0, 0), "Watches": (0, 9, 0), "Fails": (0, 0, 9)}
    with django_capture_on_commit_callbacks(execute=True):
        rules.show("bad")
    hits.flush()
    assert RuleHits.objects.get(rule="Acts").acted == 9
    assert 0 < RuleSample.objects.filter(rule="Acts", acted=True).count() <= 9
    assert RuleSample.objects.filter(rule="Watches").exclude(acted=True).exists()
    assert not RuleSample.objects.filter(rule="Fails").exists()
    assert hits.flush() == 0


def test_what_is_rolled_back_is_not_counted(
    rules: Rules, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    from watchfloor.detection.actions import screen

    rules.add("Bad")
    item, version = rules.item("bad")

    def interrupted() -> None:
        with writing(system("test")) as w:
            screen(w, item, version, {"text": "bad"})
            raise RuntimeError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        interrupted()
    assert hits.flush() == 0


def test_only_the_newest_samples_are_kept(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hits, "SAMPLES_KEPT", 3)
    item, version = rules.item("bad")
    for _ in range(5):
        hits._add(item.pk, version, clock.now(), (("Bad",), (), ()))
        hits.flush()
    assert RuleSample.objects.count() == 3
    assert Item.objects.filter(pk=item.pk).exists()
    assert RuleHits.objects.get().acted == 5
