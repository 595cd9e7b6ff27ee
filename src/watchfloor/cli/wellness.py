"""``watchfloor wellness``: budgets of exposure, and how groups of five people and more are. Never a person."""

from __future__ import annotations

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare


@click.group()
def wellness() -> None:
    """Budgets of exposure, and the published figures of groups."""


@wellness.command()
@json_option
def budgets(as_json: bool) -> None:
    """Print the budgets of the house, in minutes by severity."""
    prepare.django()
    from watchfloor.workforce.api import all_budgets

    found = all_budgets()
    rows = [
        {
            "scope": each["scope"], "day": _minutes(each["day"]), "week": _minutes(each["week"]),
            "break after severe": each["severe_break"], "after work": each["work_break"], "for": each["break_minutes"],
        }
        for each in found
    ]  # fmt: skip
    names = ["scope", "day", "week", "break after severe", "after work", "for"]
    emit({"budgets": found}, as_json=as_json, text=table(rows, names, empty="The house has set no budget."))


@wellness.command()
@click.option("--weeks", "count", default=8, show_default=True, help="How many weeks back.")
@click.option("--vendor", default="", help="Only this vendor's published figures.")
@json_option
def aggregate(count: int, vendor: str, as_json: bool) -> None:
    """Print exposure, breaks and steps back by whole weeks; each figure stands for five people or more."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.workforce.api import all_figures

    found = all_figures(system("cli"), count, vendor)
    rows = [
        {
            **each, "week": each["week"].isoformat(),
            "amount": round(each["amount"] / 60_000) if each["measure"] == "exposure" else each["amount"],
            "unit": "min" if each["measure"] == "exposure" else "",
        }
        for each in found
    ]  # fmt: skip
    names = ["week", "vendor", "team", "measure", "severity", "amount", "unit", "people"]
    empty = "No figures: a week is published when it is over, and only what five people or more contributed to."
    emit({"figures": found}, as_json=as_json, text=table(rows, names, empty=empty))


def _minutes(by_severity: dict[str, int]) -> str:
    return (
        ", ".join(f"{minutes} from severity {severity}" for severity, minutes in sorted(by_severity.items())) or "none"
    )
