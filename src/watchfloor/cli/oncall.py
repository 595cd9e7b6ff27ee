"""``watchfloor oncall``: who is on, page somebody, answer a page, from a shell or a script; a schedule in a file, without a server."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table

if TYPE_CHECKING:
    from watchfloor.oncall.domain.plain import Answer, Plan

ACTOR = "command"


@click.group()
def oncall() -> None:
    """Who is on call, and the pages they answer."""


@oncall.command()
@json_option
def now(as_json: bool) -> None:
    """Print who is on by each schedule, and who comes next."""
    _actor()
    from watchfloor.oncall.api import everyone

    found = msgspec.to_builtins(everyone())
    text = table(found, ["schedule", "on", "until", "next", "next_at"], empty="There is no schedule.")
    emit({"schedules": found}, as_json=as_json, text=text)


@oncall.command()
@click.option("--state", default="", type=click.Choice(["", "raised", "acknowledged", "resolved"]), help="Only those.")
@json_option
def pages(state: str, as_json: bool) -> None:
    """Print the newest pages."""
    actor = _actor()
    from watchfloor.oncall.api import all_pages

    found = msgspec.to_builtins(all_pages(actor, state))
    text = table(
        found, ["id", "about", "severity", "policy", "state", "raised_at", "acknowledged_by"], empty="No pages."
    )
    emit({"pages": found}, as_json=as_json, text=text)


@oncall.command()
@click.argument("words")
@click.option("--severity", default=4, show_default=True, type=click.IntRange(1, 5), help="1 to 5.")
@click.option(
    "--policy", "escalation_policy", default="", help="The key of an escalation policy; without it by the matrix."
)
@click.option("--key", default="", help="Of what it is about: one live page for each.")
@json_option
def page(words: str, severity: int, escalation_policy: str, key: str, as_json: bool) -> None:
    """Page who is on call. WORDS are read behind the sign-in; they are in no message."""
    actor = _actor()
    from watchfloor.kernel.errors import Conflict
    from watchfloor.kernel.ids import new_id
    from watchfloor.ledger.writer import writing
    from watchfloor.oncall import actions
    from watchfloor.oncall.api import page_out
    from watchfloor.oncall.contracts import PageIn

    with writing(actor) as w:
        asked = PageIn(
            key=key or f"manual:{new_id()}", severity=severity, words=words, escalation_policy=escalation_policy
        )
        row = actions.page(w, asked)
    if row is None:
        raise Conflict("no_line", "The matrix has no line for this.", hint="Name an escalation policy with --policy.")
    value = msgspec.to_builtins(page_out(actor, row))
    emit(value, as_json=as_json, text=f"{value['id']} is {value['state']}; it was asked for {value['times']} times.")


@oncall.command()
@click.argument("page_id")
@json_option
def ack(page_id: str, as_json: bool) -> None:
    """Acknowledge PAGE_ID: nobody else is called."""
    actor = _actor()
    from watchfloor.kernel import ids
    from watchfloor.oncall import actions
    from watchfloor.oncall.api import page_out

    value = msgspec.to_builtins(page_out(actor, actions.acknowledge(actor, ids.decode("page", page_id))))
    emit(value, as_json=as_json, text=f"{value['id']} is {value['state']}.")


@oncall.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "start", required=True, metavar="DAY", help="On the wall of the schedule's zone: 2026-03-23.")
@click.option("--to", "end", required=True, metavar="DAY", help="The first moment that no longer counts.")
@click.option("--ics", is_flag=True, help="Print a calendar (iCalendar).")
@click.option("--pay", is_flag=True, help="Print hours by kind for each person, as CSV for payroll.")
@json_option
def schedule(file: Path, start: str, end: str, ics: bool, pay: bool, as_json: bool) -> None:
    """Who is on call by FILE, where nobody is, and which rules of rest and fairness the plan breaks.

    FILE is JSON; the page "Be on call" shows what it holds. No server and no database are asked.

    \b
    watchfloor oncall schedule leads.json --from 2026-03-23 --to 2026-04-20
    watchfloor oncall schedule leads.json --from 2026-03-01 --to 2026-04-01 --pay > march.csv
    """
    from watchfloor.kernel import clock
    from watchfloor.kernel.errors import BadInput
    from watchfloor.oncall.domain import plain
    from watchfloor.oncall.domain.ics import write

    if ics + pay + as_json > 1:
        raise click.UsageError("Choose one of --ics, --pay and --json.")
    try:
        plan = plain.parse(file.read_bytes())
    except OSError as error:
        raise BadInput("no_file", f"{file} cannot be read: {error.strerror}.", where="FILE") from None
    first, last = plain.day(start, plan.schedule.zone), plain.day(end, plan.schedule.zone)
    if not first < last:
        raise BadInput("bad_span", "--to is after --from.", where="--to")
    if (last - first).days > 3_660:
        raise BadInput("bad_span", "At most ten years at a time.", where="--to")
    found = plain.answer(plan, first, last)
    if ics:
        click.echo(write(plan.name, plain.entries(plan, found), clock.now()), nl=False)
    elif pay:
        click.echo("\n".join(",".join(row) for row in plain.pay_rows(plan, found)))
    else:
        emit(plain.as_json(plan, found), as_json=as_json, text=_told(plan, found))


def _told(plan: Plan, found: Answer) -> str:
    """The answer for people: times on the wall of the schedule's zone."""
    place = ZoneInfo(plan.schedule.zone)

    def at(moment: datetime) -> str:
        return moment.astimezone(place).strftime("%a %Y-%m-%d %H:%M %z")

    def hours(span: Any) -> float:
        return float(span.total_seconds() / 3600)

    rows = [
        {"who": plan.names[each.person], "from": at(each.start), "until": at(each.end),
         "hours": hours(each.end - each.start), "by": each.layer}
        for each in found.shifts
    ]  # fmt: skip
    lines = [table(rows, ["who", "from", "until", "hours", "by"], empty="Nobody is on."), ""]
    lines += [f"Nobody is on from {at(first)} until {at(last)}." for first, last in found.gaps]
    words = {
        "rest": "has {found:g} h free before the stretch from {at}; the rule asks for {limit:g}",
        "row": "is on for {found:g} h without a break from {at}; the rule allows {limit:g}",
        "four_weeks": "is on for {found:g} h in the four weeks until {at}; the rule allows {limit:g}",
        "spread": "is on for {found:.1f} h of this span; the rule allows {limit:.1f}",
    }
    lines += [
        f"{plan.names[each.person]} {words[each.rule].format(found=each.found, limit=each.limit, at=at(each.at))}."
        for each in found.breaches
    ]
    load = [
        {"who": plan.names[one.person], "hours": one.hours, "out of hours": more.total - more.working,
         "shifts": one.shifts, "pages": one.pages, "at night": one.nights, "rest broken": one.rest_broken}
        for one, more in zip(found.load, found.pay, strict=True)
    ]  # fmt: skip
    columns = ["who", "hours", "out of hours", "shifts", "pages", "at night", "rest broken"]
    return "\n".join([*lines, *([""] if lines[-1] else []), table(load, columns, empty="")])


def _actor() -> Any:
    from watchfloor.console import prepare

    prepare.django()
    from watchfloor.identity.domain import system

    return system(ACTOR)
