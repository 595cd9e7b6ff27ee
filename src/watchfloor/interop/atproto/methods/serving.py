"""Who we are: the DID document, the metadata Ozone's page looks for, our configuration, our people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from watchfloor.identity.models import User
from watchfloor.identity.queries import live_grants
from watchfloor.interop.atproto.asking import GET, Ask, Caller, iso, method
from watchfloor.interop.atproto.domain import names
from watchfloor.interop.atproto.here import here, public_key

ROLE = "tools.ozone.team.defs#role"
MODERATES = ("review.claim_case", "review.work", "case.bulk")


def document(did: str, services: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A DID document with our keys."""
    key = public_key()
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [
            {"id": f"{did}#{name}", "type": "Multikey", "controller": did, "publicKeyMultibase": key}
            for name in ("atproto", "atproto_label")
        ],
        "service": [
            {"id": f"#{name}", "type": kind, "serviceEndpoint": here().url}
            for name, kind in (*services, ("atproto_pds", "AtprotoPersonalDataServer"))
        ],
    }


def own_document() -> dict[str, Any]:
    """``/.well-known/did.json``."""
    own = here()
    known = {"alsoKnownAs": [f"at://{own.domain}"]} if own.domain else {}
    return {**document(own.root, (("atproto_labeler", "AtprotoLabeler"),)), **known}


def entry(did: str) -> dict[str, Any] | None:
    """What the directory of did:plc says of a DID, for a network that cannot ask it: of our own, and of no other."""
    own, key = here(), f"did:key:{public_key()}"
    if did != own.labeler:
        return None
    services = (("atproto_labeler", "AtprotoLabeler"), ("atproto_pds", "AtprotoPersonalDataServer"))
    return {
        "did": did, "rotationKeys": [], "alsoKnownAs": [f"at://{own.domain}"] if own.domain else [],
        "verificationMethods": {"atproto": key, "atproto_label": key},
        "services": {name: {"type": kind, "endpoint": own.url} for name, kind in services},
    }  # fmt: skip


def ozone_metadata() -> dict[str, Any]:
    """``/.well-known/ozone-metadata.json``."""
    where = here()
    return {"did": where.did, "url": where.url, "publicKey": f"did:key:{public_key()}"}


@method("com.atproto.server.describeServer", GET, None)
def describe(ask: Ask) -> dict[str, Any]:
    """What kind of server this is: nobody can make an account here."""
    return {"did": ask.here.did, "availableUserDomains": [], "inviteCodeRequired": True}


@method("com.atproto.identity.resolveHandle", GET, None)
def resolve(ask: Ask) -> dict[str, Any]:
    """Our own handle only: what accounts there are is nobody's business."""
    from watchfloor.interop.atproto.asking import bad

    if ask.text("handle") != ask.here.domain or not ask.here.domain:
        raise bad("Unable to resolve handle")
    return {"did": ask.here.did}


@method("tools.ozone.server.getConfig", GET, ())
def config(ask: Ask) -> dict[str, Any]:
    """What the caller may do here. No app view stands behind us, and no chat. For who decides we are the data server, too: where one is
    named, consoles offer to take things down."""
    decides = {"pds": {"url": ask.here.url}} if ask.who.may(*MODERATES) else {}
    return {"viewer": {"role": role_of(ask.who)}, **decides}


@method("tools.ozone.team.listMembers", GET, ("people.manage", "case.view"))
def members(ask: Ask) -> dict[str, Any]:
    """Who works here: with the right to see people, all; else the caller alone."""
    called = ask.who.token.name if ask.who.token else ask.who.handle
    own = {
        "did": ask.who.did, "role": role_of(ask.who), "disabled": False,
        "profile": {"did": ask.who.did, "handle": ask.who.handle, "displayName": called},
    }  # fmt: skip
    if not ask.who.may("people.manage"):
        return {"members": [own]}
    after, limit = ask.number("cursor", 0) or 0, ask.limit()
    held: dict[Any, set[str]] = {}
    for person, role in live_grants().values_list("user_id", "role_key"):
        held.setdefault(person, set()).add(role)
    rows = list(User.objects.order_by("created_at", "pk")[after : after + limit])
    out = [_member(ask, row, held.get(row.pk, set())) for row in rows]
    return {"members": out if after else [own, *out], **({"cursor": str(after + limit)} if len(rows) == limit else {})}


def _member(ask: Ask, row: User, roles: set[str]) -> dict[str, Any]:
    did = f"{ask.here.root}:member:{row.pk}"
    return {
        "did": did, "disabled": not row.is_active, "role": f"{ROLE}{'Admin' if 'administrator' in roles else 'Moderator'}",
        "profile": {"did": did, "handle": names.handle_of(ask.here, row.name), "displayName": row.name},
        **({"createdAt": iso(row.created_at)} if row.created_at else {}),
    }  # fmt: skip


def role_of(caller: Caller) -> str:
    """The protocol's word for what a token may do."""
    if caller.may("people.manage", "settings.manage"):
        return f"{ROLE}Admin"
    return f"{ROLE}Moderator" if caller.may(*MODERATES) else f"{ROLE}Triage"
