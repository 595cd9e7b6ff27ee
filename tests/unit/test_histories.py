"""The judge of histories finds what is planted, and lets pass what may happen."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import pytest
from tests.support.histories import Call, Model, check, written
from tests.support.history_models import Effect, Lease, Value, lapses

TEN = 110.0  # a lease taken at 100 for ten seconds


def claim(who: str, called: float, token: int, until: float = TEN, key: str = "job") -> Call:
    return Call(key, who, "claim", called, called + 1, {}, {"token": token, "until": until})


def refused(who: str, called: float, why: str = "held") -> Call:
    return Call("job", who, "claim", called, called + 1, {}, {"why": why})


def verb(name: str, who: str, called: float, token: int, *, ok: bool = True, until: float | None = None) -> Call:
    got = {"ok": ok} | ({"until": until} if until else {})
    return Call("job", who, name, called, called + 1, {"token": token}, got)


def unanswered(name: str, who: str, called: float, **given: int) -> Call:
    return Call("job", who, name, called, None, given)


RIGHT: dict[str, tuple[Model, list[Call]]] = {
    "nothing": (Lease(), []),
    "one decides": (Lease(), [claim("ann", 100, 1), verb("decide", "ann", 104, 1), refused("bob", 106, "nothing_waits")]),
    "one waits": (Lease(), [claim("ann", 100, 1), refused("bob", 102), verb("release", "ann", 104, 1), claim("bob", 106, 2, 116)]),
    "the lease ran out": (Lease(), [claim("ann", 100, 1), claim("bob", 111, 2, 121), verb("decide", "ann", 113, 1, ok=False)]),
    "kept by a heartbeat": (Lease(), [claim("ann", 100, 1), verb("heartbeat", "ann", 108, 1, until=118), verb("decide", "ann", 114, 1)]),
    "asked again": (Lease(), [claim("ann", 100, 1), claim("ann", 102, 1), verb("decide", "ann", 104, 1)]),
    "a lost claim, found again": (Lease(), [unanswered("claim", "ann", 100), refused("bob", 102), claim("ann", 104, 1, 114)]),
    "a lost claim ran out": (Lease(), [unanswered("claim", "ann", 100), claim("bob", 120, 2, 130)]),
    "a lost decision happened": (Lease(), [
        claim("ann", 100, 1), unanswered("decide", "ann", 104, token=1), refused("bob", 106, "nothing_waits"),
    ]),
    "a lost decision did not": (Lease(), [claim("ann", 100, 1), unanswered("decide", "ann", 104, token=1), claim("bob", 112, 2, 122)]),
    "both at once": (Lease(), [claim("ann", 100, 1), verb("release", "ann", 101.5, 1), claim("bob", 101.2, 2, 112)]),
    "on and off": (Effect(), [Call("item", "p", "apply", 1, 2), Call("item", "p", "reverse", 3, 4), Call("item", "p", "apply", 5, 6)]),
    "one after another": (Value(), [
        Call("n", "ann", "change", 1, 2, {"old": 0, "new": 1}, {"ok": True}),
        Call("n", "bob", "change", 1, 3, {"old": 0, "new": 2}, {"ok": False}),
        Call("n", "bob", "change", 4, 5, {"old": 1, "new": 3}, {"ok": True}), Call("n", "ann", "read", 6, 7, {}, {"value": 3}),
    ]),
}  # fmt: skip
WRONG: dict[str, tuple[Model, list[Call]]] = {
    "two hold one": (Lease(), [claim("ann", 100, 1), claim("bob", 103, 2, 113)]),
    "the same token again": (Lease(), [claim("ann", 100, 1), verb("release", "ann", 104, 1), claim("bob", 106, 1, 116)]),
    "a stale decision is taken": (Lease(), [claim("ann", 100, 1), claim("bob", 111, 2, 121), verb("decide", "ann", 113, 1)]),
    "a decision after its time": (Lease(), [claim("ann", 100, 1), verb("decide", "ann", 115, 1)]),
    "a live one is called stale": (Lease(), [claim("ann", 100, 1), verb("decide", "ann", 104, 1, ok=False)]),
    "decided twice": (Lease(), [claim("ann", 100, 1), verb("decide", "ann", 102, 1), verb("decide", "ann", 104, 1)]),
    "handed out though decided": (Lease(), [claim("ann", 100, 1), verb("decide", "ann", 102, 1), claim("bob", 104, 2, 114)]),
    "held by nobody": (Lease(), [claim("ann", 100, 1), verb("release", "ann", 102, 1), refused("bob", 104)]),
    "taken while a heartbeat keeps it": (Lease(), [
        claim("ann", 100, 1), verb("heartbeat", "ann", 108, 1, until=118), claim("bob", 112, 2, 122),
    ]),
    "an action twice": (Effect(), [Call("item", "p", "apply", 1, 2), Call("item", "p", "apply", 3, 4)]),
    "taken back before it was done": (Effect(), [Call("item", "p", "reverse", 1, 2), Call("item", "p", "apply", 3, 4)]),
    "a lost update": (Value(), [
        Call("n", "ann", "change", 1, 3, {"old": 0, "new": 1}, {"ok": True}),
        Call("n", "bob", "change", 2, 4, {"old": 0, "new": 2}, {"ok": True}),
    ]),
    "an old value read": (Value(), [
        Call("n", "ann", "change", 1, 2, {"old": 0, "new": 1}, {"ok": True}), Call("n", "bob", "read", 3, 4, {}, {"value": 0}),
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_what_may_happen_passes(name: str) -> None:
    model, calls = RIGHT[name]
    assert check(lapses(calls, slack=0.5), model) == []


@pytest.mark.parametrize("name", WRONG)
def test_what_is_planted_is_found_and_said(name: str) -> None:
    model, calls = WRONG[name]
    [fault] = check(lapses(calls, slack=0.5), model)
    assert fault.wrong and str(fault).startswith(fault.key)


def test_each_key_is_judged_by_itself() -> None:
    calls = [claim("ann", 100, 1, key=f"job {n}") for n in range(50)] + [claim("bob", 103, 2, 113, key="job 7")]
    assert [fault.key for fault in check(calls, Lease())] == ["job 7"]


def test_as_trying_every_order_says() -> None:
    """Small random histories of a value: the search agrees with trying all permutations."""
    chance, wrong = random.Random(20261123), 0
    for _ in range(400):
        calls = []
        for n in range(chance.randint(1, 5)):
            called = chance.uniform(0, 10)
            answered = called + chance.uniform(0, 6)
            if chance.random() < 0.4:
                calls.append(Call("n", str(n), "read", called, answered, {}, {"value": chance.randint(0, 2)}))
                continue
            given = {"old": chance.randint(0, 2), "new": chance.randint(0, 2)}
            lost = chance.random() < 0.3
            got = {} if lost else {"ok": chance.random() < 0.7}
            calls.append(Call("n", str(n), "change", called, None if lost else answered, given, got))
        possible = _any_order(calls, Value())
        wrong += not possible
        assert (check(calls, Value()) == []) == possible, [str(call) for call in calls]
    assert 50 < wrong < 350, "both kinds were tried"


def _any_order(calls: list[Call], model: Value) -> bool:
    lost = [call for call in calls if not call.known]
    for count in range(len(lost) + 1):
        for happened in itertools.combinations(lost, count):
            for order in itertools.permutations([*(call for call in calls if call.known), *happened]):
                if any(b.end < a.called for a, b in itertools.combinations(order, 2)):
                    continue
                states = [model.start]
                for call in order:
                    states = [after for state in states for after in model.step(state, call)]
                if states:
                    return True
    return False


def test_calls_are_read_back_whoever_died(tmp_path: Path) -> None:
    call = {"what": "call", "n": 1, "at": 1.0, "key": "job", "who": "ann", "verb": "claim", "given": {}}
    lines = [call, {"what": "answer", "n": 1, "at": 2.0, "got": {"token": 1}}, call | {"n": 2, "at": 3.0}]
    (tmp_path / "ann.jsonl").write_text("\n".join(json.dumps(line) for line in lines) + '\n{"what": "ans')
    assert [(found.called, found.answered, found.got) for found in written(tmp_path)] == [
        (1.0, 2.0, {"token": 1}),
        (3.0, None, {}),
    ]
