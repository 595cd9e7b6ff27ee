"""``watchfloor token``: which programs may call, their secrets, and those that leaked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import BinaryIO

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare
from watchfloor.kernel.errors import BadInput

ACTOR = "command"


@click.group()
def token() -> None:
    """API tokens."""


@token.command("add")
@click.argument("source")
@click.option(
    "--permission", "permissions", multiple=True, help="May be repeated. Default: report.submit, event.submit."
)
@click.option("--name", default="", help="What it is for.")
@click.option(
    "--network", "networks", multiple=True, help="It works only from there, like 10.0.0.0/8; may be repeated."
)
@click.option("--per-minute", type=int, help="Calls a minute; beyond them 429. Default: as the house has it.")
@click.option("--queue", "queues", multiple=True, help="It counts for this queue only; may be repeated.")
@click.option("--market", "markets", multiple=True, help="It counts for this market only; may be repeated.")
@click.option("--vendor", "vendors", multiple=True, help="It counts for this vendor only; may be repeated.")
@click.option("--days", type=click.IntRange(1, 3650), help="It ends after so many days. Default: when you end it.")
@json_option
def token_add(
    source: str, permissions: tuple[str, ...], name: str, networks: tuple[str, ...], per_minute: int | None,
    queues: tuple[str, ...], markets: tuple[str, ...], vendors: tuple[str, ...], days: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Make a bearer token; SOURCE is the name its reports are filed under. The secret is shown once.

    With --queue, --market or --vendor it sees and does nothing else, as a person whose role is limited like that.
    """
    prepare.django()
    from watchfloor.identity import actions, token_limits
    from watchfloor.identity.domain import system
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing

    by = system(ACTOR)
    with writing(by) as w:
        row, secret = actions.create_token(
            w, by, name=name, source=source, permissions=list(permissions or ("report.submit", "event.submit")),
            networks=networks, per_minute=per_minute, expires_at=clock.now() + timedelta(days=days) if days else None,
            within=token_limits.within(queues=queues, markets=markets, vendors=vendors),
        )  # fmt: skip
    emit(
        {"id": str(row.pk), "source": row.source, "permissions": row.permissions, "queues": row.queues, "markets": row.markets,
         "vendors": row.vendors, "token": secret},
        as_json=as_json,
        text=secret,
    )  # fmt: skip


@token.command("list")
@json_option
def token_list(as_json: bool) -> None:
    """Tokens, without their secrets."""
    prepare.django()
    from watchfloor.identity import words
    from watchfloor.identity.models import ApiToken
    from watchfloor.identity.queries import actor_for_token

    rows = [
        {
            "id": str(row.pk),
            "source": row.source,
            "begins": row.prefix,
            "permissions": ", ".join(row.permissions),
            "where": words.limits_sentence(actor_for_token(row).scopes[0]),
            "live": row.revoked_at is None,
        }
        for row in ApiToken.objects.order_by("created_at")
    ]
    emit(
        rows,
        as_json=as_json,
        text=table(rows, ["id", "source", "begins", "permissions", "where", "live"], empty="No tokens yet."),
    )


@token.command("revoke")
@click.argument("token_id", type=click.UUID)
@json_option
def token_revoke(token_id: object, as_json: bool) -> None:
    """End a token."""
    prepare.django()
    from uuid import UUID

    from watchfloor.identity import actions
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system(ACTOR)) as w:
        row = actions.revoke_token(w, UUID(str(token_id)))
    emit({"id": str(row.pk), "revoked": True}, as_json=as_json, text=f"The token of {row.source} is revoked.")


@token.command("rotate")
@click.argument("token_id", type=click.UUID)
@click.option("--overlap", default="24h", help="How long the old secret goes on: 30m, 24h, 7d; 0 ends it at once.")
@json_option
def token_rotate(token_id: object, overlap: str, as_json: bool) -> None:
    """Give a token a new secret, shown once; the old one works for a while, so that nothing stands still."""
    prepare.django()
    from uuid import UUID

    from watchfloor.identity import actions
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    by = system(ACTOR)
    with writing(by) as w:
        row, secret = actions.rotate_token(w, by, UUID(str(token_id)), overlap=_span(overlap))
    emit(
        {"id": str(row.pk), "source": row.source, "token": secret,
         "old_secret_until": row.old_until.isoformat() if row.old_until else None},
        as_json=as_json,
        text=secret,
    )  # fmt: skip


@token.command("find")
@click.argument("files", nargs=-1, type=click.File("rb"))
@click.option("--revoke", is_flag=True, help="End those that work here.")
@json_option
def token_find(files: tuple[BinaryIO, ...], revoke: bool, as_json: bool) -> None:
    """Find secrets of tokens in FILES (- is standard input), and say which work here. Exit code 1 when one does.

    \b
    Example:
      git log -p | watchfloor token find - --revoke
    """
    from watchfloor.identity import token_shape

    seen = {
        secret: str(getattr(each, "name", "-"))
        for each in files
        for secret in token_shape.found_in(each.read().decode("utf-8", "replace"))
    }
    rows: list[dict[str, object]] = []
    live = False
    if seen:
        prepare.django()
        from watchfloor.identity import actions
        from watchfloor.identity.domain import system
        from watchfloor.identity.queries import token_with
        from watchfloor.ledger.writer import writing

        for secret, where in seen.items():
            row = token_with(secret)
            live = live or row is not None
            if row is not None and revoke:
                with writing(system(ACTOR)) as w:
                    actions.revoke_token(w, row.pk)
            state = "unknown or over" if row is None else "revoked now" if revoke else "works"
            rows.append(
                {"begins": secret[:9], "in": where, "source": row.source if row else "", "id": str(row.pk) if row else "",
                 "state": state}
            )  # fmt: skip
    emit(
        rows,
        as_json=as_json,
        text=table(rows, ["begins", "in", "source", "id", "state"], empty="No secret of a token is in there."),
    )
    if live:
        raise SystemExit(1)


def _span(text: str) -> timedelta:
    """``30m``, ``24h``, ``7d`` or ``0``."""
    found = re.fullmatch(r"(\d{1,6})([mhd]?)", text.strip())
    if found is None or (not found[2] and found[1] != "0"):
        raise BadInput("bad_span", f"{text[:20]!r} is no span of time.", where="--overlap", hint="Like 30m, 24h or 7d.")
    return (
        int(found[1])
        * {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "": timedelta()}[found[2]]
    )
