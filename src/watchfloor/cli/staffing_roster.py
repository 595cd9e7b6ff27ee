"""``watchfloor staffing roster``: a week of people from a file, checked, and a day of it planned again."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table
from watchfloor.engines.staffing.files import read
from watchfloor.engines.staffing.roster import Day, Problem, Replan, Roster, check, plan, replan


@click.command()
@click.argument("problem", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write the roster to this file as JSON.")
@click.option("--check", "checked", type=click.Path(path_type=Path), help="Only check this roster against PROBLEM.")
@click.option(
    "--replan", "old", type=click.Path(path_type=Path), help="Plan one day of this roster again (with --day)."
)
@click.option("--day", type=click.Path(path_type=Path), help="File of what is different on that day.")
@click.option(
    "--seconds", type=click.FloatRange(1, 3600), default=60.0, show_default=True, help="What the solver may take."
)
@json_option
def roster(
    problem: Path,
    out: Path | None,
    checked: Path | None,
    old: Path | None,
    day: Path | None,
    seconds: float,
    as_json: bool,
) -> None:
    """The week's roster of PROBLEM: the most needs covered, then who works what by preference.

    Whole weeks with one start, rest, days off, part-time, skills, sites and caps of exposure. Every roster is checked before it is
    told. With --replan a day is planned again with overtime and people called in, at the least cost.

    \b
    watchfloor staffing roster week.json --out roster.json
    watchfloor staffing roster week.json --replan roster.json --day wednesday.json --out new.json
    watchfloor staffing roster week.json --check roster.json
    """
    if (old is None) != (day is None):
        raise click.UsageError("--replan and --day go together.")
    given = read(problem, Problem)
    if checked is not None:
        wrong = check(given, read(checked, Roster))
        emit(wrong, as_json=as_json, text="\n".join(wrong) or "Every rule is kept.")
        if wrong:
            raise SystemExit(1)
        return
    changes: list[str] = []
    answer: Roster | Replan
    if old is not None and day is not None:
        again = read(day, Day)
        answer = replan(given, read(old, Roster), again, seconds=seconds)
        made, given = answer.roster, answer.problem
        wrong = check(given, made, changed_day=(again.day - given.start).days)
        changes = [f"{len(answer.changes):,} people change, for {answer.cost:,.1f} hours of pay:"]
        changes += [
            f"  {each.name}: {_shift(each.was)} -> {'absent' if each.absent else _shift(each.now)}"
            for each in answer.changes
        ]
    else:
        answer = made = plan(given, seconds=seconds)
        wrong = check(given, made)
    if wrong:  # a fault of ours: no roster is better than a wrong one
        raise RuntimeError("The roster breaks a rule: " + wrong[0])
    if out is not None:
        out.write_bytes(msgspec.json.encode(made))
    rows = [
        {
            "demand": demand.name,
            "needed h": sum(demand.need) * (168 // len(demand.need)),
            "uncovered h": sum(made.uncovered_by[demand.name]),
        }
        for demand in given.demands
    ]
    proof = "; no roster leaves fewer" if made.optimal else f"; no roster leaves fewer than {made.bound:,}"
    lines = [
        f"{len(made.people):,} people, {made.uncovered:,} hours uncovered{proof}",
        table(rows, list(rows[0]), empty=""),
        *changes,
    ]
    emit(answer, as_json=as_json, text="\n".join(lines))


def _shift(shift: tuple[int, int] | None) -> str:
    return "off" if shift is None else f"{shift[0] % 24:02}:00 for {shift[1]} h"
