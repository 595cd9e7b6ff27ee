"""``watchfloor insight prevalence`` on plain files: what it draws, what it says of what was labelled, errors in one sentence."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from watchfloor.cli.insight import insight
from watchfloor.engines.prevalence import Seen, estimate
from watchfloor.kernel.errors import BadInput

# A population of 400: a fifth of 100 German posts violates, one in a hundred of 300 American ones.
POSTS = [
    {"id": f"{market}{number}", "market": market, "views": 1 + number % 7, "bad": number < bad}
    for market, many, bad in (("DE", 100, 20), ("US", 300, 3))
    for number in range(many)
]


def run(*words: object) -> str:
    result = CliRunner().invoke(insight, ["prevalence", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    return path


def labelled(tmp_path: Path, *words: object) -> Path:
    """The drawn rows, labelled by the truth."""
    whole = write(tmp_path / "posts.csv", POSTS)
    drawn = list(csv.DictReader(io.StringIO(run(whole, "--seed", "s", *words))))
    return write(
        tmp_path / "sample.csv", [{**row, "label": "violating" if row["bad"] == "True" else "clean"} for row in drawn]
    )


def test_drawn_again_it_is_the_same_and_labelled_whole_it_is_the_truth(tmp_path: Path) -> None:
    words = ("--draw", 80, "--method", "stratified", "--stratum", "market")
    sample = labelled(tmp_path, *words)
    assert run(tmp_path / "posts.csv", "--seed", "s", *words) == run(tmp_path / "posts.csv", "--seed", "s", *words)
    said = ("--label", "label", "--stratum", "draw_stratum", "--size", "DE=100", "--size", "US=300", "--json")
    found = json.loads(run(sample, *said, "--by", "market"))
    assert found["low"] < 23 / 400 < found["high"] and found["drawn"] == found["labelled"] == 80
    assert [each["value"] for each in found["slices"]] == ["US", "DE"]
    assert found["slices"][1]["low"] < 0.2 < found["slices"][1]["high"]
    chances = json.loads(
        run(sample, "--label", "label", "--stratum", "draw_stratum", "--probability", "draw_probability", "--json")
    )
    assert chances["share"] == pytest.approx(found["share"])  # the sizes say the same as the chances ...
    assert chances["high"] - chances["low"] > found["high"] - found["low"]  # ... and that the whole is not endless
    everything = labelled(tmp_path, "--draw", 400)
    whole = json.loads(run(everything, "--label", "label", "--size", 400, "--json"))
    assert whole["share"] == 23 / 400 and whole["low"] == pytest.approx(whole["high"], abs=1e-6)


def test_it_says_what_the_engine_says(tmp_path: Path) -> None:
    sample = labelled(tmp_path, "--draw", 60, "--method", "views", "--weight", "views")
    rows = list(csv.DictReader(sample.open()))
    expected = estimate(
        Seen(probability=1.0, times=int(row["draw_times"]), hit=row["label"] == "violating") for row in rows
    )
    found = json.loads(run(sample, "--label", "label", "--views", "--times", "draw_times", "--json"))
    assert (found["share"], found["low"], found["high"]) == pytest.approx((expected.share, expected.low, expected.high))
    text = run(sample, "--label", "label", "--views", "--times", "draw_times", "--by", "market")
    assert text.startswith(f"{expected.share:.3%} [") and "market DE:" in text


def test_two_people_the_unsure_and_what_nobody_looked_at(tmp_path: Path) -> None:
    rows = [("violating", "violating"), ("clean", "clean"), ("clean", "violating"), ("unsure", ""), ("", "")]
    file = write(tmp_path / "two.csv", [{"a": one, "b": two} for one, two in rows])
    found = json.loads(run(file, "--label", "a", "--second", "b", "--json"))
    assert (found["drawn"], found["labelled"], found["hits"], found["unsure"]) == (5, 3, 1, 1)
    assert found["agreement"]["pairs"] == 3 and found["agreement"]["same"] == pytest.approx(2 / 3)
    assert found["low_if"] == 0.25 and found["high_if"] == 0.5


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--label", "nope"), "no column 'nope'"),
        (("--label", "id", "--probability", "market"), "is no number"),
        (("--label", "id", "--size", "many"), "is no size"),
        (("--label", "id", "--size", "3"), "400 rows were drawn of 3"),
        (("--label", "id", "--stratum", "market", "--size", "DE=100"), "size of 'US' is not given"),
    ],
)
def test_mistakes_are_said_in_a_sentence(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        run(write(tmp_path / "posts.csv", POSTS), *words)
