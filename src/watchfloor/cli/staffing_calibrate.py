"""``watchfloor staffing calibrate``: a floor's own history into a forecast, handle times, shrinkage and a scenario to simulate."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table
from watchfloor.cli.staffing_rows import history
from watchfloor.engines.staffing.calibration import (
    Crew,
    Seen,
    Volume,
    ahead,
    at_work,
    handling,
    paces,
    scenario,
    shrinkage,
)
from watchfloor.engines.staffing.durations import seconds
from watchfloor.kernel.errors import BadInput

_HOUR = timedelta(hours=1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write the coming week as a scenario for `simulate`.")
@click.option("--due", default="24h", show_default=True, help="When items are due, where --due-of names no other.")
@click.option("--due-of", "own", multiple=True, metavar="QUEUE=TIME", help="When items of a queue are due; repeatable.")
@click.option("--level", type=float, default=0.9, show_default=True, help="Share of hours the intervals shall hold.")
@json_option
def calibrate(file: Path, out: Path | None, due: str, own: tuple[str, ...], level: float, as_json: bool) -> None:
    """What the history in FILE says: volumes ahead with a backtest, handle times, paces, shrinkage.

    One row for each thing that happened: `what` is arrival, handled, work, planned, unplanned or absent (the last four are time of a
    team from `at` to `until`). The page "Files of staffing" shows an example.

    \b
    watchfloor staffing calibrate history.csv
    watchfloor staffing calibrate history.csv --due-of live=5m --out week.json && watchfloor staffing simulate week.json
    """
    read = history(file)
    moments = [moment for line in read.arrivals.values() for moment in line]
    if not moments:
        raise BadInput("no_arrivals", f"{file.name} tells of nothing that came in.", hint="Rows with what=arrival.")
    begin = min(moments).replace(minute=0, second=0, microsecond=0)
    hours = int((max(moments) - begin) / _HOUR) + 1
    volumes = {name: _volume(line, begin, hours, level) for name, line in sorted(read.arrivals.items())}
    whole = _volume(moments, begin, hours, level)
    done = {each.queue: each for each in handling(read.handled)}
    lost, groups = shrinkage(read.stays), paces(read.handled)
    if out is not None:
        week = _scenario(volumes, done, at_work(read.stays, hours / 168), begin + hours * _HOUR, _dues(own), due)
        out.write_bytes(msgspec.json.encode(week))
    rows = [
        {
            "queue": name, "items a week": f"{math.fsum(each.value for each in of.hours):,.0f}", "AHT s": _aht(done.get(name)),
            "error / naive": _ratio(of), "held": f"{of.fared.coverage:.0%}" if of.fared else "-",
        }
        for name, of in [*volumes.items(), ("all", whole)]
    ]  # fmt: skip
    lines = [table(rows, list(rows[0]), empty=""), ""]
    if lost.hours:
        lines.append(
            f"Shrinkage {lost.share:.1%}: planned {lost.planned:.1%}, unplanned {lost.unplanned:.1%}, absent {lost.absent:.1%}"
        )
    lines += [f"{each.group}: {each.pace:.2f} [{each.low:.2f}, {each.high:.2f}] times as long" for each in groups]
    for bad in read.bad[:20]:
        click.echo(f"{bad.file} line {bad.line} {bad.problem}.", err=True)
    if len(read.bad) > 20:
        click.echo(f"{len(read.bad) - 20:,} more rows were left out.", err=True)
    answer: dict[str, Any] = {
        "from": begin.isoformat(), "hours": hours, "volumes": volumes, "all": whole, "handling": list(done.values()),
        "paces": groups, "shrinkage": lost, "left_out": len(read.bad),
    }  # fmt: skip
    emit(answer, as_json=as_json, text="\n".join(lines))


def _volume(moments: list[datetime], begin: datetime, hours: int, level: float) -> Volume:
    counts = [0.0] * hours
    for moment in moments:
        counts[int((moment - begin) / _HOUR)] += 1
    return ahead(counts, begin.weekday() * 24 + begin.hour, level=level)


def _scenario(
    volumes: dict[str, Volume], done: dict[str, Any], people: dict[str, list[float]], end: datetime, own: dict[str, str], due: str
) -> Any:  # fmt: skip
    if not done:
        raise BadInput(
            "nothing_handled",
            "Nothing was handled, so nobody knows how long an item takes.",
            hint="Rows with what=handled.",
        )
    lent = next(iter(done.values()))
    shift = end.weekday() * 24 + end.hour  # the forecast begins here; a scenario begins on a Monday
    queues = [
        Seen(
            name=name, arrivals=[of.hours[(slot - shift) % 168].value for slot in range(168)], handling=done.get(name, lent),
            due=seconds(own.get(name, due), f"--due-of {name}"),
        )
        for name, of in volumes.items()
    ]  # fmt: skip
    monday = (end + timedelta(days=7 - end.weekday())).astimezone(UTC)
    return scenario(queues, [Crew(name=name, people=line) for name, line in people.items()], monday=monday)


def _dues(own: tuple[str, ...]) -> dict[str, str]:
    for each in own:
        if "=" not in each:
            raise click.UsageError("--due-of is QUEUE=TIME, for instance live=5m.")
    return {name: value for name, _, value in (each.rpartition("=") for each in own)}


def _aht(of: Any) -> str:
    return "-" if of is None else f"{of.mean:,.0f}" + (" (lent)" if of.lent else "")


def _ratio(of: Volume) -> str:
    return "-" if of.fared is None or of.fared.ratio is None else f"{of.fared.ratio:.2f}"
