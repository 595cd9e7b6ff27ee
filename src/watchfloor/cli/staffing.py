"""``watchfloor staffing``: how many people the work needs, on plain files. No server, no database."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table
from watchfloor.cli.progress import Bar
from watchfloor.engines.staffing import erlang as formulas
from watchfloor.engines.staffing.backlog import Problem, evaluate, required
from watchfloor.engines.staffing.durations import said, seconds
from watchfloor.engines.staffing.files import read
from watchfloor.engines.staffing.roster import Day, Replan, Roster, check, plan, replan
from watchfloor.engines.staffing.roster import Problem as Week
from watchfloor.engines.staffing.simulation import (
    Floor,
    Outcome,
    Range,
    Scenario,
    Totals,
    WhatIf,
    build,
    changed,
    difference,
    outcome,
    prices,
    reference,
    replications,
)  # fmt: skip
from watchfloor.kernel.errors import BadInput


class Share(click.ParamType[float]):
    """A share: ``0.8`` or ``80%``."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        written = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*(%?)\s*", str(value))
        if not written:
            self.fail(f"{value!r} is no share; write 0.8 or 80%.", param, ctx)
        return float(written[1]) / (100 if written[2] else 1)


class Length(click.ParamType[float]):
    """A length of time: ``90``, ``90s``, ``5m``, ``1.5h``, ``2d``."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        name = (param.opts[0] if param else "") or "time"
        return value if isinstance(value, float) else seconds(str(value), name)


@click.group()
def staffing() -> None:
    """How many people the work needs: formulas, deferred work, simulation, rosters."""


@staffing.command()
@click.option("--rate", type=float, required=True, metavar="N", help="Items an hour.")
@click.option("--aht", type=Length(), required=True, metavar="TIME", help="Average handle time: 90s, 5m.")
@click.option("--agents", type=click.IntRange(0), metavar="N", help="What so many agents do.")
@click.option("--target", type=Share(), metavar="SHARE", help="The fewest agents that serve this share in time: 80%.")
@click.option("--within", type=Length(), metavar="TIME", help="In time is within this wait: 20s.")
@click.option(
    "--patience", type=Length(), metavar="TIME", help="Items leave unserved after so long on average (Erlang A)."
)
@click.option(
    "--max-abandoned", type=Share(), default=1.0, metavar="SHARE", help="With --target: at most this share leaves."
)
@click.option(
    "--max-occupancy", type=Share(), default=1.0, metavar="SHARE", help="With --target: agents are at most so busy."
)
@click.option(
    "--shrinkage", type=Share(), default=0.0, metavar="SHARE", help="Paid time in which nobody can take work: 30%."
)
@json_option
def erlang(
    rate: float, aht: float, agents: int | None, target: float | None, within: float | None, patience: float | None,
    max_abandoned: float, max_occupancy: float, shrinkage: float, as_json: bool,
) -> None:  # fmt: skip
    """One queue of work that cannot wait, hour by hour the same.

    Erlang C where items wait for ever, Erlang A with --patience. For work with hours to spare, use `staffing backlog`.

    \b
    watchfloor staffing erlang --rate 200 --aht 3m --target 80% --within 20s --shrinkage 30%
    watchfloor staffing erlang --rate 200 --aht 3m --agents 9 --within 20s --patience 1m
    """
    if (agents is None) == (target is None):
        raise click.UsageError("Give either --agents or --target.")
    if target is not None and within is None:
        raise click.UsageError("--target needs --within, the wait that still counts as in time.")
    if not 0 <= shrinkage < 1:
        raise click.UsageError("--shrinkage is a share below 1.")
    if agents is not None:
        found = formulas.figures(rate=rate, handle=aht, agents=agents, within=within, patience=patience)
    else:
        assert target is not None and within is not None
        found = formulas.required(
            rate=rate, handle=aht, share=target, within=within, patience=patience,
            most_abandoned=max_abandoned, most_occupied=max_occupancy,
        )  # fmt: skip
    paid = math.ceil(found.agents / (1 - shrinkage) - 1e-9)
    lines = [
        f"{found.agents:,} agents at work"
        + (f", {paid:,} paid" if shrinkage else "")
        + f" ({found.model}, {found.load:,.2f} erlangs)",
        f"  busy            {found.occupancy:.1%}",
        f"  items that wait {found.waits:.1%}",
        f"  mean wait       {said(found.mean_wait)}",
        f"  waiting         {found.mean_waiting:,.2f} on average",
    ]
    if patience is not None:
        lines.append(f"  leave unserved  {found.abandoned:.1%}")
    if within is not None and found.served_within is not None:
        lines.append(f"  in time         {found.served_within:.1%} within {said(within)}")
    emit({**msgspec.to_builtins(found), "paid": paid}, as_json=as_json, text="\n".join(lines))


@staffing.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--need",
    type=click.Choice(["level", "flat"]),
    help="The fewest agents: as level as due times allow, or one number.",
)
@json_option
def backlog(file: Path, need: str | None, as_json: bool) -> None:
    """Work that may wait for hours: what the agents of FILE leave undone and late, or how many are needed.

    Without agents in FILE the need is told. The page "Files of staffing" shows what FILE holds.

    \b
    watchfloor staffing backlog week.json
    watchfloor staffing backlog week.json --need flat --json
    """
    problem = read(file, Problem)
    plan = None
    if need or not problem.agents:
        plan = required(problem, need or "level")
    result = plan.result if plan else evaluate(problem)
    lines = []
    if plan:
        lines.append(
            f"{plan.agent_hours:,.0f} agent-hours, {plan.peak:,} agents at the peak, {max(plan.paid):,} paid for it"
        )
        lines.append("agents by interval: " + " ".join(map(str, plan.agents)))
    else:
        lines.append(
            f"{result.agent_hours:,.0f} agent-hours for {result.work_hours:,.0f} hours of work: busy {result.occupancy:.1%}"
        )
    if result.grows:
        lines.append(f"Too few: {result.grows:,.1f} agent-hours of work are left over each turn, for ever.")
    rows = [
        {
            "class": each.name, "items": round(each.items), "in time": f"{each.attainment:.1%}", "target": f"{each.target:.0%}",
            "mean wait": said(each.mean_wait), "most waiting": round(each.most_waiting), "oldest": said(max(each.oldest_by_interval)),
        }
        for each in result.classes
    ]  # fmt: skip
    lines.append(table(rows, list(rows[0]), empty=""))
    emit(plan or result, as_json=as_json, text="\n".join(lines))


@staffing.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--replications",
    "many",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="Runs with other luck.",
)
@click.option("--against", type=click.Path(path_type=Path), help="What if: another scenario, or a file of changes.")
@click.option("--prices", "with_prices", is_flag=True, help="Also what one more agent-hour in each queue would spare.")
@click.option("--plain", is_flag=True, help="By the plain program: slow, the same figures, needs nothing installed.")
@json_option
def simulate(scenario: Path, many: int, against: Path | None, with_prices: bool, plain: bool, as_json: bool) -> None:
    """The floor of SCENARIO, item by item: skills, priorities, shifts, breaks, budgets of exposure.

    Figures are means with 95 % intervals over the replications. With --against the differences are told too: both floors get the same
    items at the same times, so that they are sharp. The page "Files of staffing" shows what the files hold.

    \b
    watchfloor staffing simulate week.json --replications 50
    watchfloor staffing simulate week.json --against outage.json --json
    """
    base = read(scenario, Scenario)
    floor = build(base)
    other = None if against is None else build(_other(base, against))
    runs_of = _plainly if plain else _compiled
    runs = runs_of(floor, many, "Simulating")
    answer: dict[str, Any] = {"scenario": outcome(floor, runs)}
    lines = _told(answer["scenario"])
    if other is not None:
        others = runs_of(other, many, "Simulating the other")
        answer["against"] = outcome(other, others)
        answer["difference"] = difference(floor, runs, other, others)
        lines += [
            "",
            "The other:",
            *_told(answer["against"]),
            "",
            "The other minus this one:",
            *_told(answer["difference"], signed=True),
        ]
    if with_prices:
        with Bar("Pricing", many * len(base.queues)) as bar:
            answer["prices"] = prices(base, runs, step=bar.step)
        lines += ["", "Late items spared by one more agent-hour:"]
        lines += [f"  {each.queue}: {_range(each.late_spared, '.2f')}" for each in answer["prices"]]
    emit(answer, as_json=as_json, text="\n".join(lines))


def _other(base: Scenario, path: Path) -> Scenario:
    """A whole scenario, or the base with the changes that the file names."""
    try:
        changes = b'"changes"' in path.read_bytes()
    except OSError as error:
        raise BadInput("unreadable", f"{path} cannot be read: {error.strerror}.") from error
    return changed(base, read(path, WhatIf).changes) if changes else read(path, Scenario)


def _compiled(floor: Floor, many: int, what: str) -> list[Totals]:
    with Bar(what, many) as bar:
        return replications(floor, many, step=bar.step)


def _plainly(floor: Floor, many: int, what: str) -> list[Totals]:
    found = []
    with Bar(what, many) as bar:
        for number in range(many):
            found.append(reference.run(floor, number))
            bar.step()
    return found


def _told(found: Outcome, *, signed: bool = False) -> list[str]:
    sign = "+" if signed else ""
    rows = [
        {
            "queue": each.name, "items": _range(each.arrived, f"{sign},.0f"), "in time": _range(each.attainment, f"{sign}.1%"),
            "AAS min": _range(each.aas, f"{sign},.1f", 60), "AHT s": _range(each.aht, f"{sign},.1f"),
            "open at the end": _range(each.backlog_end, f"{sign},.0f"), "left unserved": _range(each.abandoned, f"{sign},.0f"),
        }
        for each in [*found.queues, found.all]
    ]  # fmt: skip
    people = [
        {
            "team": each.name, "solved": _range(each.solved, f"{sign},.0f"), "busy": _range(each.occupancy, f"{sign}.1%"),
            "exposed h": _range(each.exposure_hours, f"{sign},.1f"), "paid h": _range(each.paid_hours, f"{sign},.0f"),
            "cost": _range(each.cost, f"{sign},.0f"),
        }
        for each in found.teams
    ]  # fmt: skip
    return [table(rows, list(rows[0]), empty=""), "", table(people, list(people[0]), empty="") if people else ""]


def _range(of: Range, form: str, by: float = 1.0) -> str:
    """``12.3 [11.9, 12.7]``; without the interval where it is nought."""
    value = format(of.value / by, form)
    if of.low is None or of.high is None or of.low == of.high:
        return value
    return f"{value} [{format(of.low / by, form)}, {format(of.high / by, form)}]"


@staffing.command()
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
    given = read(problem, Week)
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
