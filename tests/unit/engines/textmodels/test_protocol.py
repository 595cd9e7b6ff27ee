"""Nothing is scored by a model that saw it, and whole groups are held back."""

import random

import pytest

from watchfloor.engines.textmodels.calibration import fit_platt, sigmoid
from watchfloor.engines.textmodels.protocol import Example, distinct, folds, held_out, running
from watchfloor.kernel.errors import BadInput


def examples(count: int = 60, groups: int = 1) -> list[Example]:
    return [
        Example(f"{'free' if number % 3 == 0 else 'lunch'} word{number}", number % 3 == 0, f"g{number % groups}")
        for number in range(count)
    ]


def test_folds_are_disjoint_and_balanced() -> None:
    parts = folds(examples())
    assert len(parts) == 5
    assert sorted(example for part in parts for example in part) == sorted(examples())
    assert {sum(example.label for example in part) for part in parts} == {4}


def test_groups_stay_whole() -> None:
    for groups, expected in ((3, 3), (40, 20)):
        parts = folds(examples(400, groups))
        assert len(parts) == expected
        homes = [{example.group for example in part} for part in parts]
        assert sum(map(len, homes)) == groups


def test_duplicates_are_dropped() -> None:
    assert distinct([Example("a", True), Example("b", False), Example("a", False)]) == [
        Example("a", True),
        Example("b", False),
    ]


def test_labels_that_cannot_be_known_are_not_known() -> None:
    # Every text is alone in its words and labels are thrown: a protocol that peeked would do better than chance.
    chance = random.Random(1)
    noise = [Example(f"w{number} x{number}", chance.random() < 0.5) for number in range(300)]
    for scored in (list(held_out(noise)), list(running(noise))):
        right = sum((score > 0.5) == label for score, label in scored) / len(scored)
        assert right < 0.6


def test_every_text_is_judged_once() -> None:
    assert len(list(held_out(examples()))) == 60
    steps = []
    assert len(list(running(examples(), step=lambda: steps.append(1)))) == len(steps) == 60


def test_a_group_without_which_one_class_is_left_is_refused() -> None:
    lonely = [Example("a", True, "x"), Example("b", False, "y")]
    with pytest.raises(BadInput):
        list(held_out(lonely))


def test_platt_finds_the_slope_that_was_there() -> None:
    chance = random.Random(2)
    margins = [chance.uniform(-6, 6) for _ in range(5000)]
    labels = [chance.random() < sigmoid(0.5 * margin - 1.0) for margin in margins]
    fitted = fit_platt(margins, labels)
    assert fitted is not None
    assert fitted.slope == pytest.approx(0.5, abs=0.06)
    assert fitted.shift == pytest.approx(-1.0, abs=0.12)


def test_platt_refuses_what_means_nothing() -> None:
    assert fit_platt([1.0, 2.0], [True, True]) is None
    backwards = [(-5.0, True), (5.0, False)] * 500
    assert fit_platt(*zip(*backwards, strict=True)) is None
