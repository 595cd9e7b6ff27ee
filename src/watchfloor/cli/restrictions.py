"""``watchfloor restrictions``: whom or what is held back from doing what, from a shell or a script."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare

ACTOR = "command"
_COLUMNS = ["key", "subject", "value", "actions", "effect", "state", "hits", "clean", "violating", "expires"]


@click.group()
def restrictions() -> None:
    """Whom or what is held back from doing what."""


def _options(command: Any) -> Any:
    for option in (
        click.option("--effect", required=True, help="allow, slow, challenge, review or deny."),
        click.option(
            "--action",
            "actions",
            multiple=True,
            required=True,
            help="sign_up, post, message, follow, report, link or media; several times.",
        ),
        click.option("--limit", type=int, default=0, help="Of slow: so many ..."),
        click.option("--window", type=int, default=0, help="... in so many seconds."),
        click.option("--policy", default="", help="Of review: the policy under which it is reviewed."),
        click.option("--expires", default="", help="A day or moment (ISO 8601) from which it no longer counts."),
        click.option("--reason", required=True, help="Why, for colleagues."),
    ):
        command = option(command)
    return command


@restrictions.command("list")
@click.option("--state", default="on", show_default=True, help="on, waiting, lifted, refused, expired or all.")
@json_option
def list_all(state: str, as_json: bool) -> None:
    """Restrictions with their hits of the last 30 days."""
    prepare.django()
    from watchfloor.detection.reputation import queries

    found = list(queries.restrictions({"state": state}))
    figures = queries.counts(found)
    rows: list[dict[str, Any]] = [
        {"key": row.key, "subject": row.subject, "value": row.value, "actions": list(row.actions), "effect": row.effect,
         "state": queries.state_of(row), "hits": figures[row.pk].hits, "clean": figures[row.pk].clean,
         "violating": figures[row.pk].violating, "expires": row.expires_at.isoformat() if row.expires_at else None}
        for row in found
    ]  # fmt: skip
    shown = [{**row, "actions": ", ".join(row["actions"])} for row in rows]
    emit(rows, as_json=as_json, text=table(shown, _COLUMNS, empty="Nobody is restricted."))


@restrictions.command()
@click.argument("subject")
@click.argument("value")
@_options
@json_option
def preview(subject: str, value: str, as_json: bool, **more: Any) -> None:
    """What restricting VALUE (of the kind SUBJECT) would have hit in the last seven days.

    Example: watchfloor restrictions preview ip 203.0.113.0/24 --effect deny --action sign_up --reason "a bot farm"
    """
    prepare.django()
    from watchfloor.detection.reputation import actions

    reach, wide = actions.reach_of(_wanted(subject, value, more))
    text = (
        f"{reach.events:,} of {reach.events_seen:,} events of {reach.accounts:,} of {reach.accounts_seen:,} accounts, "
        f"{reach.clean:,} of them later found clean, {reach.violating:,} violating."
    )
    emit({**msgspec.to_builtins(reach), "wide": wide}, as_json=as_json,
         text=text + (" It is wide: a second person must agree." if wide else ""))  # fmt: skip


@restrictions.command()
@click.argument("subject")
@click.argument("value")
@_options
@json_option
def add(subject: str, value: str, as_json: bool, **more: Any) -> None:
    """Restrict VALUE (of the kind SUBJECT: ip, asn, email, disposable, ja4, device, band, age).

    Example: watchfloor restrictions add age 7d --effect slow --limit 5 --window 3600 --action link --reason "link spam"
    """
    prepare.django()
    from watchfloor.detection.reputation import actions
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    wanted = _wanted(subject, value, more)
    found = actions.reach_of(wanted)
    with writing(system(ACTOR), reason=wanted.reason[:200]) as w:
        row = actions.save(w, wanted, found=found)
    said = f"{row.key} is in force." if row.state == "on" else f"{row.key} is wide: it waits for a second person."
    emit({"key": row.key, "state": row.state, "version": row.version}, as_json=as_json, text=said)


@restrictions.command()
@click.argument("key")
@click.option("--why", required=True, help="Why, for whoever reads the history.")
@json_option
def lift(key: str, why: str, as_json: bool) -> None:
    """Lift the restriction KEY: it holds nobody any more."""
    prepare.django()
    from watchfloor.detection.reputation import actions
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system(ACTOR), reason=why[:200]) as w:
        row = actions.lift(w, actions.by_key(key), why=why)
    emit({"key": row.key, "state": row.state}, as_json=as_json, text=f"{row.key} is lifted.")


@restrictions.command()
@click.option("--check", is_flag=True, help="Change nothing: say what a rebuild would change.")
@json_option
def rebuild(check: bool, as_json: bool) -> None:
    """Make what is kept of accounts' decided items anew, from the decisions."""
    prepare.django()
    from django.db import transaction

    from watchfloor.detection.reputation import records

    if check:
        found = records.check()
        emit({"differences": found}, as_json=as_json, text="\n".join(found) or "Nothing differs.")
        if found:
            raise SystemExit(1)
        return
    with transaction.atomic():
        made = records.rebuild()
    emit({"outcomes": made}, as_json=as_json, text=f"{made:,} outcomes.")


def _wanted(subject: str, value: str, more: dict[str, Any]) -> Any:
    from watchfloor.detection.reputation.contracts import RestrictionIn
    from watchfloor.engines.sml.lists import moment

    return RestrictionIn(
        subject=subject, value=value, actions=tuple(more["actions"]), effect=more["effect"], reason=more["reason"],
        limit=more["limit"], window=more["window"], policy=more["policy"], expires_at=moment(more["expires"]),
    )  # fmt: skip
