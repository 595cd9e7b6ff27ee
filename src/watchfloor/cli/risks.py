"""``watchfloor risk``: the register of risks without a browser, for reports and for programs that watch it."""

from __future__ import annotations

from typing import Any

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare


@click.group()
def risk() -> None:
    """The register of risks, and what their indicators say."""


@risk.command("list")
@click.option("--closed", is_flag=True, help="Those that are closed, instead of the open ones.")
@click.option("--overdue", is_flag=True, help="Only those whose day of review has gone by.")
@click.option("--market", default="", help="Only those of one market, like DE.")
@json_option
def list_(closed: bool, overdue: bool, market: str, as_json: bool) -> None:
    """List risks, what is left of them largest first."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.programme.risks import access
    from watchfloor.programme.risks.shown import named

    rows = access.risks(system("cli")).filter(closed_at__isnull=not closed)
    if market:
        rows = rows.filter(market=market.strip().upper())
    found = [named(row) for row in rows.order_by("number").prefetch_related("indicators")]
    found = [each for each in found if each["overdue"] or not overdue]
    found.sort(key=lambda each: (-each["residual_likelihood"] * each["residual_impact"], each["number"]))
    lines = [
        {"number": each["number"], "left": each["residual_band"], "without controls": each["band"], "title": each["title"],
         "owner": each["owner_name"], "review": f"{each['review_on']}{' overdue' if each['overdue'] else ''}",
         "indicators": _worst(each)} for each in found
    ]  # fmt: skip
    columns = ["number", "left", "without controls", "indicators", "review", "owner", "title"]
    emit({"risks": found}, as_json=as_json, text=table(lines, columns, empty="No risk like that is in the register."))


@risk.command()
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@json_option
def show(number: int, as_json: bool) -> None:
    """One risk by its NUMBER, with its controls, indicators and history."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.kernel.errors import NotFound
    from watchfloor.programme.risks import access
    from watchfloor.programme.risks.shown import whole

    row = access.risks(system("cli")).filter(number=number).first()
    if row is None:
        raise NotFound(
            "unknown_risk", "There is no such risk.", where="NUMBER", hint="`watchfloor risk list` lists them."
        )
    found = whole(row)
    emit(found, as_json=as_json, text=_text(found))


def _worst(found: dict[str, Any]) -> str:
    states = [each["state"] for each in found["indicators"]]
    return max(states, key=["unknown", "green", "amber", "red"].index, default="none")


def _text(found: dict[str, Any]) -> str:
    days = "overdue since" if found["overdue"] else "looked at again on"
    lines = [
        f"Risk {found['number']}: {found['title']}",
        f"Left: {found['residual_band']} ({found['residual_likelihood']} x {found['residual_impact']}); "
        f"without controls: {found['band']} ({found['likelihood']} x {found['impact']}); {found['treatment']}",
        f"Owner: {found['owner_name'] or 'nobody yet'}; {days} {found['review_on']}"
        + ("; closed" if found["closed"] else ""),
    ]
    lines += [f"{name.capitalize()}: {found[name]}" for name in ("cause", "event", "effect", "plan") if found[name]]
    lines += ["", "Controls", table(found["controls"], ["works", "tested_on", "test_by", "text"], empty="None.")]
    lines += [
        "",
        "Indicators",
        table(found["indicators"], ["metric", "span", "value", "amber", "red", "state"], empty="None."),
    ]
    lines += ["", "History", table(found["history"], ["at", "what", "by", "said"], empty="None.")]
    return "\n".join(lines)
