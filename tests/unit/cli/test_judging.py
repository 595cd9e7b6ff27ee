"""``watchfloor accounts`` and ``watchfloor urls`` on plain files, and how labels of any words are read."""

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from watchfloor.cli.accounts import accounts
from watchfloor.cli.label_words import meaning
from watchfloor.cli.urls import urls
from watchfloor.kernel.errors import BadInput


@pytest.mark.parametrize(
    ("labels", "positive", "yes"),
    [
        (["spam", "ham"], None, {"spam"}), (["1", "0"], None, {"1"}), (["Bot", "Human"], None, {"bot"}), (["OFF", "NOT"], None, {"off"}),
        (["truthful", "deceptive"], None, {"deceptive"}), (["good", "weird"], None, {"weird"}), (["A", "B", "B"], None, {"a"}),
        (["0", "1", "2"], "0,1", {"0", "1"}), (["a, b", "c"], "a, b", {"a, b"}),
        (["1", "0"] * 30 + ["?"], None, {"1"}),
    ],
)  # fmt: skip
def test_which_label_means_yes(labels: list[str], positive: str | None, yes: set[str]) -> None:
    assert meaning(labels, positive).yes == yes


@pytest.mark.parametrize(
    ("labels", "positive"), [(["0", "1", "2"], None), (["x"], None), (["x", "y"], "z"), (["", ""], None)]
)
def test_what_cannot_be_told_is_said(labels: list[str], positive: str | None) -> None:
    with pytest.raises(BadInput):
        meaning(labels, positive)


def test_accounts_of_a_file(tmp_path: Path) -> None:
    chance = random.Random(0)
    lines = []
    for number in range(120):
        bot = chance.random() < 0.4
        posts = chance.randrange(500, 900) if bot else chance.randrange(0, 700)
        profile = {"posts": posts, "bio": None if bot and chance.random() < 0.7 else f"hello from {number}"}
        lines.append(json.dumps({"id": number, "profile": profile, "kind": "bot" if bot else "human"}))
    lines[3:3] = ["not json", json.dumps({"id": 1})]
    path = tmp_path / "accounts.jsonl"
    path.write_text("\n".join(lines))
    done = CliRunner().invoke(accounts, ["evaluate", str(path), "--label", "kind", "--json", "--resamples", "20"])
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert result["figures"]["f1"]["value"] > 0.75 and "f1_at_chosen" in result["figures"]
    assert result["columns"] == {"profile.posts": "number", "profile.bio": "text"}
    assert set(result["left_out"]) == {"id"} and (result["rows"], result["bad_rows"]) == (120, 2)
    refused = CliRunner().invoke(accounts, ["evaluate", str(path), "--label", "gone"])
    assert isinstance(refused.exception, BadInput)


def test_links_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    rows = [
        f"http://secure{n}.bad{n}.tk/login.php,phishing\nhttps://www.shop{n}.com/about,legitimate" for n in range(40)
    ]
    path.write_text("link,what\n" + "\n".join(rows) + "\nhttps://www.shop1.com/about,legitimate\n")
    done = CliRunner().invoke(
        urls, ["evaluate", str(path), "--url", "link", "--label", "what", "--json", "--resamples", "20"]
    )
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert (result["domains"], result["duplicates_dropped"], result["positives"]) == (80, 1, 40)
    assert result["figures"]["f1"]["value"] > 0.9 and "registrable domains" in result["protocol"]
    table = CliRunner().invoke(urls, ["evaluate", str(path), "--url", "link", "--label", "what", "--split", "random"])
    assert "folds at random" in table.output and "phishing is yes" in table.output
