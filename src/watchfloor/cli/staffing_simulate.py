"""``watchfloor staffing simulate``: a floor item by item from a file, and what if."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.cli.progress import Bar
from watchfloor.engines.staffing.files import read
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
)
from watchfloor.kernel.errors import BadInput
from watchfloor.staffing.domain import money


@click.command()
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
@click.option("--rates", type=click.Path(path_type=Path), help="What an hour costs by vendor: money beside hours.")
@click.option("--plain", is_flag=True, help="By the plain program: slow, the same figures, needs nothing installed.")
@json_option
def simulate(
    scenario: Path, many: int, against: Path | None, with_prices: bool, rates: Path | None, plain: bool, as_json: bool
) -> None:  # fmt: skip
    """The floor of SCENARIO, item by item: skills, priorities, shifts, breaks, budgets of exposure.

    Figures are means with 95 % intervals over the replications. With --against the differences are told too: both floors get the same
    items at the same times, so that they are sharp. The page "Files of staffing" shows what the files hold.

    \b
    watchfloor staffing simulate week.json --replications 50
    watchfloor staffing simulate week.json --against outage.json --json
    watchfloor staffing simulate week.json --against outage.json --rates rates.json
    """
    base = read(scenario, Scenario)
    floor = build(base)
    changed_to = None if against is None else _other(base, against)
    other = None if changed_to is None else build(changed_to)
    known = None if rates is None else _rates(rates)
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
    if known is not None:
        vendors = {team.name: team.vendor for each in (base, changed_to) if each is not None for team in each.teams}
        costs = {"scenario": money.cost(answer["scenario"].teams, vendors, known)}
        if other is not None:
            one, two = answer["scenario"].teams, answer["against"].teams
            costs["against"] = money.cost(two, vendors, known)
            costs["difference"] = money.difference(answer["difference"].teams, one, two, vendors, known)
        answer["money"] = costs
        lines += ["", *_money(costs)]
    if with_prices:
        with Bar("Pricing", many * len(base.queues)) as bar:
            answer["prices"] = prices(base, runs, step=bar.step)
        lines += ["", "Late items spared by one more agent-hour:"]
        lines += [f"  {each.queue}: {_range(each.late_spared, '.2f')}" for each in answer["prices"]]
    emit(answer, as_json=as_json, text="\n".join(lines))


def _rates(path: Path) -> dict[str, money.Hourly]:
    known = read(path, dict[str, money.Hourly])
    wrong = money.check(known)
    if wrong:
        raise BadInput(
            "bad_rate", f"The rate of {wrong!r} is none.", where=str(path), hint='{"Vendor B": {"hourly": 14.5, "currency": "EUR"}}'
        )  # fmt: skip
    return known


def _money(costs: dict[str, money.Cost]) -> list[str]:
    names = {"scenario": "This one", "against": "The other", "difference": "The difference"}
    rows = []
    for name, cost in costs.items():
        sign = "+" if name == "difference" else ""
        told = {each: _range(of, f"{sign},.0f") for each, of in cost.money.items()}
        rows.append({"money": names[name], **told, "hours without a rate": _range(cost.unpriced, f"{sign},.0f")})
    heads = ["money", *sorted({each for cost in costs.values() for each in cost.money}), "hours without a rate"]
    return [table(rows, heads, empty="")]


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
