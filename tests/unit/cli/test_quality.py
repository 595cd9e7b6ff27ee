"""The commands of quality on plain files: figures by hand, bad rows named, a plan whose looks estimate the truth."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from watchfloor.cli.quality import quality

DATA = Path(os.environ.get("WATCHFLOOR_DATA", "../shared/data"))


def run(*words: str) -> Result:
    return CliRunner().invoke(quality, list(words))


def test_agreement_of_two_people(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    lines = ["item,who,said", "1,a,x", "1,b,x", "2,a,y", "2,b,y", "3,a,x", "3,b,y", "3,b,x", ",a,x", "4,a,y", "4,b,y"]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = run("agreement", str(file), "--unit", "item", "--rater", "who", "--value", "said", "--json")
    assert found.exit_code == 0, found.output
    answer = json.loads(found.stdout)
    values = {one["name"]: one["value"] for one in answer["agreement"]}
    assert values["Same answer"] == 0.75 and values["Cohen's kappa"] == pytest.approx(0.5)
    assert answer["bad_rows"] == 2 and "votes.csv:9" in found.stderr and "again (line 7 counts)" in found.stderr
    assert answer["people"] == [] and answer["votes"] is None


def test_the_plan_and_the_estimate_of_what_it_draws(tmp_path: Path) -> None:
    chance = random.Random(4)
    rows = []
    for number in range(4000):
        policy = chance.choice(["spam", "spam", "spam", "hate"])
        right = "violating" if chance.random() < 0.4 else "clean"
        wrong = chance.random() < (0.02 if policy == "spam" else 0.2)
        found = right if not wrong else "clean" if right == "violating" else "violating"
        looked = "" if number % 20 else str(int(found != right))
        rows.append(f"{number},{policy},p{number % 30},{found},{right},{looked}")
    whole = tmp_path / "decided.csv"
    whole.write_text("id,policy,who,found,right,wrong\n" + "\n".join(rows) + "\n", encoding="utf-8")
    plan = ["plan", str(whole), "--stratum", "policy", "--budget", "400", "--wrong", "wrong"]
    answer = json.loads(run(*plan, "--json").stdout)
    looks = {row["stratum"]: row["looks"] for row in answer["strata"]}
    assert sum(looks.values()) == 400 and looks["hate"] > looks["spam"] / 3 * 2 and answer["proportional_needs"] > 450
    drawn = run(*plan, "--person", "who", "--floor", "5", "--certain", "id=7", "--seed", "week").stdout
    assert drawn == run(*plan, "--person", "who", "--floor", "5", "--certain", "id=7", "--seed", "week").stdout
    by_id = {line.split(",")[0]: line for line in rows}
    head, *lines = drawn.splitlines()
    assert head == "policy,wrong,who,id,draw_stratum,draw_probability,draw_why" and any(
        ",certain" in line for line in lines
    )
    looked = tmp_path / "looks.csv"
    looked.write_text(
        "policy,who,found,right,chance,stratum\n"
        + "\n".join(
            ",".join([*by_id[cells[3]].split(",")[1:5], cells[5], cells[4]])
            for cells in (line.split(",") for line in lines)
        )
        + "\n,,clean,clean,none,\n",
        encoding="utf-8",
    )
    words = [
        "--found",
        "found",
        "--right",
        "right",
        "--by",
        "policy",
        "--probability",
        "chance",
        "--stratum",
        "stratum",
    ]
    told = run("estimate", str(looked), *words, "--person", "who", "--json")
    answer = json.loads(told.stdout)
    truth = sum(line.split(",")[3] == line.split(",")[4] for line in rows) / len(rows)
    assert answer["all"]["accuracy"]["low"] < truth < answer["all"]["accuracy"]["high"]
    assert answer["bad_rows"] == 1 and "which is none" in told.stderr
    assert [cell["cell"] for cell in answer["cells"]] == ["hate", "spam"] and answer["people"]["named"] == []
    assert "an order would be noise" in run("estimate", str(looked), *words, "--person", "who").stdout


def test_real_votes_have_the_agreement_that_the_docs_print() -> None:
    file = DATA / "davidson2017.csv"
    if not file.exists():
        pytest.skip(f"{file} is not there")
    from watchfloor.cli.quality_rows import counts_of
    from watchfloor.engines import agreement

    names = ["hate_speech", "offensive_language", "neither"]
    table = agreement.counted(counts_of(file, names, []), names)
    assert table.units == 24_783 and table.ratings == 80_383
    assert agreement.alpha(table).value == pytest.approx(0.543, abs=0.0005)
    found = agreement.voting(table, rounds=2)
    assert found.prevalence[0].value == pytest.approx(0.105, abs=0.001)
    assert found.error.value == pytest.approx(0.126, abs=0.001)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    assert "Give --unit" in run("agreement", str(file)).output
    assert "no column" in str(run("agreement", str(file), "--counts", "c").exception)
