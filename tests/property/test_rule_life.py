"""The life of a rule, walked at random through the real actions, against a small oracle that knows only the rules of the house."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from watchfloor.detection.domain import ACTING, STEPS
from watchfloor.kernel.errors import WatchfloorError

ANN, BEN = "user:00000000-0000-0000-0000-00000000000a", "user:00000000-0000-0000-0000-00000000000b"
TEXTS = ("bad", "worse", "worst")
pytestmark = pytest.mark.django_db


def machine(rules: Any) -> type[RuleBasedStateMachine]:
    """A machine over this floor; each run is one transaction that is rolled back."""
    from tests.support.rules import HEAD, text_of_rule

    from watchfloor.detection import actions, ruleset
    from watchfloor.detection.models import Rule
    from watchfloor.ledger.writer import writing

    def write(who: str, text: str) -> None:
        with writing(who) as w:
            actions.save_rule_file(w, "main.sml", HEAD + text_of_rule("Bad", f"Text == '{text}'"))

    class Life(RuleBasedStateMachine):
        """The oracle: which text is in force, which is the newest, what is known of each, and the state."""

        @initialize()
        def begin(self) -> None:
            self.atomic = transaction.atomic()
            self.atomic.__enter__()
            self.state, self.force, self.newest, self.author = "draft", "bad", "bad", ANN
            self.backtested: set[str] = set()
            self.agreed: set[tuple[str, str]] = set()
            write(ANN, "bad")
            rules.item("bad")
            for text, fires in (("bad", True), ("good", False)):
                with writing(ANN) as w:  # only the text "bad" passes its tests
                    event = {"item": {"type": "message", "id": "1", "data": {"text": text}}}
                    actions.add_example(w, "Bad", event, fires=fires)

        def may_act(self, text: str, who: str) -> bool:
            others = {agreed for agreed, of in self.agreed if of == text} - {who, self.author}
            return text == "bad" and text in self.backtested and bool(others)

        @rule(after=st.sampled_from(sorted(STEPS)), who=st.sampled_from([ANN, BEN]))
        def step(self, after: str, who: str) -> None:
            known = after in STEPS[self.state]
            free = after not in ACTING and after != "backtested"
            fine = known and (free or (after == "backtested" and self.force in self.backtested))
            fine = fine or (known and after in ACTING and self.may_act(self.force, who))
            if self.took(who, lambda w: actions.set_rule_state(w, "Bad", after, why="x", percent=50)):
                assert fine
                self.state = after
                if after in ("draft", "retired"):
                    self.force = self.newest
            else:
                assert not fine

        @rule(text=st.sampled_from(TEXTS), who=st.sampled_from([ANN, BEN]))
        def change(self, text: str, who: str) -> None:
            if text == self.newest:
                return
            write(who, text)
            taken_back = text == self.force and self.force != self.newest
            waits = self.state in ACTING or self.force != self.newest
            self.newest, self.author = text, who
            if not waits or taken_back:
                self.force = text

        @rule()
        def backtest(self) -> None:
            actions.run_backtest(ANN, "Bad", 7)
            self.backtested.add(self.newest)
            if self.state == "draft":
                self.state = "backtested"

        @rule(who=st.sampled_from([ANN, BEN]))
        def agree(self, who: str) -> None:
            fine = who != self.author and self.newest in self.backtested
            assert self.took(who, lambda w: actions.approve(w, "Bad", why="x")) == fine
            if fine:
                self.agreed.add((who, self.newest))

        @rule(who=st.sampled_from([ANN, BEN]))
        def put_on(self, who: str) -> None:
            waits = self.force != self.newest
            fine = waits and (self.state not in ACTING or self.may_act(self.newest, who))
            assert self.took(who, lambda w: actions.put_on_text(w, "Bad", why="x")) == fine
            if fine:
                self.force = self.newest

        @invariant()
        def the_floor_agrees(self) -> None:
            if not hasattr(self, "state"):
                return
            row = Rule.objects.get(name="Bad")
            assert (row.state, row.pin is not None) == (self.state, self.force != self.newest)
            ruleset.forget()
            for text in TEXTS:
                fired = rules.show(text, id=f"shown-{text}")[1].fired
                if self.state == "on":
                    assert (fired == ("Bad",)) == (text == self.force)
                elif self.state != "partial":
                    assert fired == ()

        def took(self, who: str, what: Any) -> bool:
            try:
                with writing(who) as w:
                    what(w)
            except WatchfloorError:
                return False
            return True

        def teardown(self) -> None:
            if hasattr(self, "atomic"):
                transaction.set_rollback(True)
                self.atomic.__exit__(None, None, None)

    return Life


def test_the_life_of_a_rule_against_an_oracle(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support.rules import Rules, fresh

    monkeypatch.setenv("WATCHFLOOR_APPROVE_HITS_PER_DAY", "0")
    fresh(monkeypatch)
    found = settings(
        max_examples=6, stateful_step_count=14, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine(Rules()), settings=found)
