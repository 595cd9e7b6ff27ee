"""Forms: what the blueprint asks, equally hard, nothing worn out, nothing twice."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.engines.exams import Candidate, Cell, assemble, draw
from watchfloor.kernel.errors import BadInput, Conflict

CHANCE = random.Random(7)
BANK = [
    Candidate(id=f"{topic}{n}", topic=topic, difficulty=n % 3 + 1, p=CHANCE.uniform(0.3, 0.95))
    for topic in "ab"
    for n in range(30)
]
PLAN = [Cell(topic="a", count=4), Cell(topic="b", count=2, difficulty=3), Cell(topic="b", count=3)]


def test_forms_are_equally_hard_and_share_nothing() -> None:
    forms = assemble(BANK, PLAN, forms=3, seed="s")
    known = {each.id: each for each in BANK}
    assert sum(len(form) for form in forms) == len({name for form in forms for name in form}) == 27
    for form in forms:
        assert sum(name[0] == "a" for name in form) == 4
        assert sum(known[name].difficulty == 3 and name[0] == "b" for name in form) >= 2
    means = [sum(known[name].p for name in form) / 9 for form in forms]
    assert max(means) - min(means) < 0.01
    by_chance = [sum(CHANCE.choice(BANK).p for _ in range(9)) / 9 for _ in range(200)]
    assert max(means) - min(means) < (max(by_chance) - min(by_chance)) / 10
    assert assemble(list(reversed(BANK)), PLAN, forms=3, seed="s") == forms
    with pytest.raises(BadInput) as short:
        assemble(BANK, PLAN, forms=8)
    assert short.value.where == "blueprint[0]" or short.value.where == "blueprint[1]"


@given(st.data())
def test_a_retake_asks_what_was_not_seen_and_is_never_the_same_form(data: st.DataObject) -> None:
    bank = [
        Candidate(id=f"q{n}", topic=data.draw(st.sampled_from("ab")), difficulty=data.draw(st.integers(1, 3)),
                  uses=data.draw(st.integers(0, 5)))
        for n in range(data.draw(st.integers(2, 14)))
    ]  # fmt: skip
    plan = [Cell(topic=data.draw(st.sampled_from("ab")), count=data.draw(st.integers(1, 3)), difficulty=data.draw(st.integers(0, 3)))
            for _ in range(data.draw(st.integers(1, 2)))]  # fmt: skip
    earlier: list[tuple[str, ...]] = []
    for attempt in range(4):
        try:
            drawn = draw(bank, plan, seed=f"s{attempt}", earlier=earlier, most_uses=4)
        except (BadInput, Conflict):
            return
        known = {each.id: each for each in bank}
        assert len(set(drawn.items)) == len(drawn.items) == sum(cell.count for cell in plan)
        assert all(known[name].uses < 4 for name in drawn.items)
        assert frozenset(drawn.items) not in {frozenset(form) for form in earlier}
        met = {name for form in earlier for name in form}
        assert set(drawn.seen_before) == met & set(drawn.items)
        if len(plan) == 1:  # a question comes again only when everything unseen is asked already
            fitting = [
                e.id
                for e in bank
                if e.uses < 4 and e.topic == plan[0].topic and plan[0].difficulty in (0, e.difficulty)
            ]
            unseen = set(fitting) - met
            assert len(drawn.seen_before) <= max(0, plan[0].count - len(unseen)) + 1
        earlier.append(drawn.items)


def test_what_was_asked_least_comes_first_and_worn_questions_never() -> None:
    bank = [Candidate(id=f"q{n}", topic="a", uses=n) for n in range(6)]
    assert set(draw(bank, [Cell(topic="a", count=3)], seed="s").items) == {"q0", "q1", "q2"}
    with pytest.raises(BadInput) as worn:
        draw(bank, [Cell(topic="a", count=3)], seed="s", most_uses=2)
    assert "4 more were asked" in worn.value.hint
    small = bank[:3]
    with pytest.raises(Conflict):
        draw(small, [Cell(topic="a", count=3)], seed="s", earlier=[("q0", "q1", "q2")])
