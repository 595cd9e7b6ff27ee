"""The life of a launch against an oracle written another way: what has happened, instead of a table of states."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from watchfloor.kernel.errors import Conflict
from watchfloor.programme.launches.domain import states

VERBS = ("submit", "withdraw", "again", "go", "no_go", "start", "stop", "close", "drop")


class Life(RuleBasedStateMachine):
    """Facts: was it submitted, what was decided, does anything run, is it over and how."""

    def __init__(self) -> None:
        super().__init__()
        self.state = states.PLANNED
        self.submitted = self.running = False
        self.decided: bool | None = None
        self.end = ""

    def allowed(self, verb: str) -> bool:
        open_ = not self.end
        before = open_ and not self.running
        return {
            "submit": before and not self.submitted,
            "withdraw": before and self.submitted and self.decided is not False,
            "again": (before and self.decided is False) or self.end in ("rolled back", "dropped"),
            "go": before and self.submitted and self.decided is None,
            "no_go": before and self.submitted and self.decided is None,
            "start": open_ and (self.running or self.decided is True),
            "stop": open_ and self.running,
            "close": open_ and self.running,
            "drop": before and self.decided is not True,
        }[verb]

    @rule(verb=st.sampled_from(VERBS))
    def step(self, verb: str) -> None:
        allowed, may = self.allowed(verb), states.may(self.state, verb)
        assert allowed == may
        try:
            self.state = states.after(self.state, verb)
        except Conflict:
            assert not allowed
            return
        assert allowed
        match verb:
            case "submit":
                self.submitted = True
            case "withdraw":
                self.submitted, self.decided = False, None
            case "again" if self.end:
                self.end, self.submitted, self.running, self.decided = "", False, False, None
            case "again":
                self.decided = None
            case "go" | "no_go":
                self.decided = verb == "go"
            case "start":
                self.running = True
            case "stop":
                self.end, self.running = "rolled back", False
            case "close":
                self.end, self.running = "done", False
            case "drop":
                self.end = "dropped"

    @invariant()
    def nothing_runs_without_a_go(self) -> None:
        assert (self.state == states.HYPERCARE) == self.running
        if self.running:
            assert self.decided is True

    @invariant()
    def what_is_decided_is_not_edited(self) -> None:
        editable = not self.end and not self.running and self.decided is not True
        assert (self.state in states.EDITABLE) == editable


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLife = Life.TestCase
