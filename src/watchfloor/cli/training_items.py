"""``watchfloor training items|cut``: an exam's answers as a table analysed, and where judges would cut. Plain files, no server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table
from watchfloor.cli.quality_words import CONFIDENCE, FILE
from watchfloor.cli.training_tables import matrix_of, number_of, right_of, rows_of
from watchfloor.engines import exams
from watchfloor.kernel.errors import BadInput

WORDS = {
    "too_easy": "nearly all have it right", "too_hard": "few have it right", "tells_nothing": "tells nothing about people",
    "wrong_way": "those who know more have it wrong", "wrong_key": "a wrong answer looks like the right one",
}  # fmt: skip


@click.command("items")
@FILE
@click.option(
    "--cut", type=click.FloatRange(0, 1, min_open=True), default=0.8, show_default=True, help="Share that passes."
)
@click.option(
    "--against",
    metavar="OLD.csv",
    type=click.Path(dir_okay=False, path_type=Path),
    help="An earlier form, sat by another random group.",
)
@CONFIDENCE
@json_option
def items(file: Path, cut: float, against: Path | None, confidence: float, as_json: bool) -> None:
    """Figures of an exam's questions from FILE: CSV, a row for each person, a column for each question.

    The first column is the person. Cells are 1 and 0; or what was answered, when a row whose person is "key" gives the right
    answers. An empty cell is a wrong answer.

    \b
    Example:
      watchfloor training items answers.csv
      watchfloor training items form-b.csv --against form-a.csv --cut 0.75
    """
    matrix = matrix_of(file)
    right = right_of(file, matrix)
    found = exams.analyse(
        matrix.names, right, given=matrix.given if matrix.key else None, key=matrix.key or None, confidence=confidence
    )
    count = len(matrix.names)
    needed = max(1, _ceil(cut * count))
    scores = [sum(row) for row in right]
    sure = exams.consistency(scores, count, needed)
    equated = None
    if against is not None:
        old = matrix_of(against)
        before = [sum(row) for row in right_of(against, old)]
        if len(old.names) != count:
            raise BadInput(
                "other_length",
                f"{against.name} has {len(old.names)} questions, {file.name} {count}.",
                hint="Forms of one length can be compared.",
            )
        try:
            equated = exams.equate(scores, before, _ceil(cut * count))
        except ValueError as error:
            raise BadInput("no_line", f"The forms cannot be compared: {error}.") from None
    answer = {
        "people": len(right), "questions": count, "needed": needed, "passed": sum(score >= needed for score in scores),
        "form": found.form, "items": found.items, "consistency": sure, "equated": equated,
    }  # fmt: skip
    emit(answer, as_json=as_json, text=_told(answer))


@click.command("cut")
@FILE
@click.option(
    "--borderline",
    type=float,
    metavar="GRADE",
    help="The grade of those who neither clearly pass nor fail (columns grade, score).",
)
@click.option(
    "--most",
    type=click.FloatRange(0, min_open=True),
    metavar="POINTS",
    help="The points one can have (with --borderline).",
)
@json_option
def cut(file: Path, borderline: float | None, most: float | None, as_json: bool) -> None:
    """Where to cut, by FILE. Judges' shares by question (columns judge, item, share): Angoff; or examiners' grades beside scores.

    \b
    Example:
      watchfloor training cut judges.csv
      watchfloor training cut graded.csv --borderline 2 --most 20
    """
    if borderline is None:
        said: dict[str, dict[str, float]] = {}
        for line, row in rows_of(file, ("judge", "item", "share")):
            own = said.setdefault(row["judge"], {})
            if row["item"] in own:
                raise BadInput(
                    "said_twice",
                    f"{row['judge'][:40]!r} judges {row['item'][:40]!r} twice.",
                    where=f"{file.name}:{line}",
                )
            own[row["item"]] = number_of(file, line, row["share"])
        found = _tried(lambda: exams.angoff(said))
        lines = [
            _cut_told(found.cut),
            "",
            table(
                [msgspec.structs.asdict(item) for item in found.items],
                ["item", "mean", "spread", "low", "high"],
                empty="",
            ),
        ]
        emit(found, as_json=as_json, text="\n".join(lines))
        return
    if most is None:
        raise click.UsageError("--borderline needs --most.")
    pairs = [
        (number_of(file, line, row["grade"]), number_of(file, line, row["score"]))
        for line, row in rows_of(file, ("grade", "score"))
    ]
    line_cut = _tried(lambda: exams.borderline_regression(pairs, borderline, most))
    group = [score for grade, score in pairs if grade == borderline]
    cuts = [line_cut, *([exams.borderline_group(group, most)] if group else [])]
    emit(cuts, as_json=as_json, text="\n".join(_cut_told(each) for each in cuts))


def _tried(make: Any) -> Any:
    try:
        return make()
    except ValueError as error:
        message = str(error)
        raise BadInput("no_cut", f"{message[:1].upper()}{message[1:]}.") from None


def _cut_told(found: exams.Cut) -> str:
    names = {
        "angoff": "Angoff",
        "borderline_group": "Borderline group",
        "borderline_regression": "Borderline regression",
    }
    error = f", standard error {found.error:.2f}" if found.error is not None else ", too few for a standard error"
    whom = "judges" if found.method == "angoff" else "people"
    return f"{names[found.method]}: {found.score:.2f} points ({found.share:.1%}){error}, from {found.based_on} {whom}"


def _ceil(value: float) -> int:
    return -int(-(value - 1e-9) // 1)


def _told(answer: dict[str, Any]) -> str:
    form: exams.Reliability = answer["form"]
    lines = [
        f"{answer['people']} people, {answer['questions']} questions; {answer['passed']} passed with {answer['needed']} or more."
    ]
    if form.alpha is None:
        lines.append("KR-20: has no value here.")
    else:
        inside = f" [{form.low:.2f} to {form.high:.2f}]" if form.low is not None and form.high is not None else ""
        lines.append(f"KR-20 {form.alpha:.2f}{inside}; a score is right to about {form.sem or 0:.1f} points.")
    sure: exams.Consistency | None = answer["consistency"]
    if sure is not None:
        lines.append(f"On another such form {sure.same:.0%} would get the same result (kappa {sure.kappa:.2f}); "
                     f"{sure.passed_wrongly:.0%} pass and {sure.failed_wrongly:.0%} fail wrongly.")  # fmt: skip
    equated: exams.Equated | None = answer["equated"]
    if equated is not None:
        notes = {
            "too_few": "Too few people to say whether the forms are equally hard.",
            "same": "The forms are equally hard, as far as this shows.",
            "easier": f"This form is easier: {equated.cut} points here are worth the cut there.",
            "harder": f"This form is harder: {equated.cut} points here are worth the cut there.",
        }  # fmt: skip
        lines.append(
            f"{notes[equated.note]} Difference at the cut {equated.difference:+.2f} points, standard error {equated.error:.2f}."
        )
    rows = [
        {"item": each.item, "right": each.p, "discrimination": each.discrimination, "from": each.low, "to": each.high,
         "KR-20 without": each.alpha_without, "note": "; ".join(WORDS[flag] for flag in each.flags)}
        for each in answer["items"]
    ]  # fmt: skip
    return "\n".join(
        [*lines, "", table(rows, ["item", "right", "discrimination", "from", "to", "KR-20 without", "note"], empty="")]
    )
