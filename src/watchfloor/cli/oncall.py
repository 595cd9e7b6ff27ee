"""``watchfloor oncall``: who is on, page somebody, answer a page, from a shell or a script."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table

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


def _actor() -> Any:
    from watchfloor.console import prepare

    prepare.django()
    from watchfloor.identity.domain import system

    return system(ACTOR)
