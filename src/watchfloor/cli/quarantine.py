"""``watchfloor quarantine``: reports and events that could not be worked: see why, work them again, give one up."""

from __future__ import annotations

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare

ACTOR = "command"


@click.group()
def quarantine() -> None:
    """What could not be worked (contents are not shown)."""


@quarantine.command("list")
@click.option("--limit", default=50, show_default=True, help="Rows shown, the most urgent first.")
@json_option
def listing(limit: int, as_json: bool) -> None:
    """What lies there and why, and how many for which error."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.intake import quarantine as aside

    actor = system(ACTOR)
    rows = [aside.aside(row) for row in aside.rows(actor).defer("body")[: max(1, limit)]]
    sums = aside.summary(actor)
    shown = table(
        [msgspec.to_builtins(row) | {"error": row.error[:80]} for row in rows], ["id", "kind", "source", "attempts", "error"],
        empty="Nothing is in quarantine.",
    )  # fmt: skip
    total = sum(each["count"] for each in sums)
    emit({"count": total, "errors": sums, "rows": rows}, as_json=as_json, text=f"{shown}\n{total:,} in quarantine")


@quarantine.command("replay")
@click.argument("ids", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Everything in quarantine.")
@json_option
def replay(ids: tuple[str, ...], every: bool, as_json: bool) -> None:
    """Put the named ones (by receipt), or all, back into the line, once the cause is mended."""
    if bool(ids) == every:
        raise click.UsageError("Name receipts, or say --all.")
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.intake import quarantine as aside

    actor = system(ACTOR)
    count = aside.replay(actor, None if every else [aside.find(actor, each).pk for each in ids])
    emit({"replayed": count}, as_json=as_json, text=f"{count:,} are in the line again.")


@quarantine.command("discard")
@click.argument("receipt")
@click.option("--why", required=True, help="For the ledger.")
@json_option
def discard(receipt: str, why: str, as_json: bool) -> None:
    """Give one up for good: its content is erased, who and why is kept."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.intake import quarantine as aside

    actor = system(ACTOR)
    aside.discard(actor, aside.find(actor, receipt).pk, why)
    emit({"discarded": receipt}, as_json=as_json, text=f"{receipt} is given up.")
