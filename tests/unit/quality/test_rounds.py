"""What a calibration session shows, against figures by hand and a floor whose people lean in a known way."""

from __future__ import annotations

from random import Random

import pytest

from watchfloor.quality.domain.looks import Finding
from watchfloor.quality.domain.rounds import Given, results

SPAM, SCAM, CLEAN = Finding("violating", "spam"), Finding("violating", "scam"), Finding("clean")


def test_figures_by_hand() -> None:
    right = {"1": SPAM, "2": CLEAN}
    given = [
        Given("1", "a", "north", SPAM), Given("1", "b", "north", SPAM), Given("1", "c", "south", CLEAN), Given("1", "d", "south", SCAM),
        Given("2", "a", "north", SPAM), Given("2", "b", "north", CLEAN), Given("2", "c", "south", CLEAN), Given("2", "d", "south", CLEAN),
        Given("3", "a", "north", SPAM),
    ]  # fmt: skip
    found = results(given, right)
    north, south = found.sites
    assert (north.people, north.answers, south.people, south.answers) == (2, 5, 2, 4)
    assert (
        north.right is not None
        and north.right.value == 3 / 4
        and south.right is not None
        and south.right.value == 1 / 2
    )
    assert (
        north.lean is not None and north.lean.value == 1 / 4 and south.lean is not None and south.lean.value == -1 / 4
    )
    assert [item.item for item in found.items] == ["1", "2", "3"] and found.items[2].right is None
    assert found.items[0].answers == (("spam", 2), ("clean", 1), ("scam", 1)) and found.items[
        0
    ].divided == pytest.approx(0.75)
    assert found.alike.value == pytest.approx((1 / 6 + 3 / 6) / 2)


def test_who_leans_is_told_from_who_is_unlucky() -> None:
    """Twelve sites of equal people and one that is stricter: only that one's interval leaves nought, nearly always."""
    chance, strict, others = Random(7), 0, 0
    for _turn in range(40):
        right = {str(item): (SPAM if item % 2 else CLEAN) for item in range(30)}
        given = []
        for site in range(13):
            for person in range(6):
                for item, truth in right.items():
                    odds = 0.4 if site == 0 and truth is CLEAN else 0.1
                    said = (SPAM if truth is CLEAN else CLEAN) if chance.random() < odds else truth
                    given.append(Given(item, f"{site}/{person}", f"s{site:02d}", said))
        for site in results(given, right).sites:
            assert site.lean is not None
            if site.site == "s00":
                strict += site.lean.low > 0
            else:
                others += not site.lean.low <= 0 <= site.lean.high
    assert strict >= 38 and others <= 0.09 * 40 * 12


def test_everybody_alike_has_no_coefficient() -> None:
    found = results([Given("1", who, "x", CLEAN) for who in "abc"], {"1": CLEAN})
    assert found.alpha.value is None and found.alike.value == 1 and found.items[0].divided == 0
