"""JSON: who am I, which tokens exist (never their secrets), and who has broken the glass."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity import glass, glass_queries
from watchfloor.identity.guard import needs
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import ApiToken
from watchfloor.identity.token_limits import KINDS
from watchfloor.kernel.ids import decode, encode
from watchfloor.ledger.writer import writing

router = Router(tags=["identity"])


class Me(Schema):
    """The caller. ``source`` is the name its reports and events are filed under; ``queues``, ``markets`` and ``vendors`` are what
    a token is limited to (null: not limited).
    """

    kind: str
    id: str
    name: str
    source: str
    permissions: list[str]
    queues: list[str] | None
    markets: list[str] | None
    vendors: list[str] | None


class TokenOut(Schema):
    """A token without its secret; ``last_used_at`` is right within five minutes."""

    id: str
    name: str
    begins: str
    source: str
    permissions: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    owner: str | None
    networks: list[str]
    per_minute: int | None
    queues: list[str] | None
    markets: list[str] | None
    vendors: list[str] | None
    rotated_at: datetime | None
    old_secret_until: datetime | None


@router.get("/me", response=Me, summary="Who am I", operation_id="me")
def me(request: HttpRequest) -> Me:
    """What the bearer token is and may do; a first call to try a new token with. Any token."""
    actor = actor_of(request)
    own = next(iter(actor.scopes), None) if actor.kind == "token" else None
    return Me(
        kind=actor.kind,
        id=encode("tok", uuid.UUID(actor.id)) if actor.kind == "token" else encode("usr", uuid.UUID(actor.id)),
        name=actor.name,
        source=str(getattr(request, "token_source", "")),
        permissions=sorted(actor.permissions),
        **{kind: None if (found := getattr(own, kind, None)) is None else sorted(found) for kind in KINDS},
    )


@router.get("/tokens", response=list[TokenOut], summary="List API tokens", operation_id="tokens")
def tokens(request: HttpRequest) -> list[TokenOut]:
    """Newest first, at most 500. Needs ``people.manage`` or ``settings.manage``."""
    needs(request, "people.manage", "settings.manage")
    return [
        TokenOut(
            id=encode("tok", row.pk),
            name=row.name,
            begins=row.prefix,
            source=row.source,
            permissions=row.permissions,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            last_used_at=row.last_used_at,
            owner=encode("usr", row.owner_id) if row.owner_id else None,
            networks=row.networks or [],
            per_minute=row.per_minute,
            queues=row.queues,
            markets=row.markets,
            vendors=row.vendors,
            rotated_at=row.rotated_at,
            old_secret_until=row.old_until,
        )
        for row in ApiToken.objects.order_by("-created_at", "-pk")[:500]
    ]


class GlassOut(Schema):
    """A breaking of the glass. ``state``: broken | to_review | overdue | reviewed."""

    id: str
    who: str
    state: str
    permissions: list[str]
    clearances: list[str]
    broken_at: datetime
    over_at: datetime
    review_by: datetime
    outcome: str


@router.get("/break-glass", response=list[GlassOut], summary="List breakings of the glass", operation_id="break_glass")
def broken_glass(request: HttpRequest, state: str = "") -> list[GlassOut]:
    """Newest first, at most 500, without the reasons people gave; for a pager or a report of one's own. Needs ``glass.review``."""
    actor = needs(request, "glass.review")
    found = glass_queries.views(list(glass_queries.visible(actor)[:500]))
    return [_glass(view) for view in found if not state or view.state == state]


@router.post("/break-glass/{glass_id}/end", response=GlassOut, summary="End one now", operation_id="break_glass_end")
def end_glass(request: HttpRequest, glass_id: str) -> GlassOut:
    """Take the rights back before their time; twice changes nothing. Needs ``glass.review``."""
    actor = needs(request, "glass.review")
    row = glass_queries.one(actor, decode("gls", glass_id))
    with writing(actor) as w:
        glass.end(w, row, by=actor)
    return _glass(glass_queries.views([row])[0])


def _glass(view: glass_queries.Glass) -> GlassOut:
    return GlassOut(
        id=encode("gls", view.id), who=view.who, state=view.state, permissions=list(view.permissions),
        clearances=list(view.clearances), broken_at=view.broken_at, over_at=view.over_at, review_by=view.review_by, outcome=view.outcome,
    )  # fmt: skip
