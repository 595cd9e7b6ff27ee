"""``watchfloor staffing``: how many people the work needs, on plain files. No server, no database."""

from __future__ import annotations

import math
import re
from pathlib import Path

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table
from watchfloor.cli.staffing_calibrate import calibrate
from watchfloor.cli.staffing_roster import roster
from watchfloor.cli.staffing_simulate import simulate
from watchfloor.engines.staffing import erlang as formulas
from watchfloor.engines.staffing.backlog import Problem, evaluate, required
from watchfloor.engines.staffing.durations import said, seconds
from watchfloor.engines.staffing.files import read


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


staffing.add_command(calibrate)
staffing.add_command(simulate)
staffing.add_command(roster)
