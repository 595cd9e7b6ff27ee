"""Our rules for statements of reasons beside the Commission's own rule class, which runs under PHP.

Needs a checkout of the transparency database (``WATCHFLOOR_DSA_CHECKOUT``) and Debian's php-illuminate-validation; skipped, and
says so, without them. ``WATCHFLOOR_DSA_PAYLOADS`` sets how many payloads are compared (400; the bar is 5,000).
"""

from __future__ import annotations

import os
import random

import pytest
from tests.support import dsa

from watchfloor.transparency.domain import commission, house

COUNT = int(os.environ.get("WATCHFLOOR_DSA_PAYLOADS", "400"))
pytestmark = pytest.mark.skipif(bool(dsa.why_no_oracle()), reason=dsa.why_no_oracle())


def test_agrees_with_the_commissions_rules_on_good_and_bad_payloads() -> None:
    chance = random.Random(20260624)
    payloads = [dsa.a_payload(chance) for _ in range(COUNT // 5)]
    payloads += [dsa.mutated(chance, dsa.a_payload(chance)) for _ in range(COUNT - len(payloads))]
    answers = dsa.ask_oracle(payloads)
    assert len(answers) == COUNT
    differing = [
        (payload, [each.field for each in ours], theirs)
        for payload, theirs in zip(payloads, answers, strict=True)
        if bool(ours := commission.problems(payload)) == theirs["ok"]
    ]
    assert not differing, differing[:3]
    refused = sum(not answer["ok"] for answer in answers)
    assert COUNT * 0.3 < refused < COUNT * 0.8  # neither side says the same to everything


def test_the_same_fields_are_named() -> None:
    chance = random.Random(7)
    payloads = [dsa.mutated(chance, dsa.a_payload(chance)) for _ in range(COUNT // 4)]
    for payload, theirs in zip(payloads, dsa.ask_oracle(payloads), strict=True):
        ours = {each.field for each in commission.problems(payload)}
        assert ours == set(theirs.get("fields", [])), payload


def test_every_statement_of_a_year_is_accepted() -> None:
    chance = random.Random(365)
    payloads = [dsa.a_payload(chance) for _ in range(COUNT)]
    for payload in payloads:
        assert house.all_problems(payload) == []
    assert all(answer["ok"] for answer in dsa.ask_oracle(payloads))
