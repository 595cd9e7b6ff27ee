"""``watchfloor law statements``, ``transparency`` and ``numbers``: what is told to the EU's database and to the public."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from watchfloor.cli.law import law as law
from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare

_DAY = click.DateTime(formats=["%Y-%m-%d"])


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
    )


@law.command()
@click.option("--since", type=_DAY, required=True, help="The first day (UTC).")
@click.option("--until", type=_DAY, help="The last day (UTC).")
@click.option("--jsonl", is_flag=True, help="One payload a line, as it would be sent; without it a summary.")
@click.option("--check", is_flag=True, help="Only what is kept back, with the reasons; exit code 1 if there is any.")
def statements(since: datetime, until: datetime | None, jsonl: bool, check: bool) -> None:
    """Statements of reasons as the DSA Transparency Database wants them. Nothing is sent."""
    prepare.django()
    from watchfloor.transparency import submitting
    from watchfloor.transparency.domain import house, payload

    end = datetime.combine(until.date(), time.max, tzinfo=UTC) if until else None
    count = kept_back = 0
    for statement, made in submitting.made_between(since.replace(tzinfo=UTC), end):
        if payload.why_not_due(statement):
            continue
        problems = house.all_problems(made)
        count, kept_back = count + 1, kept_back + bool(problems)
        if check:
            for problem in problems:
                click.echo(f"{made['puid']}  {problem.field}: {problem.message}")
        elif jsonl:
            click.echo(msgspec.json.encode(made))
    if not jsonl and not check:
        click.echo(f"{count:,} statements; {kept_back:,} of them are kept back (--check says why).")
    if check and kept_back:
        raise click.exceptions.Exit(1)


@law.command()
@click.option("--from", "first", type=_DAY, required=True, help="The first day of the period (UTC).")
@click.option("--to", "last", type=_DAY, required=True, help="The last day of the period (UTC).")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@json_option
def transparency(first: datetime, last: datetime, directory: Path, as_json: bool) -> None:
    """Write the eleven parts of the DSA's transparency report over a period into DIRECTORY (a new folder)."""
    prepare.django()
    from watchfloor.transparency import reporting
    from watchfloor.transparency.domain.annex.facts import Period

    with _progress() as bar:
        task = bar.add_task("Counting", total=reporting.STEPS)
        made = reporting.make(
            Period(first=first.date(), last=last.date()), progress=lambda done: bar.update(task, completed=done)
        )
    reporting.write(made, directory)
    lines = [f"{len(made.files)} files in {directory}.", *made.problems]
    if not made.problems:
        lines.append("Everything adds up.")
    emit(
        {"files": sorted(made.files), "figures": made.figures, "problems": made.problems},
        as_json=as_json,
        text="\n".join(lines),
    )
    if made.problems:
        raise click.exceptions.Exit(1)


@law.command()
@click.option("--from", "first", type=_DAY, required=True, help="The first day of the period (UTC).")
@click.option("--to", "last", type=_DAY, required=True, help="The last day of the period (UTC).")
@click.option("--csv", "as_csv", is_flag=True, help="Rows for a spreadsheet.")
@json_option
def numbers(first: datetime, last: datetime, as_csv: bool, as_json: bool) -> None:
    """The "numbers" of the Santa Clara Principles over a period: actions, flags, automation, appeals, by what the principles ask."""
    prepare.django()
    from watchfloor.platform.csvfile import lines
    from watchfloor.transparency import numbers as counted
    from watchfloor.transparency.domain.annex.facts import Period

    found = counted.count(Period(first=first.date(), last=last.date()))
    rows = [{"question": row.question, "by": row.by, "value": row.value, "count": row.count} for row in found]
    if as_csv:
        for line in lines(["question", "by", "value", "count"], [list(row.values()) for row in rows]):
            click.echo(line, nl=False)
        return
    shown = [{**row, "question": counted.QUESTIONS[str(row["question"])]} for row in rows]
    emit(
        rows,
        as_json=as_json,
        text=table(shown, ["question", "by", "value", "count"], empty="Nothing happened in this period."),
    )
