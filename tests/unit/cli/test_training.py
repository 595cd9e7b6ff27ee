"""Figures of an exam from a plain file, without a server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from watchfloor.cli.training import training
from watchfloor.kernel.errors import BadInput, MissingExtra


def test_figures_of_a_plain_file(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    lines = [f"p{score},q{n},{int(n < score)}" for score in range(5) for n in range(4)]
    file.write_text("person,item,right\n" + "\n".join(lines) + "\n")
    told = CliRunner().invoke(training, ["analyse", str(file), "--json"])
    found = json.loads(told.output)
    assert (found["sittings"], found["items"][0]["item"], found["items"][0]["p"]) == (5, "q3", 0.2)
    assert found["forms"][0]["kr20"] == pytest.approx(0.8)
    assert "KR-20 0.80 over 5 sittings" in CliRunner().invoke(training, ["analyse", str(file)]).output


@pytest.mark.parametrize(
    ("text", "code"),
    [("person,item\na,b\n", "missing_column"), ("person,item,right\na,b,yes\n", "bad_answer"), ("person,item,right\n", "no_answers")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(text)
    found = CliRunner().invoke(training, ["analyse", str(file)])
    assert isinstance(found.exception, BadInput)
    assert found.exception.code == code


EXAMPLE = Path(__file__).parents[3] / "examples" / "training" / "spam.md"


def test_a_unit_is_built_checked_and_compared(tmp_path: Path) -> None:
    pytest.importorskip("pptx"), pytest.importorskip("docx")
    out, run = tmp_path / "out", CliRunner().invoke
    told = json.loads(run(training, ["build", str(EXAMPLE), str(out), "--json"]).output)
    names = {row["file"] for row in told["files"]}
    assert names | {"products.json"} == {path.name for path in out.iterdir()}
    assert {
        "article.md",
        "deck.pptx",
        "guide.docx",
        "guide.html",
        "questions.gift",
        "questions.qti.zip",
        "scorm.zip",
    } < names
    assert told["stamp"]["policy"] == "spam" and len(told["stamp"]["digest"]) == 64

    again = tmp_path / "again"
    assert run(training, ["build", str(EXAMPLE), str(again), "--only", "items", "--only", "scorm"]).exit_code == 0
    for path in again.iterdir():  # the same unit, the same bytes
        assert path.name == "products.json" or path.read_bytes() == (out / path.name).read_bytes()

    text = EXAMPLE.read_text(encoding="utf-8")
    bad, new = tmp_path / "bad.md", tmp_path / "new.md"
    bad.write_text(text.replace("minutes: 8", "minutes: x").replace("[x] Link", "[ ] Link"), encoding="utf-8")
    new.write_text(text.replace("One comment is enough", "A comment is enough"), encoding="utf-8")
    assert "No mistakes." in run(training, ["check", str(EXAMPLE)]).output
    for command in (["check", str(bad)], ["build", str(bad), str(tmp_path / "never")]):
        wrong = run(training, command)
        assert wrong.exit_code == 1 and not (tmp_path / "never").exists()
        lines = wrong.stderr.splitlines()
        assert len(lines) == 2 and lines[0].startswith(f"{bad}:132: The activity 'Write the reason' needs its minutes")
    assert [each["code"] for each in json.loads(run(training, ["check", str(bad), "--json"]).output)["mistakes"]] == [
        "bad_minutes",
        "bad_right",
    ]
    assert "[-One-]\n  {+A+}" in run(training, ["diff", str(EXAMPLE), str(new)]).output
    assert json.loads(run(training, ["diff", str(EXAMPLE), str(EXAMPLE), "--json"]).output)["same"] is True

    bad.write_bytes(b"---\ntitle: \xff\n")
    for path, code in ((bad, "no_utf8"), (tmp_path / "none.md", "unreadable")):
        error = run(training, ["check", str(path)]).exception
        assert isinstance(error, BadInput) and error.code == code
    error = run(training, ["build", str(EXAMPLE), str(bad / "x")]).exception
    assert isinstance(error, BadInput) and error.code == "unwritable"


def test_without_the_extra_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchfloor.training.products.files.find_spec", lambda name: None)
    error = CliRunner().invoke(training, ["build", str(EXAMPLE), str(tmp_path / "out")]).exception
    assert isinstance(error, MissingExtra) and error.hint == 'pip install "watchfloor[exchange]"'
    assert not (tmp_path / "out").exists()
    assert CliRunner().invoke(training, ["build", str(EXAMPLE), str(tmp_path), "--only", "article"]).exit_code == 0


def test_a_table_of_answers(tmp_path: Path) -> None:
    file, other = tmp_path / "answers.csv", tmp_path / "other.csv"
    file.write_text(
        "person,q1,q2,q3,q4\n" + "".join(f"p{s},{','.join(str(int(n < s)) for n in range(4))}\n" for s in range(5))
    )
    other.write_text(
        "who,a,b,c,d\nkey,A,B,C,D\n"
        + "".join(f"p{s},{','.join('ABCD'[n] if n < s else 'X' for n in range(4))}\n" for s in range(5))
    )
    run = CliRunner().invoke
    for path in (file, other):
        found = json.loads(run(training, ["items", str(path), "--cut", "0.75", "--json"]).output)
        assert (found["form"]["alpha"], found["needed"], found["passed"]) == (pytest.approx(0.8), 3, 2)
        assert [each["p"] for each in found["items"]] == [0.2, 0.4, 0.6, 0.8]
    assert [each["text"] for each in found["items"][0]["choices"]] == ["D", "X"]
    text = run(training, ["items", str(file), "--against", str(other)]).output
    assert "KR-20 0.80" in text and "Too few people to say" in text


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "bad_head"), ("p,q\n", "bad_head"), ("p,q,r\n", "no_answers"), ("p,q,r\na,1\n", "bad_row"), ("p,q,r\na,1,x\n", "bad_answer"),
     ("p,q,r\na,1,0\na,1,0\n", "person_again"), ("p,q,r\nkey,A,\na,A,B\n", "no_key")],
)  # fmt: skip
def test_a_table_that_cannot_be_read_is_told(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(text)
    error = CliRunner().invoke(training, ["items", str(file)]).exception
    assert isinstance(error, BadInput) and error.code == code


def test_where_to_cut(tmp_path: Path) -> None:
    judges, graded = tmp_path / "judges.csv", tmp_path / "graded.csv"
    judges.write_text("judge,item,share\nann,q1,0.8\nann,q2,0.6\nbob,q1,0.6\nbob,q2,0.6\n")
    graded.write_text("grade,score\n1,8\n2,11\n2,13\n3,14\n4,18\n")
    run = CliRunner().invoke
    assert (
        "Angoff: 1.30 points (65.0%), standard error 0.10, from 2 judges" in run(training, ["cut", str(judges)]).output
    )
    found = json.loads(run(training, ["cut", str(graded), "--borderline", "2", "--most", "20", "--json"]).output)
    assert [each["method"] for each in found] == ["borderline_regression", "borderline_group"] and found[1][
        "score"
    ] == 12
    judges.write_text("judge,item,share\nann,q1,0.8\nbob,q2,0.6\n")
    error = run(training, ["cut", str(judges)]).exception
    assert isinstance(error, BadInput) and error.message == "Every judge says something of every question."
