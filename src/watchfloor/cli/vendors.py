"""``watchfloor vendor``: scorecards, contracts as files, invoices held against the log, without a browser."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare
from watchfloor.kernel.errors import BadInput


@click.group()
def vendor() -> None:
    """Scorecards, contracts and invoices of vendors."""


@vendor.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the vendors, with the version of the contract in force."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.kernel import clock
    from watchfloor.vendors import access, contracts

    today = clock.now().date()
    rows = []
    for each in access.vendors(system("cli")):
        held = contracts.in_force(each.key, today)
        rows.append({"key": each.key, "name": each.name, "site": each.site, "contract": held.number if held else None})
    emit(rows, as_json=as_json, text=table(rows, ["key", "name", "site", "contract"], empty="No vendors."))


@vendor.command()
@click.argument("key")
@click.option("--from", "start", help="First day, like 2026-11-01. [default: 28 days ago]")
@click.option("--to", "end", help="Last day. [default: yesterday]")
@json_option
def scorecard(key: str, start: str | None, end: str | None, as_json: bool) -> None:
    """Targets against actual, with intervals and the service credit that follows."""
    prepare.django()
    from datetime import timedelta

    from watchfloor.identity.domain import system
    from watchfloor.kernel import clock
    from watchfloor.vendors import access
    from watchfloor.vendors.api import card

    actor = system("cli")
    side = access.side(actor, key)
    last = _day(end, "--to") if end else clock.now().date() - timedelta(days=1)
    first = _day(start, "--from") if start else last - timedelta(days=27)
    found = card(actor, side, first, last)
    names = ["figure", "clause", "goal", "value", "low", "high", "days", "counted", "outcome", "by", "percent"]
    text = table([*found["targets"], *found["others"]], names, empty="No work in this period.")
    text += f"\n\nService credit: {found['credit_capped']} % of the fee"
    if found["credit_amount"]:
        text += f", {found['credit_amount']} {found['currency']}"
    emit(found, as_json=as_json, text=text)


@vendor.command()
@click.argument("key")
@click.argument("sheet", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "starts_on", help="With SHEET: the day from which it holds.")
@click.option("--note", default="", help="With SHEET: why it changed.")
@json_option
def contract(key: str, sheet: Path | None, starts_on: str | None, note: str, as_json: bool) -> None:
    """Print a contract's targets and rates as CSV, or write a new version from the file SHEET."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.vendors import access, contracts
    from watchfloor.vendors.actions.contracts import save_contract

    actor = system("cli")
    side = access.side(actor, key)
    newest = contracts.versions(side.vendor.key).first()
    typed = contracts.typed(contracts.terms_of(newest))
    if sheet is None:
        number = newest.number if newest else 0
        emit({"number": number, **typed}, as_json=as_json, text=str(typed["sheet"]).rstrip())
        return
    if not starts_on:
        raise BadInput("say_from", "Say from which day it holds.", where="--from", hint="--from 2026-12-01")
    try:
        lines = sheet.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(
            "bad_file", f"{sheet} is not UTF-8 text.", where="SHEET", hint="Save it as CSV, UTF-8."
        ) from None
    terms = contracts.read({**typed, "sheet": lines})
    with writing(actor) as w:
        row = save_contract(w, side.vendor.key, terms, _day(starts_on, "--from"), note=note)
    said = f"Version {row.number} holds from {row.starts_on}: {len(terms.targets)} targets, {len(terms.rates)} rates."
    emit({"number": row.number, "starts_on": row.starts_on.isoformat()}, as_json=as_json, text=said)


@vendor.command()
@click.argument("key")
@json_option
def invoices(key: str, as_json: bool) -> None:
    """List a vendor's invoices, with what the log supports of each."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.vendors import access
    from watchfloor.vendors.actions.invoices import compared
    from watchfloor.vendors.models import Invoice

    side = access.side(system("cli"), key)
    rows = []
    for row in Invoice.objects.filter(vendor_key=side.vendor.key).order_by("-starts_on", "-taken_in_at")[:200]:
        found = compared(side, row)
        rows.append(
            {
                "reference": row.reference, "from": row.starts_on.isoformat(), "to": row.ends_on.isoformat(), "state": str(row.state),
                "total": str(row.total), "agreed": str(found.agreed), "differences": len(found.differences),
            }
        )  # fmt: skip
    names = ["reference", "from", "to", "state", "total", "agreed", "differences"]
    emit(rows, as_json=as_json, text=table(rows, names, empty="No invoices."))


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("bad_date", f"{text[:20]!r} is no day.", where=where, hint="Write 2026-11-02.") from None
