"""``watchfloor text`` on plain files: the figures, and what is said about rows that cannot be used."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from watchfloor.cli.main import main
from watchfloor.cli.text import text
from watchfloor.kernel.errors import BadInput


def run(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(text, [str(argument) for argument in arguments], input=stdin)


def rows(count: int = 40) -> list[tuple[str, str]]:
    return [
        (f"win free prize {number}", "spam") if number % 2 else (f"lunch at home {number}", "ham")
        for number in range(count)
    ]


@pytest.fixture
def comma(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text("body,verdict\n" + "".join(f'"{body}, ok",{verdict}\n' for body, verdict in rows()))
    return path


@pytest.mark.parametrize("online", [[], ["--online"]])
def test_every_figure_as_json(comma: Path, online: list[str]) -> None:
    done = run("evaluate", comma, "--text", "body", "--label", "verdict", "--json", "--resamples", 50, *online)
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert set(result["figures"]) >= {"f1", "average_precision", "recall_at_95", "recall_at_99", "false_positive_rate"}
    assert result["figures"]["f1"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert result["rows"] == 40
    assert result["judged"] == (20 if online else 40)


def test_the_table_for_people(comma: Path) -> None:
    done = run("evaluate", comma, "--text", "body", "--label", "verdict", "--resamples", 10)
    assert "Recall at 99 % precision" in done.output
    assert "5 folds" in done.output


def test_tab_separated_without_header_by_number(tmp_path: Path) -> None:
    path = tmp_path / "rows.tsv"
    path.write_text("".join(f'{verdict}\t{body} "\n' for body, verdict in rows()))
    done = run("evaluate", path, "--text", 2, "--label", 1, "--json", "--resamples", 0)
    assert json.loads(done.stdout)["rows"] == 40


def test_json_lines_and_bad_rows_by_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps({"t": body, "y": verdict == "spam"}) for body, verdict in rows()]
    lines[2:2] = [
        "not json",
        json.dumps({"t": "no label"}),
        json.dumps({"t": " ", "y": 1}),
        json.dumps({"t": "x", "y": "maybe"}),
    ]
    path.write_text("\n".join(lines))
    done = run("evaluate", path, "--text", "t", "--label", "y", "--json", "--resamples", 0)
    result = json.loads(done.stdout)
    assert (result["rows"], result["bad_rows"]) == (40, 4)
    for line, word in ((3, "no JSON"), (4, "'y'"), (5, "no text"), (6, "'maybe'")):
        assert any(said.startswith(f"rows.jsonl:{line}:") and word in said for said in done.stderr.splitlines())


def test_groups_by_file(tmp_path: Path) -> None:
    paths = []
    for place in range(3):
        path = tmp_path / f"{place}.csv"
        path.write_text("t,y\n" + "".join(f"{body} {place},{verdict}\n" for body, verdict in rows()))
        paths.append(path)
    done = run("evaluate", *paths, "--text", "t", "--label", "y", "--group", "file", "--json", "--resamples", 0)
    assert json.loads(done.stdout)["protocol"] == "leave one of 3 groups out"


def test_positive_names_the_label(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(
        "t,y\n" + "".join(f"{body},{'bot' if verdict == 'spam' else 'human'}\n" for body, verdict in rows())
    )
    for positive, expected in (("human", "human is yes, all else no"), ("bot,human", None)):
        options = ["--text", "t", "--label", "y", "--positive", positive, "--json", "--resamples", 0]
        done = run("evaluate", path, *options)
        if expected is None:
            assert isinstance(done.exception, BadInput)
        else:
            assert json.loads(done.stdout)["labels"] == expected
    assert "'cat'" in str(run("evaluate", path, "--text", "t", "--label", "y", "--positive", "cat").exception)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("t,y\nx,1\nz,1\n", "same label"),
        ("a,b\n1,2\n", "no column 't'"),
        ("", "No row"),
        ("t,y\n" + "a,1\nb,2\nc,3\n", "1 (1), 2 (1), 3 (1)"),
    ],
)
def test_what_cannot_be_judged_is_said(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "r.csv"
    path.write_text(content)
    done = run("evaluate", path, "--text", "t", "--label", "y")
    assert isinstance(done.exception, BadInput)
    assert words in done.exception.message


def test_a_missing_file_is_said_by_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["text", "evaluate", "gone.csv", "--text", "t", "--label", "y"],
        ["text", "normalise", "gone.txt"],
    ):
        with pytest.raises(SystemExit) as raised:
            main(arguments)
        assert raised.value.code == 2
        assert "gone" in capsys.readouterr().err


def test_normalise_lines_and_columns(comma: Path) -> None:
    assert run("normalise", stdin="Fr\u200bee раypal\nhttp://A.com x\n").output == "free paypal\n⟨url⟩ x\n"
    first = json.loads(run("normalise", "--json", stdin="Fr\u200bee http://A.com").output)
    assert first.pop("romanised") == ""
    for name in ("language", "language_confidence"):  # where the extra that tells it is installed
        first.pop(name, None)
    assert first == {
        "text": "free ⟨url⟩",
        "entities": [{"kind": "domain", "canonical": "a.com", "start": 6, "end": 18, "note": ""}],
        "hidden": 1,
        "mixed_words": 0,
    }
    assert run("normalise", comma, "--text", "body").output.startswith("lunch at home 0, ok\n")


def test_fingerprints_of_files_and_which_are_near(tmp_path: Path) -> None:
    long = " ".join(
        f"{word} and number {place} of the list" for place, word in enumerate(["house", "river", "green"] * 30)
    )
    for name, said in (("a", "Take part in our draw, write to us now"), ("b", "TAKE PART in our draw; write to us now!"), ("c", long),
                       ("d", long.replace("house", "mouse")), ("e", "something else that nobody else says here")):  # fmt: skip
        (tmp_path / f"{name}.txt").write_text(said, "utf-8")
    done = CliRunner().invoke(text, ["fingerprint", *(str(tmp_path / f"{name}.txt") for name in "abcdex"), "--pairs"])
    assert done.exit_code == 1
    assert "x.txt: it cannot be read" in done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows[0]["exact"] == rows[1]["exact"] != rows[4]["exact"]
    assert [bool(row["tlsh"]) for row in rows[:5]] == [False, False, True, True, False]
    assert [(row["left"][-5], row["right"][-5]) for row in rows[5:]] == [("a", "b"), ("c", "d")]
    assert rows[5]["distance"] == 0 and rows[6]["tlsh"] is not None
