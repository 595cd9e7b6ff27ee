"""``watchfloor user``: who may sign in."""

from __future__ import annotations

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare
from watchfloor.kernel.errors import BadInput

ACTOR = "command"


@click.group()
def user() -> None:
    """Users and their roles."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name as colleagues see it.")
@click.option("--role", "roles", multiple=True, help="A role key; may be repeated.")
@click.option("--password", help="Asked for on a terminal when not given.")
@json_option
def user_add(email: str, name: str, roles: tuple[str, ...], password: str | None, as_json: bool) -> None:
    """Make a user who can sign in, with these roles everywhere."""
    prepare.django()
    from watchfloor.identity import actions
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    secret = password or click.prompt("Password", hide_input=True, confirmation_prompt=True)
    by = system(ACTOR)
    with writing(by) as w:
        person = actions.create_user(w, email=email, name=name, password=secret)
        for role in roles:
            actions.grant(w, by, person, role)
    emit(
        {"id": str(person.pk), "email": person.email, "roles": roles},
        as_json=as_json,
        text=f"{person.email} can sign in.",
    )


@user.command("grant")
@click.argument("email")
@click.argument("role")
@click.option("--clearance", "clearances", multiple=True, help="A restricted kind of case; may be repeated.")
@json_option
def user_grant(email: str, role: str, clearances: tuple[str, ...], as_json: bool) -> None:
    """Give EMAIL a ROLE everywhere. Clearances begin here: nobody can give one in the console who does not hold it."""
    prepare.django()
    from watchfloor.identity import actions
    from watchfloor.identity.domain import system
    from watchfloor.identity.models import User
    from watchfloor.ledger.writer import writing

    person = User.objects.filter(email=email.lower()).first()
    if person is None:
        raise BadInput(
            "unknown_user", f"Nobody here has the address {email}.", where="EMAIL", hint="See: watchfloor user list"
        )
    by = system(ACTOR)
    with writing(by) as w:
        actions.grant(w, by, person, role, clearances=list(clearances))
    emit(
        {"email": person.email, "role": role, "clearances": clearances},
        as_json=as_json,
        text=f"{person.email} holds {role}.",
    )


@user.command("list")
@json_option
def user_list(as_json: bool) -> None:
    """Users, their roles and whether they may sign in."""
    prepare.django()
    from watchfloor.identity.models import Grant, User

    roles: dict[object, list[str]] = {}
    for row in Grant.objects.filter(revoked_at__isnull=True):
        roles.setdefault(row.user_id, []).append(row.role_key)
    rows = [
        {
            "email": each.email,
            "name": each.name,
            "roles": ", ".join(sorted(roles.get(each.pk, []))),
            "active": each.is_active,
        }
        for each in User.objects.order_by("email")
    ]
    emit(
        rows,
        as_json=as_json,
        text=table(rows, ["email", "name", "roles", "active"], empty="No users yet: watchfloor user add"),
    )


@user.command("disable")
@click.argument("email")
@json_option
def user_disable(email: str, as_json: bool) -> None:
    """Keep someone out from now on; what they did stays."""
    prepare.django()
    from watchfloor.identity import actions
    from watchfloor.identity.domain import system
    from watchfloor.identity.models import User
    from watchfloor.ledger.writer import writing

    person = User.objects.filter(email=email.lower()).first()
    if person is None:
        raise BadInput(
            "unknown_user", f"Nobody here has the address {email}.", where="EMAIL", hint="See: watchfloor user list"
        )
    with writing(system(ACTOR)) as w:
        actions.set_active(w, person, False)
    emit({"email": person.email, "active": False}, as_json=as_json, text=f"{person.email} can no longer sign in.")
