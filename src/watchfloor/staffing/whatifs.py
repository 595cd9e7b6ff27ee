"""The only writers and readers of what-ifs: saved under a name, computed by a worker, put away."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.db.models import QuerySet

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.staffing import bases, running
from watchfloor.staffing.domain import whatif
from watchfloor.staffing.domain.whatif import Fields
from watchfloor.staffing.events import WhatIfSaved
from watchfloor.staffing.models import WhatIf
from watchfloor.staffing.rights import PLAN, VIEW, check_whole, whole


def save(actor: Actor, name: str, fields: Fields) -> WhatIf:
    """Keep it, and ask a worker to compute it. The fields are tried on the newest base first.

    Raises:
        BadInput: ``where`` is the field. Conflict: there is no base yet. Forbidden: not theirs to plan.
    """
    check_whole(actor)
    if not whole(actor, PLAN):
        raise Forbidden("no_permission", "Your roles do not include planning the floor.")
    if not name.strip():
        raise BadInput("no_name", "Give it a name, to find it again.", where="name")
    newest = bases.newest()
    if newest.id is None or newest.base is None:
        raise Conflict("no_base", "The floor has not been read yet.", hint="Ask for it on the staffing page.")
    whatif.applied(newest.base.scenario, fields)
    with writing(actor) as w:
        row = w.create(
            WhatIf, name=name.strip()[:120], fields=msgspec.to_builtins(fields), base_id=newest.id, made_by=str(actor),
            made_at=clock.now(),
        )  # fmt: skip
        w.event(WhatIfSaved(name=row.name), row)
    running.ask("whatif", row.pk, str(actor))
    return row


def archive(actor: Actor, pk: UUID) -> None:
    """Put it away: it is in no list any more."""
    row = one(actor, pk)
    if not whole(actor, PLAN):
        raise Forbidden("no_permission", "Your roles do not include planning the floor.")
    with writing(actor) as w:
        w.update(row, archived_at=clock.now())
        w.event(WhatIfSaved(name=row.name, archived=True), row)


def listed(actor: Actor) -> QuerySet[WhatIf]:
    """Newest first."""
    check_whole(actor)
    return WhatIf.objects.filter(archived_at__isnull=True).order_by("-made_at")


def one(actor: Actor, pk: UUID) -> WhatIf:
    """By its id; ``NotFound`` for whoever may not see it."""
    check_whole(actor, VIEW)
    row = WhatIf.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound("no_whatif", "There is no such what-if.")
    return row
