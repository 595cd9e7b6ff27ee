"""The catalogue of scopes and tiers in force: read, and saved as a new version. What was judged by an older one keeps its number."""

from __future__ import annotations

import msgspec

from watchfloor.appreview.domain import catalogue
from watchfloor.appreview.domain.catalogue import Catalogue
from watchfloor.appreview.events import AppCatalogueSaved
from watchfloor.appreview.models import AppCatalogue
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger.writer import writing

PERMISSION = "app.catalogue"


def _read() -> Catalogue:
    row = AppCatalogue.objects.order_by("-number").first()
    return catalogue.SHIPPED if row is None else content(row)


current: Remembered[Catalogue] = Remembered(_read)


def content(row: AppCatalogue) -> Catalogue:
    """A version as it is worked with."""
    return msgspec.convert({"number": row.number, "scopes": row.scopes, "tiers": row.tiers}, Catalogue)


def save(actor: Actor, wanted: Catalogue, why: str) -> AppCatalogue:
    """Put the next version in force. ``wanted.number``: the version it was made from.

    Raises:
        Forbidden: without ``app.catalogue``. Conflict: somebody saved another meanwhile, or nothing is different.
        BadInput: it cannot be worked with, or there is no reason.
    """
    if not actor.has(PERMISSION):
        raise Forbidden(
            "no_permission", "Your roles do not include the catalogue of scopes.", hint=f"It needs {PERMISSION}."
        )
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    catalogue.checked(wanted)
    with writing(actor, reason=" ".join(why.split())[:200]) as w:
        last = AppCatalogue.objects.select_for_update().order_by("-number").first()
        before = catalogue.SHIPPED if last is None else content(last)
        if before.number != wanted.number:
            raise Conflict("changed_meanwhile", "Somebody saved another version meanwhile.", hint="Look at it first.")
        came, went, changed = catalogue.differences(before, wanted)
        if not came + went + changed:
            raise Conflict("nothing_changed", "Nothing is different from what is in force.")
        plain = msgspec.to_builtins(wanted)
        row = w.create(
            AppCatalogue, number=before.number + 1, scopes=plain["scopes"], tiers=plain["tiers"], made_by=str(actor),
            made_at=clock.now(),
        )  # fmt: skip
        w.event(AppCatalogueSaved(number=row.number, came=came, went=went, changed=changed), row)
    current.forget()
    return row
