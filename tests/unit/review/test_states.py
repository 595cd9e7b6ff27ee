"""The transition tables are design section 4's, and say no in words."""

from __future__ import annotations

import pytest

from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.review.domain import findings, states
from watchfloor.review.domain.findings import Finding


@pytest.mark.parametrize(
    ("machine", "start", "verbs", "end"),
    [
        (states.CASE, "open", ["escalate", "close", "reopen", "close"], "closed"),
        (states.CASE, "open", ["escalate", "hand_back"], "open"),
        (states.JOB, "ready", ["claim", "expire", "claim", "skip", "claim", "release", "claim", "decide"], "decided"),
        (states.APPEAL, "filed", ["queue", "overturn", "remedy"], "remedied"),
        (states.APPEAL, "filed", ["queue", "modify", "remedy"], "remedied"),
        (states.ESCALATION, "raised", ["acknowledge", "resolve"], "resolved"),
    ],
)
def test_ways_that_exist(machine: states.Machine, start: str, verbs: list[str], end: str) -> None:
    for verb in verbs:
        start = machine.after(start, verb)
    assert start == end


@pytest.mark.parametrize(
    ("machine", "state", "verb"),
    [
        (states.CASE, "closed", "close"),
        (states.CASE, "closed", "escalate"),
        (states.JOB, "ready", "decide"),
        (states.JOB, "decided", "claim"),
        (states.JOB, "leased", "cancel"),
        (states.APPEAL, "ineligible", "queue"),
        (states.APPEAL, "upheld", "remedy"),
        (states.ESCALATION, "resolved", "acknowledge"),
    ],
)
def test_ways_that_do_not(machine: states.Machine, state: str, verb: str) -> None:
    with pytest.raises(Conflict) as error:
        machine.after(state, verb)
    assert error.value.code == "bad_transition"
    assert not machine.can(state, verb)


@pytest.mark.parametrize("machine", [states.CASE, states.JOB, states.APPEAL, states.ESCALATION])
def test_every_state_a_move_leads_to_is_in_the_table(machine: states.Machine) -> None:
    assert machine.states == set(machine.moves)


@pytest.mark.parametrize(("verdict", "violation"), [("maybe", ""), ("violating", ""), ("clean", "spam.bulk")])
def test_incomplete_findings(verdict: str, violation: str) -> None:
    with pytest.raises(BadInput):
        findings.check(verdict, violation)


def test_what_an_appeal_says_of_the_first_finding() -> None:
    spam, scam, clean = (
        Finding(verdict="violating", violation="a"),
        Finding(verdict="violating", violation="b"),
        Finding(verdict="clean"),
    )
    assert findings.appeal_outcome(spam, spam) == "upheld"
    assert findings.appeal_outcome(spam, scam) == "modified"
    assert findings.appeal_outcome(spam, clean) == "overturned"
    assert findings.appeal_outcome(clean, spam) == "overturned"


def test_doubt_goes_up() -> None:
    assert [findings.follow_up(kind, "unsure") for kind in ("review", "second", "appeal")] == [
        "second",
        "escalation",
        "appeal",
    ]
    with pytest.raises(BadInput):
        findings.follow_up("escalation", "unsure")
