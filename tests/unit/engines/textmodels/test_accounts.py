"""Columns of any file are read as what they are, and boosted trees find what only two of them together tell."""

import math
import random

import numpy as np
import pytest

from watchfloor.engines.textmodels.boosting import Boosted, Shape
from watchfloor.engines.textmodels.metrics import best_threshold
from watchfloor.engines.textmodels.profiles import read
from watchfloor.kernel.errors import BadInput


def test_each_column_is_read_as_what_it_is() -> None:
    columns = {
        "id_str": ["8", "9", "10", "11"],
        "verified": ["TRUE", "false", "", "False"],
        "followers": ["10", "2,000", "", "40"],
        "created": ["Sat Oct 17 22:35:31 +0000 2015", "13/03/2017 22:21", "2017-03-14T00:00:00Z", ""],
        "lang": ["en", "de", "en", "en"],
        "same": ["x", "x", "x", "x"],
    }
    profile = read(columns, [True, False, False, True])
    assert profile.read_as == {
        "verified": "yes or no",
        "followers": "number",
        "created": "date",
        "lang": "one of a few",
    }
    assert profile.left_out == {"id_str": "it names or numbers the rows", "same": "all rows are the same"}
    values = {feature.name: feature.values for feature in profile.features}
    assert values["verified"][:2] == [1.0, 0.0] and math.isnan(values["verified"][2])
    assert values["followers"][:2] == [10.0, 2000.0] and math.isnan(values["followers"][2])
    assert values["days since created"][2] == 0.0 and 513 < values["days since created"][0] < 514
    assert values["hour of created"][0] == 22.0
    assert values["lang is de"] == [0.0, 1.0, 0.0, 0.0]
    assert values["followers a day"][1] == pytest.approx(2000 / (values["days since created"][1] + 1))


def test_texts_become_shapes_and_counts_become_ratios() -> None:
    names = [f"Name{number:03}" for number in range(40)]
    columns = {
        "name": names,
        "posts": [str(number * 7) for number in range(40)],
        "friends": [str(number * 3) for number in range(40)],
    }
    values = {
        feature.name: feature.values for feature in read(columns, [number % 3 == 0 for number in range(40)]).features
    }
    assert values["digits at the end of name"][5] == 3.0 and values["length of name"][5] == 7.0
    assert values["posts to friends"][2] == pytest.approx(15 / 7)


def test_a_column_that_gives_the_label_away_is_left_out() -> None:
    labels = [number % 4 == 0 for number in range(40)]
    columns = {"truth": [str(int(label) + 5) for label in labels], "n": [str(number) for number in range(40)]}
    profile = read(columns, labels)
    assert profile.left_out == {"truth": "it alone tells the label, as a copy of it would"}


def exclusive_or(rows: int, seed: int):  # type: ignore[no-untyped-def]
    chance = random.Random(seed)
    table = np.array([[chance.random(), chance.random(), chance.random()] for _ in range(rows)])
    labels = (table[:, 0] > 0.5) ^ (table[:, 1] > 0.5)
    table[::7, 2] = np.nan
    return table, labels


def test_trees_find_what_two_columns_tell_together() -> None:
    table, labels = exclusive_or(800, 1)
    shape = Shape(trees=60, rate=0.2, columns=1.0)
    model = Boosted.fit(table, labels, shape=shape)
    fresh, truth = exclusive_or(400, 2)
    scores = model.score(fresh)
    assert ((scores > 0.5) == truth).mean() > 0.93
    assert model.weights()[2] < 0.15 and sum(model.weights()) == pytest.approx(1.0)
    assert (Boosted.fit(table, labels, shape=shape).score(fresh) == scores).all()


def test_a_missing_value_is_a_value() -> None:
    table = np.array([[np.nan if number % 2 else 1.0] for number in range(200)])
    labels = np.array([number % 2 == 1 for number in range(200)])
    scores = Boosted.fit(table, labels, shape=Shape(columns=1.0)).score(np.array([[np.nan], [1.0]]))
    assert scores[0] > 0.9 and scores[1] < 0.1


def test_one_class_is_refused() -> None:
    with pytest.raises(BadInput, match="same label"):
        Boosted.fit(np.zeros((3, 1)), np.array([True, True, True]))


def test_the_best_threshold() -> None:
    assert best_threshold([(0.9, True), (0.4, True), (0.3, False), (0.2, True), (0.1, False)]) == 0.2
    assert best_threshold([(0.9, True), (0.4, True), (0.3, False)]) == 0.4
    assert best_threshold([(0.9, False)]) == 0.5
