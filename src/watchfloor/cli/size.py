"""``watchfloor size``: how many machines, how much disk, and what gives way first; from measured costs, without a server."""

from __future__ import annotations

import math
from typing import Any

import click
import msgspec

from watchfloor.cli.output import emit, json_option
from watchfloor.engines.sizing import Demand, Plan, plan
from watchfloor.engines.sizing.rates import MEASURED_BY, measured

_USUAL = Demand()
_NUMBER = click.FLOAT


@click.command()
@click.option(
    "--events-per-day", type=_NUMBER, default=0, help="What happens on the platform and is shown to rules, like 400e6."
)
@click.option("--recorded", type=_NUMBER, default=_USUAL.recorded, show_default=True,
              help="Share of it that is kept; of the rest only a verdict is asked.")  # fmt: skip
@click.option("--reports-per-day", type=_NUMBER, default=0, help="What people report.")
@click.option("--reviewers", type=int, default=0, help="People who decide.")
@click.option(
    "--online",
    type=_NUMBER,
    default=_USUAL.online,
    show_default=True,
    help="Share of them at work at the busiest hour.",
)
@click.option(
    "--decisions-per-hour", type=_NUMBER, default=_USUAL.decisions_per_hour, show_default=True, help="Of one reviewer."
)
@click.option(
    "--peak", type=_NUMBER, default=_USUAL.peak, show_default=True, help="The busiest second as a multiple of the mean."
)
@click.option(
    "--busy", type=_NUMBER, default=_USUAL.busy, show_default=True, help="How much of a core may be used at the peak."
)
@click.option("--cores", type=int, default=_USUAL.cores, show_default=True, help="Of one machine.")
@click.option("--database-cores", type=int, default=_USUAL.database_cores, show_default=True, help="Of the primary.")
@click.option("--days", type=int, default=_USUAL.days, show_default=True, help="Rows stay in the database.")
@click.option(
    "--lake-days", type=int, default=_USUAL.lake_days, show_default=True, help="Events and facts stay as files."
)
@json_option
def size(as_json: bool, **asked: Any) -> None:
    """Machines by role, disk, network and the first wall.

    Example: watchfloor size --events-per-day 400e6 --recorded 0.02 --reviewers 10000"""
    found = plan(Demand(**asked))
    document = msgspec.to_builtins(found) | {"measured": measured(), "measured_by": MEASURED_BY}
    for wall in document["walls"]:
        if math.isinf(wall["full_at_events_per_day"]):
            wall["full_at_events_per_day"] = None
    emit(document, as_json=as_json, text=_text(found))


def _text(found: Plan) -> str:
    lines = ["            mean cores    peak cores (least-most)   machines"]
    for need in found.needs:
        least, median, most = need.peak_cores
        span = f"{median:,.1f} ({least:,.1f}-{most:,.1f})"
        note = " (one works, one stands by)" if need.role in {"database", "scheduler"} else ""
        lines.append(f"{need.role:<14}{need.mean_cores:>8,.1f}    {span:>24}   {need.machines:>8}{note}")
    lines += [
        f"{'':<14}{'':>8}    {'':>24}   {found.machines:>8}", "",
        f"The database's log: {_span(found.log_mb_s)} MB/s at the peak",
        f"Rows: {_span(found.rows_gb_day)} GB a day, {_span(found.rows_tb_kept)} TB kept {found.demand.days} days",
        f"Lake: {_span(found.lake_gb_day)} GB a day, {_span(found.lake_tb_kept)} TB kept {found.demand.lake_days} days",
        f"Network in: about {found.network_mb_s:,.0f} MB/s at the peak", "",
    ]  # fmt: skip
    first = found.first_wall
    if first.share > 1:
        lines.append(f"IT DOES NOT FIT: {first.name} would need {first.share:,.1f} times what there is.")
    for wall in found.walls:
        full = (
            ""
            if math.isinf(wall.full_at_events_per_day)
            else f", full at {_many(wall.full_at_events_per_day)} events a day"
        )
        guess = "" if wall.measured else " (limit assumed)"
        lines.append(
            f"{wall.share:>6.0%}  {wall.name}: {wall.demand:,.0f} of {wall.capacity:,.0f} {wall.unit}{full}{guess}"
        )
    lines += [f"        {first.then}", "", f"Costs of each unit: {MEASURED_BY}", f"  {measured()}"]
    return "\n".join(lines)


def _span(three: tuple[float, float, float]) -> str:
    return f"{three[1]:,.1f} ({three[0]:,.1f}-{three[2]:,.1f})"


def _many(number: float) -> str:
    for unit, name in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if number >= unit:
            return f"{number / unit:,.1f} {name}"
    return f"{number:,.0f}"
