"""``watchfloor staffing`` on plain files: what it answers, and its one sentence for each mistake."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from watchfloor.cli.staffing import staffing
from watchfloor.kernel.errors import BadInput, MissingExtra


def run(*words: object) -> Result:
    return CliRunner().invoke(staffing, list(map(str, words)), catch_exceptions=False)


def test_erlang_finds_the_fewest_agents_and_who_is_paid() -> None:
    words = ("erlang", "--rate", 200, "--aht", "3m", "--target", "80%", "--within", "20s", "--shrinkage", "30%")
    found = json.loads(run(*words, "--json").output)
    assert (found["agents"], found["paid"], found["model"]) == (14, 20, "Erlang C")
    assert "14 agents at work, 20 paid" in run(*words).output


def test_erlang_with_too_few_agents() -> None:
    with pytest.raises(BadInput, match="grows without end"):
        run("erlang", "--rate", 200, "--aht", "3m", "--agents", 9)
    assert (
        "leave unserved  21." in run("erlang", "--rate", 200, "--aht", "3m", "--agents", 9, "--patience", "1m").output
    )


def test_erlang_asks_for_one_question() -> None:
    assert run("erlang", "--rate", 200, "--aht", "3m").exit_code == 2
    assert run("erlang", "--rate", 200, "--aht", "3m", "--target", "80%").exit_code == 2


def write(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_backlog_needs_and_results(tmp_path: Path) -> None:
    problem = {"classes": [{"name": "hate.en", "arrivals": [100, 300], "aht": "2m", "due": "4h"}], "interval": "1h"}
    file = write(tmp_path / "p.json", problem)
    need = json.loads(run("backlog", file, "--json").output)
    assert need["peak"] == max(need["agents"]) and need["result"]["meets"]
    few = write(tmp_path / "few.json", {**problem, "agents": [5]})
    assert "left over each turn" in run("backlog", few).output
    assert "hate.en" in run("backlog", few, "--need", "flat").output


def test_mistakes_in_a_file_are_one_sentence_with_a_place(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        run("backlog", write(tmp_path / "p.json", {"classes": [{"name": "a", "arrivals": ["x"], "aht": 1, "due": 9}]}))
    assert refused.value.where.endswith("p.json: classes[0].arrivals[0]")
    with pytest.raises(BadInput) as refused:
        run("backlog", write(tmp_path / "q.json", {"classes": [], "agnets": []}))
    assert "agnets" in refused.value.message
    (tmp_path / "r.json").write_text("{")
    with pytest.raises(BadInput, match="no JSON"):
        run("backlog", tmp_path / "r.json")


def test_simulate_tells_and_compares(tmp_path: Path) -> None:
    floor = {
        "start": "2026-11-23T00:00Z",
        "days": 1,
        "queues": [{"name": "hate.en", "arrivals": [110], "aht": "1m", "due": "10m"}],
        "teams": [{"name": "day", "agents": 2, "cost": 20}],
    }
    file = write(tmp_path / "floor.json", floor)
    more = write(tmp_path / "more.json", {"changes": [{"change": "volume", "times": 1.1}]})
    words = ("simulate", file, "--replications", 3, "--against", more)
    plain = json.loads(run(*words, "--plain", "--json").output)
    assert plain["difference"]["all"]["wait"]["value"] > 0 and plain["scenario"]["cost"]["value"] == 2 * 24 * 20
    assert plain == json.loads(run(*words, "--json").output)  # compiled, with the same figures
    said = run(*words, "--prices").output
    assert "The other minus this one:" in said and "Late items spared" in said

    floor["teams"] = [{"name": "day", "agents": 2, "vendor": "B"}, {"name": "own", "agents": 1}]
    fewer = {"changes": [{"change": "outage", "outage": {"from": "12h", "for": "12h", "vendor": "B"}}]}
    rates = write(tmp_path / "rates.json", {"B": {"hourly": 14.5, "currency": "EUR"}})
    words = (
        "simulate",
        write(file, floor),
        "--replications",
        2,
        "--plain",
        "--against",
        write(more, fewer),
        "--rates",
        rates,
    )
    told = json.loads(run(*words, "--json").output)["money"]
    assert told["scenario"]["money"]["EUR"]["value"] == 48 * 14.5 and told["scenario"]["unpriced"]["value"] == 24
    assert told["difference"]["money"]["EUR"]["value"] == -24 * 14.5 and told["difference"]["unpriced"]["value"] == 0
    assert "hours without a rate" in run(*words).output
    write(rates, {"B": {"hourly": -1, "currency": "EUR"}})
    with pytest.raises(BadInput, match="The rate of 'B' is none"):
        run(*words)


def test_the_missing_part_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(
        tmp_path / "f.json",
        {
            "start": "2026-11-23",
            "queues": [{"name": "q", "arrivals": [1], "aht": 60, "due": 99}],
            "teams": [{"name": "t", "agents": 1}],
        },
    )
    monkeypatch.setitem(sys.modules, "numba", None)
    for part in ("kernel", "chance"):
        monkeypatch.delitem(sys.modules, f"watchfloor.engines.staffing.simulation.{part}", raising=False)
        monkeypatch.delattr(f"watchfloor.engines.staffing.simulation.{part}", raising=False)
    with pytest.raises(MissingExtra) as missing:
        run("simulate", file)
    assert missing.value.hint == 'pip install "watchfloor[compute]"'
    assert run("simulate", file, "--plain", "--replications", 1).exit_code == 0


def test_roster_is_made_checked_and_planned_again(tmp_path: Path) -> None:
    week = {
        "start": "2026-11-23",
        "demands": [{"name": "hate.en", "need": [0] * 6 + [1] * 16 + [0] * 2}],
        "contracts": [{"name": "full", "starts": ["06:00", "14:00"]}],
        "people": [{"name": f"p{number}", "contract": "full"} for number in range(3)],
    }
    file, made = write(tmp_path / "week.json", week), tmp_path / "roster.json"
    assert "no roster leaves fewer" in run("roster", file, "--out", made).output
    assert run("roster", file, "--check", made).output == "Every rule is kept.\n"
    day = write(tmp_path / "day.json", {"day": "2026-11-25", "absent": ["p0", "p1"]})
    again = json.loads(run("roster", file, "--replan", made, "--day", day, "--json").output)
    assert {"p0", "p1"} >= {each["name"] for each in again["changes"] if each["absent"]}
    wrong = json.loads(made.read_text())
    wrong["people"][0]["duties"] = wrong["people"][0]["duties"][1:]
    found = run("roster", file, "--check", write(tmp_path / "wrong.json", wrong))
    assert found.exit_code == 1 and "p0 works 4 shifts instead of 5." in found.output
    assert run("roster", file, "--replan", made).exit_code == 2


def test_a_history_becomes_a_forecast_and_a_scenario_that_simulates(tmp_path: Path) -> None:
    rows = ["what,at,until,queue,seconds,team,groups"]
    for hour in range(96):
        at = f"2026-11-{2 + hour // 24:02}T{hour % 24:02}:30Z"
        rows += [f"arrival,{at},,live,,,"] * 4
        rows.append(f"handled,{at},,live,{60 + hour % 9},,new;Dublin")
        rows.append(f"work,{at},{at[:14]}59Z,,,Dublin,")
    rows += ["lunch,2026-11-02T12:00Z,,,,,", "handled,2026-11-02T12:00Z,,live,-3,,"]
    file = tmp_path / "history.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    week = tmp_path / "week.json"
    told = run("calibrate", file, "--due-of", "live=5m", "--out", week, "--json")
    found = json.loads(told.stdout)
    assert found["left_out"] == 2
    assert "history.csv line 578 'lunch' is none of arrival" in told.stderr
    assert found["volumes"]["live"]["hours"][0]["value"] == pytest.approx(4)
    assert {each["group"] for each in found["paces"]} == {"new", "Dublin"}
    assert json.loads(week.read_text())["queues"][0]["due"] == 300
    assert "live" in run("simulate", week, "--plain", "--replications", 1).output
    empty = tmp_path / "empty.csv"
    empty.write_text("\n".join([rows[0], rows[5]]), encoding="utf-8")
    with pytest.raises(BadInput, match="nothing that came in"):
        run("calibrate", empty)
