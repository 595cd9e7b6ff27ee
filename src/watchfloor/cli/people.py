"""``watchfloor user``: who may sign in."""

from __future__ import annotations

from pathlib import Path

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


@user.command("export")
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file instead of printing.")
def user_export(out: Path | None) -> None:
    """Everybody as CSV, as `user import` reads it."""
    prepare.django()
    from watchfloor.identity.models import User
    from watchfloor.platform.csvfile import lines
    from watchfloor.workforce import people_files

    text = "".join(lines(people_files.HEAD, people_files.rows(User.objects.order_by("email"))))
    if out is None:
        click.echo(text.removeprefix("\ufeff"), nl=False)
    else:
        out.write_text(text, encoding="utf-8", newline="")


@user.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only tell what it would do.")
@json_option
def user_import(file: Path, dry_run: bool, as_json: bool) -> None:
    """Add people, change them or end their access, as FILE says (CSV). All of it is done, or nothing.

    \b
    watchfloor user export --out people.csv
    watchfloor user import people.csv --dry-run
    watchfloor user import people.csv
    """
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.workforce import people_files

    try:
        content = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput("unreadable", f"{file} cannot be read: {error.strerror}.", where="FILE") from None
    except UnicodeDecodeError:
        raise BadInput("not_utf8", f"{file} is not UTF-8 text.", where="FILE") from None
    by = system(ACTOR)
    plan = people_files.look(by, content)
    steps = plan.of("add", "change", "end")
    row = people_files.take_in(by, content, seen=plan.seen) if steps and not plan.wrong and not dry_run else None
    words = {"add": "new", "change": "changes", "end": "can no longer sign in"}
    rows = [
        {"email": each.email, "what": words[each.kind], "columns": ", ".join(name for name, _old, _new in each.changes)}
        for each in steps
    ]
    nothing = "" if plan.wrong else "Everybody is already as this file says."
    lines = [table(rows, ["email", "what", "columns"], empty=nothing)] if rows or nothing else []
    lines += [f"line {each.line}: {each.said}" for each in plan.wrong]
    if row is not None:
        lines.append(f"Done. To take it back: watchfloor user undo-import {row.pk}")
    elif plan.wrong:
        lines.append("Nothing was done: mend these lines first.")
    answer = {
        "done": row is not None, "file": str(row.pk) if row else "", "add": len(plan.of("add")), "change": len(plan.of("change")),
        "end": len(plan.of("end")), "same": len(plan.of("same")), "wrong": plan.wrong,
        "steps": [{"line": each.line, "email": each.email, "kind": each.kind, "changes": each.changes} for each in steps],
    }  # fmt: skip
    emit(answer, as_json=as_json, text="\n".join(lines))
    if plan.wrong:
        raise SystemExit(1)


@user.command("undo-import")
@click.argument("file")
@json_option
def user_undo_import(file: str, as_json: bool) -> None:
    """Take back a FILE that was imported, by the id that `user import` told, within a month."""
    prepare.django()
    from uuid import UUID

    from watchfloor.identity.domain import system
    from watchfloor.workforce import people_files

    try:
        pk = UUID(file)
    except ValueError:
        raise BadInput("bad_id", f"{file[:60]!r} is no id of a file.", where="FILE") from None
    row = people_files.undo(system(ACTOR), pk)
    emit(
        {"file": str(pk), "changed": row.changed, "ended": row.ended}, as_json=as_json, text=f"{file} was taken back.",
    )  # fmt: skip
