"""``watchfloor sign-on``: providers, groups and session rules from a file; and the way back in when a provider fails."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare
from watchfloor.kernel.errors import BadInput

ACTOR = "command"
PROVIDER = {
    "key",
    "name",
    "kind",
    "client_id",
    "secret_env",
    "issuer",
    "metadata_file",
    "claims",
    "domains",
    "join",
    "strong",
    "on",
}
GROUP = {"source", "group", "role", "queues", "markets", "vendors", "max_severity", "team", "vendor"}
SESSIONS = {
    "role",
    "lifetime_hours",
    "idle_minutes",
    "at_once",
    "networks",
    "second_factor",
    "passwords",
    "fresh_minutes",
}


@click.group("sign-on")
def sign_on() -> None:
    """Providers people sign in through."""


@sign_on.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Providers and whether they are on; never their secrets."""
    prepare.django()
    from watchfloor.identity.signon.models import Provider

    rows = [
        {"key": row.key, "name": row.name, "kind": row.kind, "issuer": row.issuer, "domains": ", ".join(row.domains), "on": row.on}
        for row in Provider.objects.order_by("position", "key")
    ]  # fmt: skip
    text = table(
        rows, ["key", "name", "kind", "issuer", "domains", "on"], empty="No provider yet: watchfloor sign-on apply FILE"
    )
    emit(rows, as_json=as_json, text=text)


@sign_on.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def apply(file: Path, as_json: bool) -> None:
    """Bring providers, groups and session rules to what FILE (JSON) says; what it does not name stays.

    \b
    Example:
      {"providers": [{"key": "house", "name": "House", "kind": "oidc", "issuer": "https://login.example.org", "client_id": "wf",
                      "secret_env": "HOUSE_SECRET", "domains": ["example.org"], "join": "groups"}],
       "groups": [{"source": "house", "group": "floor", "role": "reviewer", "vendors": ["north"]}],
       "sessions": [{"role": "administrator", "second_factor": true}]}
    """
    try:
        said = json.loads(file.read_text("utf-8"))
    except ValueError:
        raise BadInput("bad_json", f"{file} is no JSON.", where="FILE") from None
    if not isinstance(said, dict) or set(said) - {"providers", "groups", "sessions"}:
        raise BadInput("bad_file", "The file has providers, groups and sessions, nothing else.", where="FILE")
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.identity.signon import groups, policies, providers
    from watchfloor.ledger.writer import writing

    by = system(ACTOR)
    done = {"providers": 0, "groups": 0, "sessions": 0}
    with writing(by) as w:
        for each in _many(said, "providers", PROVIDER):
            secret, metadata = each.pop("secret_env", ""), each.pop("metadata_file", "")
            if secret and secret not in os.environ:
                raise BadInput("no_secret", f"The variable {secret} is not set.", where="providers.secret_env")
            providers.save_provider(
                w, **each, secret=os.environ[secret] if secret else None,
                metadata=(file.parent / metadata).read_text("utf-8") if metadata else "",
            )  # fmt: skip
            done["providers"] += 1
        stands = {(rule.source, rule.group, rule.role_key, rule.vendor_key) for rule in groups.live()}
        for each in _many(said, "groups", GROUP):
            role, vendor = each.pop("role", ""), each.pop("vendor", "")
            if (each.get("source"), each.get("group"), role, vendor) not in stands:
                groups.save_rule(w, by, **each, role_key=role, vendor_key=vendor)
                done["groups"] += 1
        for each in _many(said, "sessions", SESSIONS):
            role = each.pop("role", "")
            policies.save(w, role_key=role, **{"passwords": not role, **each})
            done["sessions"] += 1
    emit(done, as_json=as_json, text=", ".join(f"{count} {what}" for what, count in done.items()) + " saved.")


@sign_on.command("switch")
@click.argument("key")
@click.argument("state", type=click.Choice(["on", "off"]))
@json_option
def switch(key: str, state: str, as_json: bool) -> None:
    """Offer a provider on the sign-in page, or no longer."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.identity.signon import providers
    from watchfloor.identity.signon.models import Provider
    from watchfloor.ledger.writer import writing

    row = Provider.objects.filter(key=key).first()
    if row is None:
        raise BadInput(
            "unknown_provider", f"There is no provider {key[:40]!r}.", where="KEY", hint="See: watchfloor sign-on list"
        )
    with writing(system(ACTOR)) as w:
        providers.switch(w, row, state == "on")
    emit({"key": key, "on": state == "on"}, as_json=as_json, text=f"{row.name} is {state}.")


@sign_on.command("rescue")
@json_option
def rescue(as_json: bool) -> None:
    """Let people in by password again, from everywhere: for when a provider or a rule has shut everyone out."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.identity.signon import policies
    from watchfloor.identity.signon.models import SessionRule
    from watchfloor.ledger.writer import writing

    with writing(system(ACTOR), reason="rescue") as w:
        roles = ["", *SessionRule.objects.exclude(networks=[]).exclude(role_key="").values_list("role_key", flat=True)]
        for role in roles:
            policies.save(w, role_key=role, passwords=True)
    emit(
        {"rescued": roles},
        as_json=as_json,
        text="Passwords work again, from everywhere. Set the rules anew under Settings > Sessions.",
    )


def _many(said: dict[str, Any], name: str, known: set[str]) -> list[dict[str, Any]]:
    found = said.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise BadInput("bad_file", f"{name} is a list of objects.", where=name)
    for each in found:
        strange = set(each) - known
        if strange:
            raise BadInput(
                "unknown_field",
                f"{min(strange)!r} is not known.",
                where=name,
                hint="One of: " + ", ".join(sorted(known)),
            )
    return [dict(each) for each in found]
