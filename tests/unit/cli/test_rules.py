# ruff: noqa: E501 - tables of cases read better unbroken
"""``watchfloor rules`` on plain files, through click's own runner."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from watchfloor.cli.rules import rules
from watchfloor.engines import sml

MAIN = """
Import(rules=['models/base.sml'])
Pharmacy = Rule(when_all=[RegexMatch(target=Text, pattern='viagra', case_insensitive=True)], description=f'sold by {User}')
Trusted = Rule(when_all=[HasLabel(entity=User, label='trusted')], description='trusted')
WhenRules(rules_any=[Pharmacy], then=[LabelAdd(entity=User, label='spammer'), DeclareVerdict(verdict='reject')])
"""
BASE = """
User: Entity[str] = EntityJson(type='User', path='$.user.id')
Text: str = JsonData(path='$.text', required=False)
Size: int = JsonData(path='$.size', required=False)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "main.sml").write_text(MAIN)
    (tmp_path / "models" / "base.sml").write_text(BASE)
    return tmp_path


def call(*args: str | Path) -> Result:
    return CliRunner().invoke(rules, [str(arg) for arg in args])


def test_check_good_rules(folder: Path) -> None:
    result = call("check", folder)
    assert (result.exit_code, result.stdout) == (0, "2 rules, no problems.\n")


def test_check_shows_every_problem_and_fails(folder: Path) -> None:
    (folder / "models" / "base.sml").write_text(BASE + "A = Txt\nB = 1 + 'x'\n")
    result = call("check", folder)
    assert result.exit_code == 1
    assert "error: There is no `Txt` here.\n  --> models/base.sml:5:5" in result.stderr
    assert "2 problems." in result.stderr
    report = json.loads(call("check", folder, "--json").stdout)
    assert (report["ok"], [problem["code"] for problem in report["problems"]]) == (
        False,
        ["unknown_name", "wrong_type"],
    )


def test_a_single_file_is_a_rule_set(tmp_path: Path) -> None:
    file = tmp_path / "one.sml"
    file.write_text("R = Rule(when_all=[True], description='x')")
    assert call("check", file).stdout == "1 rule, no problems.\n"


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    result = call("check", tmp_path)
    assert result.exit_code == 1
    assert "There are no *.sml files" in result.stderr


def test_run_reports_bad_lines_and_goes_on(folder: Path) -> None:
    events = folder / "events.jsonl"
    good = {
        "action_id": 7,
        "action_name": "post",
        "timestamp": "2026-03-01T00:00:00Z",
        "data": {"user": {"id": "u"}, "text": "VIAGRA"},
    }
    lines = [
        json.dumps(good).encode(), b"", b"nonsense", b"[1]", b'{"action_name": "x", "data": 3}', b"\xff\xfe", b"[" * 5000,
        b'{"action_name": "x", "data": {}, "timestamp": "soon"}', b'{"user": {"id": "v"}, "size": 123456789012345678901234567890}',
    ]  # fmt: skip
    events.write_bytes(b"\n".join(lines))
    result = call("run", folder, events, "--stats")
    assert result.exit_code == 0
    first, second = map(json.loads, result.stdout.splitlines())
    assert first["fired"] == [{"name": "Pharmacy", "description": "sold by u"}]
    assert first["verdicts"] == ["reject"]
    assert first["labels"][0]["entity"] == {"type": "User", "id": "u"}
    assert (second["action_id"], second["features"]["User"]) == (9, "v")
    assert [line.split(":")[0] for line in result.stderr.splitlines()[:6]] == [f"line {n}" for n in (3, 4, 5, 6, 7, 8)]
    assert "         1    50.00%  Pharmacy" in result.stderr
    assert "2 events, 6 bad lines" in result.stderr


def test_run_fired_only(folder: Path) -> None:
    events = folder / "events.jsonl"
    events.write_text('{"user": {"id": "u"}, "text": "viagra"}\n{"user": {"id": "u"}}\n')
    result = call("run", folder, events, "--fired")
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"action_id": 1, "fired": ["Pharmacy"]},
        {"action_id": 2, "fired": []},
    ]


def test_examples(folder: Path) -> None:
    examples = [
        {"name": "sells", "event": {"user": {"id": "u"}, "text": "Viagra"}, "only": ["Pharmacy"], "verdicts": ["reject"], "labels": ["User/u: +spammer"], "features": {"Text": "Viagra"}},
        {"name": "trusted", "event": {"user": {"id": "u"}}, "has": {"User/u": ["trusted"]}, "fires": ["Trusted"], "silent": ["Pharmacy"], "labels": []},
    ]  # fmt: skip
    file = folder / "main.examples.jsonl"
    file.write_text("// what must and must not fire\n" + "\n".join(map(json.dumps, examples)))
    assert call("test", folder).stdout == "2 of 2 examples passed.\n"
    wrong = [
        {"name": "late", "event": {"user": {"id": "u"}, "text": "tea"}, "fires": ["Pharmacy"], "verdicts": ["reject"], "features": {"Text": "x", "No": 1}},
        {"name": "typo", "event": {}, "fires": ["Farmacy"]},
        {"evnt": {}},
    ]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, wrong)))
    result = call("test", folder)
    assert result.exit_code == 1
    shown = result.stdout
    assert "main.examples.jsonl:1: late" in shown
    assert "Pharmacy did not fire. A condition is false: RegexMatch(" in shown
    assert "(Text is 'tea')" in shown
    assert "Verdicts: none; expected reject." in shown
    assert "Text is 'tea'; expected 'x'." in shown
    assert "There is no feature No." in shown
    assert "There is no rule called Farmacy." in shown
    assert "This line is no example: Object contains unknown field `evnt`" in shown
    assert "0 of 3 examples passed." in shown
    assert json.loads(call("test", folder, "--json").stdout)["failed"] == 3


def test_explain(folder: Path) -> None:
    event = folder / "event.json"
    event.write_text('{"user": {"id": "u"}, "text": "tea"}')
    result = call("explain", folder, event, "Pharmacy")
    assert result.exit_code == 0
    assert result.stdout.startswith("Pharmacy does not fire (main.sml:3). A condition is false: RegexMatch(target=Text")
    assert json.loads(call("explain", folder, event, "Pharmacy", "--json").stdout)["fired"] is False
    unknown = call("explain", folder, event, "Farmacy")
    assert (unknown.exit_code, "Did you mean `Pharmacy`?" in unknown.stderr) == (1, True)


def test_reference_is_json() -> None:
    assert json.loads(call("reference", "--json").stdout)["language"]


def test_it_runs_without_django_or_a_database() -> None:
    code = "import sys, watchfloor.cli.rules; bad = {'django', 'psycopg', 'polars', 'duckdb'} & set(sys.modules); sys.exit(str(bad) if bad else 0)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(Path(__file__).parents[3] / "src")})


def test_reference_as_text_names_every_function_and_error() -> None:
    shown = call("reference").stdout
    document = json.loads(call("reference", "--json").stdout)
    for entry in document["functions"]:
        assert f"`{entry['signature']}`" in shown
    for entry in (*document["errors"], *document["warnings"]):
        assert f"- `{entry['code']}`: {entry['means']}" in shown


TOML = """
[[example]]
name = "sells"
action = "create_post"
at = 2026-03-01T12:00:00Z
data.user.id = "u"
data.text = "Viagra"
fires = ["Pharmacy"]
silent = ["Trusted"]

[[example]]
name = "is trusted"
data.user.id = "u"
data.text = "viagra"
has = { "User/u" = ["trusted"] }
only = ["Trusted"]
"""


def test_examples_in_toml_say_which_condition_was_met(folder: Path) -> None:
    (folder / "tests").mkdir()
    file = folder / "tests" / "spam.toml"
    file.write_text(TOML.replace('only = ["Trusted"]', 'only = ["Pharmacy", "Trusted"]'))
    assert call("test", folder).stdout == "2 of 2 examples passed.\n"
    file.write_text(TOML + 'silent = ["Pharmacy"]\n')
    result = call("test", folder)
    assert result.exit_code == 1
    assert "tests/spam.toml: is trusted" in result.stdout
    assert "Pharmacy fired: RegexMatch(" in result.stdout
    assert "true (Text is 'viagra')" in result.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "the file is not TOML"),
        ("[other]\na = 1", "holds only tables called [[example]]"),
        ("[[example]]\nfire = ['x']", "Object contains unknown field `fire`"),
        ("[[example]]\nbefore = [3]", "Expected `object`, got `int`"),
    ],
)
def test_examples_that_cannot_be_read_are_failures(folder: Path, text: str, said: str) -> None:
    (folder / "tests").mkdir()
    (folder / "tests" / "bad.toml").write_text(text)
    result = call("test", folder)
    assert result.exit_code == 1
    assert said in result.stdout


def test_examples_with_a_clock_for_rules_that_count(tmp_path: Path) -> None:
    (tmp_path / "main.sml").write_text(
        "User: Entity[str] = EntityJson(type='User', path='$.user')\n"
        "Posts = Count(span='10m', by=[User], name='posts')\n"
        "Burst = Rule(when_all=[Posts >= 3], description='burst')\n"
    )
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "burst.toml").write_text("""
[[example]]
name = "three within ten minutes"
at = 2026-03-01T12:09:00Z
data.user = "u"
before = [{ at = 2026-03-01T12:00:00Z, data.user = "u" }, { at = 2026-03-01T12:01:00Z, data.user = "u" }]
fires = ["Burst"]

[[example]]
name = "the first is long past"
at = 2026-03-01T12:10:30Z
data.user = "u"
before = [{ at = 2026-03-01T12:00:00Z, data.user = "u" }, { at = 2026-03-01T12:01:00Z, data.user = "u" }]
silent = ["Burst"]
""")
    assert call("test", tmp_path).stdout == "2 of 2 examples passed.\n"


def test_format_changes_checks_and_shows(folder: Path) -> None:
    good = (folder / "main.sml").read_text()
    checked = call("format", folder, "--check")
    assert checked.exit_code == 1
    assert "Not in shape: main.sml" in checked.stdout
    shown = call("format", folder, "--diff")
    assert "+Pharmacy = Rule(" in shown.stdout
    assert (folder / "main.sml").read_text() == good
    assert "Formatted: main.sml" in call("format", folder).stdout
    assert call("format", folder, "--check").exit_code == 0
    assert call("check", folder).exit_code == 0
    (folder / "broken.sml").write_text("A = (")
    broken = call("format", folder)
    assert broken.exit_code == 1
    assert "error: This cannot be read" in broken.stderr
    assert (folder / "broken.sml").read_text() == "A = ("


def test_lint_says_what_is_probably_not_meant_also_from_data(folder: Path) -> None:
    import polars as pl

    (folder / "models" / "base.sml").write_text(BASE + "Big = Size > 100\nNever = Size > 5 and Size < 3\n")
    plain = call("lint", folder)
    assert (plain.exit_code, plain.stderr.count("warning:")) == (0, 1)
    assert "2 rules, no problems, 1 warning." in plain.stdout
    assert call("lint", folder, "--strict").exit_code == 1
    pl.DataFrame({"$.size": [1, 90, None], "$.text": ["a", "b", "c"]}).write_parquet(folder / "events.parquet")
    seen = json.loads(call("lint", folder, "--data", folder / "events.parquet", "--json").stdout)
    messages = [warning["message"] for warning in seen["warnings"]]
    assert "No event seen meets this: in the data `Size` lies between 1 and 90." in messages


def test_lists_beside_the_rules_are_used(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "bad-words.txt").write_text("spam\nscam\n")
    (tmp_path / "main.sml").write_text(
        "Text: str = JsonData(path='$.text')\nR = Rule(when_all=[InList(list='bad-words', value=Text)], description='x')"
    )
    events = tmp_path / "events.jsonl"
    events.write_text('{"text": "spam"}\n{"text": "ham"}\n')
    fired = [json.loads(line)["fired"] for line in call("run", tmp_path, events, "--fired").stdout.splitlines()]
    assert fired == [["R"], []]


def test_backtest_shows_tables_and_gives_json(folder: Path) -> None:
    from watchfloor.engines.sml.columns import flatten

    events = [
        sml.event_from(
            {
                "action_id": number,
                "action_name": "post",
                "timestamp": f"2026-03-0{1 + number % 3}T12:00:00Z",
                "data": {"user": {"id": f"u{number}"}, "text": "viagra" if number % 4 == 0 else "tea"},
            }
        )
        for number in range(40)
    ]
    lake = folder / "lake"
    lake.mkdir()
    flatten(events).write_parquet(lake / "part.parquet")
    shown = call("backtest", folder, lake)
    assert shown.exit_code == 0, shown.output
    assert "Pharmacy    10  25.000%" in shown.stdout
    assert "40 events, 2026-03-01 12:00 to 2026-03-03 12:00" in shown.stdout
    report = json.loads(
        call("backtest", folder, lake / "part.parquet", "--json", "--rule", "Pharmacy", "--end", "2026-03-03").stdout
    )
    assert report["hits"] == {"Pharmacy": sum(number % 4 == 0 and number % 3 != 2 for number in range(40))}
    assert [count for _, count in report["series"]["Pharmacy"]] == [4, 3]
    unknown = call("backtest", folder, lake, "--rule", "Farmacy")
    assert unknown.exit_code == 1
    assert "Farmacy" in unknown.stderr
    assert "There are no *.parquet files" in call("backtest", folder, folder / "models").stderr
    (lake / "broken.parquet").write_text("no Parquet")
    assert "broken.parquet cannot be read as Parquet and was left out." in call("backtest", folder, lake).stdout
    alone = call("backtest", folder, lake / "broken.parquet")
    assert (alone.exit_code, alone.stdout) == (1, "")
    assert "cannot be read as Parquet" in alone.stderr


def test_a_backtest_on_ray_refuses_rules_that_count_by_name(tmp_path: Path) -> None:
    (tmp_path / "main.sml").write_text(
        "User: str = JsonData(path='$.user')\nPosts = Count(span='10m', by=[User])\n"
        "Burst = Rule(when_all=[Posts >= 3], description='burst')\n"
    )
    sml.flatten([sml.event_from({"user": "u"})]).write_parquet(tmp_path / "part.parquet")
    refused = call("backtest", tmp_path, tmp_path, "--ray", "2")
    assert refused.exit_code == 1
    assert "(Posts)" in refused.stderr
