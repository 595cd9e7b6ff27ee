"""``watchfloor glass``: break-glass from the machine itself, when the console is out of reach."""

from __future__ import annotations

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare
from watchfloor.kernel.errors import BadInput, NotFound

ACTOR = "command"


@click.group()
def glass() -> None:
    """Rights taken in an emergency: break, list, end."""


@glass.command("break")
@click.argument("email")
@click.option("--reason", required=True, help="What happens, and why it cannot wait (20 characters or more).")
@click.option("--clearance", "clearances", multiple=True, help="What to open besides; may be repeated.")
@click.option("--minutes", default=60, show_default=True, help="For how long, at most 240.")
@click.option("--act", is_flag=True, help="Decide, take back and approve as well, not only look.")
@json_option
def break_(email: str, reason: str, clearances: tuple[str, ...], minutes: int, act: bool, as_json: bool) -> None:
    """Break the glass for EMAIL, whose roles must hold glass.break. It rings and is reviewed as from the console."""
    prepare.django()
    from watchfloor.identity import glass as doing
    from watchfloor.identity.domain import system
    from watchfloor.identity.models import User
    from watchfloor.kernel.ids import encode
    from watchfloor.ledger.writer import writing

    person = User.objects.filter(email=email.lower(), is_active=True).first()
    if person is None or not doing.may_ever_break(person.pk):
        raise BadInput("may_not", f"Nobody with the address {email} may break the glass.", where="EMAIL",
                       hint="A role with glass.break: watchfloor user grant.")  # fmt: skip
    by = system(ACTOR)
    with writing(by, on_behalf=f"user:{person.pk}") as w:
        row = doing.break_glass(
            w, person.pk, by=by, reason=reason, clearances=list(clearances), act=act, minutes=minutes
        )
    out = {"id": encode("gls", row.pk), "email": person.email, "until": row.expires_at.isoformat()}
    emit(
        out,
        as_json=as_json,
        text=f"Broken for {person.email} until {row.expires_at:%H:%M} UTC. It rings, and will be reviewed.",
    )


@glass.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Those in force and to be reviewed, then the rest; newest first."""
    prepare.django()
    from watchfloor.identity import glass_queries
    from watchfloor.identity.domain import system
    from watchfloor.kernel.ids import encode

    rows = glass_queries.views(list(glass_queries.visible(system(ACTOR))[:200]))
    out = [
        {
            "id": encode("gls", row.id), "who": row.who, "state": row.state, "clearances": list(row.clearances),
            "over_at": row.over_at.isoformat(), "review_by": row.review_by.isoformat(),
        }
        for row in rows
    ]  # fmt: skip
    text = table(out, ("id", "who", "state", "over_at", "review_by"), empty="The glass is whole.")
    emit(out, as_json=as_json, text=text)


@glass.command("end")
@click.argument("glass_id")
@json_option
def end(glass_id: str, as_json: bool) -> None:
    """Take the rights back now."""
    prepare.django()
    from watchfloor.identity import glass as doing
    from watchfloor.identity.domain import system
    from watchfloor.identity.models import BreakGlass
    from watchfloor.kernel.ids import decode
    from watchfloor.ledger.writer import writing

    row = BreakGlass.objects.filter(pk=decode("gls", glass_id)).first()
    if row is None:
        raise NotFound("unknown_glass", "There is no such breaking of the glass.")
    by = system(ACTOR)
    with writing(by) as w:
        doing.end(w, row, by=by)
    emit({"id": glass_id, "ended": True}, as_json=as_json, text="It is over.")
