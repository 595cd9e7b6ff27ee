"""The writers of issuers: whose tokens between services are taken. Their keys are kept here, so that nothing is fetched to check one."""

from __future__ import annotations

from typing import Any

from watchfloor.identity.domain import Actor
from watchfloor.interop.atproto.domain import names, signing
from watchfloor.interop.atproto.events import IssuerAdded, IssuerForgotten
from watchfloor.interop.atproto.models import Issuer
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing

LONGEST = 20_000


def add(actor: Actor, document: dict[str, Any]) -> Issuer:
    """Take tokens signed by the key ``#atproto`` of this DID document; again: with the key it has now."""
    did = document.get("id")
    if not isinstance(did, str) or not names.is_did(did) or len(did) > 250:
        raise BadInput("bad_did", "The document names no DID in its field id.", where="document")
    if len(str(document)) > LONGEST:
        raise BadInput("too_long", f"A document has at most {LONGEST:,} characters.", where="document")
    try:
        signing.key_of_document(document, did)
    except ValueError as error:
        raise BadInput(
            "no_key", f"The document cannot be used: {error}.", where="document",
            hint="It needs a verificationMethod #atproto of the type Multikey.",
        ) from None  # fmt: skip
    with writing(actor) as w:
        row, _ = Issuer.objects.update_or_create(
            did=did, defaults={"document": document, "added_by": str(actor)[:120], "added_at": clock.now()}
        )
        w.event(IssuerAdded(name=did), ("atproto_issuer", row.pk))
    return row


def forget(actor: Actor, did: str) -> str:
    """Take them no longer."""
    with writing(actor) as w:
        row = Issuer.objects.select_for_update().filter(did=did).first()
        if row is None:
            raise NotFound("unknown_issuer", "There is no such issuer.", where="did")
        w.event(IssuerForgotten(name=did), ("atproto_issuer", row.pk))
        row.delete()
    return did
