"""``watchfloor cybertip``: reports to NCMEC from a shell, as a person of the isolated role.

It releases nothing: that takes two people in the console.
"""

from __future__ import annotations

from typing import Any

import click

from watchfloor.cli.output import emit, json_option, table

as_option = click.option(
    "--as", "email", required=True, help="Whose roles count: the e-mail address of a person of the role."
)
COLUMNS = ("id", "state", "environment", "due_at", "late_at", "prepared_by", "released_by", "report_id")


@click.group()
def cybertip() -> None:
    """Reports of child sexual exploitation to NCMEC: what there is, how it stands, send what was released."""


@cybertip.command("list")
@as_option
@click.option("--state", default="", help="Only those in this state.")
@json_option
def list_(email: str, state: str, as_json: bool) -> None:
    """Print the reports, states and times only."""
    actor = _actor(email)
    from watchfloor.cybertip import queries

    rows = [queries.facts(row) for row in queries.listed(actor, state)]
    emit({"reports": rows}, as_json=as_json, text=table(rows, COLUMNS, empty="Nothing is to be reported."))


@cybertip.command()
@click.argument("tip_id")
@as_option
@json_option
def show(tip_id: str, email: str, as_json: bool) -> None:
    """Print how TIP_ID stands, with each report that was opened at NCMEC. The look is logged."""
    actor = _actor(email)
    row = _tip(actor, tip_id, "command show")
    from watchfloor.cybertip import queries
    from watchfloor.ledger.writer import plain

    facts = queries.facts(row)
    facts["openings"] = [
        {
            "report_id": each.report_id,
            "outcome": each.outcome,
            "began_at": plain(each.began_at),
            "ended_at": plain(each.ended_at),
        }
        for each in row.openings.order_by("began_at")
    ]
    facts["files"] = [
        {"file_id": each.file_id, "state": each.state, "sha256": each.media.sha256, "viewed": each.viewed}
        for each in row.files.select_related("media").order_by("place")
    ]
    text = "\n".join(f"{name}: {value}" for name, value in facts.items() if value not in (None, "", []))
    emit(facts, as_json=as_json, text=text)


@cybertip.command()
@click.argument("tip_id")
@as_option
@json_option
def send(tip_id: str, email: str, as_json: bool) -> None:
    """Take TIP_ID, which two people have released, to NCMEC now instead of when its turn comes."""
    actor = _actor(email)
    row = _tip(actor, tip_id, "command send")
    from watchfloor.cybertip import queries, sending
    from watchfloor.kernel.errors import Conflict

    if row.state != "sending":
        raise Conflict("not_released", f"This report is {row.state}.", hint="Two people release it in the console.")
    if not sending.send_now(row.pk):
        raise Conflict("busy", "Another process works on it.", hint="Ask again in six minutes.")
    row.refresh_from_db()
    facts = queries.facts(row)
    emit(
        facts, as_json=as_json, text=f"{facts['id']} is {row.state}" + (f" ({row.why_code})." if row.why_code else ".")
    )


@cybertip.command()
@as_option
@click.option(
    "--xsd", type=click.Path(dir_okay=False, writable=True), help="Write NCMEC's schema in force to this file."
)
@json_option
def check(email: str, xsd: str | None, as_json: bool) -> None:
    """Ask NCMEC's service whether it is there and lets us in."""
    actor = _actor(email)
    from watchfloor.cybertip import access, house
    from watchfloor.cybertip.client import Client, Unknown
    from watchfloor.kernel.errors import Conflict

    if not access.may(actor, access.MANAGE):
        raise access.nothing()
    plan, answers = house.current()
    try:
        with Client(house.base_url(plan.environment), answers.username, answers.password) as client:
            code = client.status().code
            schema = client.xsd() if xsd and code == 0 else ""
    except Unknown as error:
        raise Conflict("unreachable", f"NCMEC's service could not be asked: {error}.") from None
    if xsd and schema:
        with click.open_file(xsd, "w") as out:
            out.write(schema)
    emit({"environment": plan.environment, "code": code}, as_json=as_json, text=f"{plan.environment}: code {code}")


def _actor(email: str) -> Any:
    from watchfloor.console import prepare

    prepare.django()
    from watchfloor.cybertip import access
    from watchfloor.identity.models import User
    from watchfloor.identity.queries import actor_for

    person = User.objects.filter(email=email.lower(), is_active=True).first()
    actor = actor_for(person) if person is not None else None
    if actor is None or not any(access.may(actor, name) for name in access.ANY):
        raise access.nothing()
    return actor


def _tip(actor: Any, tip_id: str, why: str) -> Any:
    from watchfloor.cybertip import access
    from watchfloor.kernel import ids

    return access.tip(actor, ids.decode("tip", tip_id), why=why)
