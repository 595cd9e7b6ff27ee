"""``watchfloor apps``: API apps, how one stands, and what it does by the day."""

from __future__ import annotations

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare


@click.group()
def apps() -> None:
    """API apps under review and in use."""


@apps.command("list")
@click.option("--state", default="", help="draft, waiting, approved, refused or withdrawn.")
@click.option("--step", default="", help="Only with this step in force; any: with one.")
@json_option
def list_(state: str, step: str, as_json: bool) -> None:
    """All apps by name. Example: watchfloor apps list --step any"""
    prepare.django()
    from watchfloor.appreview import queries

    rows = [
        {"app": row.external_id, "name": row.name, "developer": row.developer.name, "state": row.state, "step": row.step,
         "tier": row.tier, "daily_limit": row.daily_limit}
        for row in queries.apps({"state": state, "step": step})
    ]  # fmt: skip
    columns = ["app", "name", "developer", "state", "step", "tier", "daily_limit"]
    emit(rows, as_json=as_json, text=table(rows, columns, empty="No app fits."))


@apps.command()
@click.argument("app")
@json_option
def show(app: str, as_json: bool) -> None:
    """How APP (the platform's id) stands: its applications with their risk, and the steps against it."""
    prepare.django()
    from watchfloor.appreview import queries

    row = queries.app(app)
    applications = [
        {"number": each.number, "state": each.state, "trigger": each.trigger, "risk": each.risk, "due": each.due_at,
         "weights": {weight["key"]: weight["points"] for weight in each.weights}, "evidence": each.evidence}
        for each in row.applications.order_by("-number")
    ]  # fmt: skip
    steps = [
        {"step": each.kind, "violations": " ".join(each.violations), "at": each.at, "taken_back": each.undone_at}
        for each in row.steps.order_by("-at")
    ]
    found = {
        "app": row.external_id, "name": row.name, "developer": row.developer.name, "state": row.state, "step": row.step,
        "tier": row.tier, "scopes": row.scopes, "daily_limit": row.daily_limit, "applications": applications, "steps": steps,
    }  # fmt: skip
    text = "\n".join([
        f"{row.name} ({row.external_id}) by {row.developer.name}: {row.state}{f', {row.step}' if row.step else ''}",
        f"scopes: {', '.join(row.scopes) or 'none'}; calls a day: {row.daily_limit if row.daily_limit is not None else '-'}",
        table(applications, ["number", "state", "trigger", "risk", "due"], empty="No application."),
        table(steps, ["step", "violations", "at", "taken_back"], empty="No step was taken."),
    ])  # fmt: skip
    emit(found, as_json=as_json, text=text)


@apps.command()
@click.argument("app")
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 400))
@json_option
def telemetry(app: str, days: int, as_json: bool) -> None:
    """What APP did on its last whole days, and which figures were out of line. Example: watchfloor apps telemetry app-17"""
    prepare.django()
    from watchfloor.appreview import queries

    rows = [
        {
            **row.figures,
            "out_of_line": " ".join(sorted({alarm["figure"] for alarm in row.alarms})),
            "alarms": row.alarms,
        }
        for row in queries.app(app).days.order_by("-day")[:days]
    ]
    columns = [
        "day",
        "calls",
        "write_share",
        "actors",
        "errors",
        "reports_per_1000",
        "spam_share",
        "near_duplicates",
        "rhythm",
    ]
    emit(rows, as_json=as_json, text=table(rows, [*columns, "out_of_line"], empty="No day is counted yet."))
