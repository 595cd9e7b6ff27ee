"""Readers: accounts that look like protected names, as far as one may know of them; identity checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from watchfloor.detection.likeness.checks import VERIFIES
from watchfloor.detection.likeness.models import IdentityCheck, Likeness
from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import NotFound
from watchfloor.platform.among import among
from watchfloor.review.models import Case
from watchfloor.review.queries.access import visible_cases


def likenesses(actor: Actor, protected: UUID | None = None) -> QuerySet[Likeness]:
    """Of the markets one may see, the newest first; without accounts that a restricted case is about."""
    hidden = Case.objects.filter(item=OuterRef("account")).exclude(clearance="")
    rows = Likeness.objects.filter(access.rows(actor, "likeness.view", market="account__market")).exclude(
        Exists(hidden)
    )
    if protected is not None:
        rows = rows.filter(protected=protected)
    return rows.select_related("account", "protected").order_by("-found_at", "-pk")


def cases_of(actor: Actor, found: Iterable[Likeness]) -> dict[UUID, Case]:
    """The cases of some likenesses that the actor may open, by id."""
    wanted = [row.case for row in found if row.case is not None]
    return {row.pk: row for row in visible_cases(actor).filter(among("pk", wanted))} if wanted else {}


def checks(actor: Actor, wanted: Mapping[str, str]) -> QuerySet[IdentityCheck]:
    """Those of the markets one may see; ``state`` (what waits, unless told; ``all``)."""
    rows = IdentityCheck.objects.filter(access.rows(actor, VERIFIES, market="account__market"))
    state = wanted.get("state", "")
    if state in IdentityCheck.State.values:
        rows = rows.filter(state=state)
    elif state != "all":
        rows = rows.filter(state__in=("asked", "answered"))
    return rows.select_related("account", "protected").order_by("due_at", "pk")


def check(actor: Actor, pk: UUID) -> IdentityCheck:
    """One of them."""
    row = checks(actor, {"state": "all"}).filter(pk=pk).first()
    if row is None:
        raise NotFound("no_check", "There is no such identity check.")
    return row
