"""JSON for programs: the register of claims, and which of them a text repeats."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.policy import actions, claims
from watchfloor.policy.actions.claims import POLICY
from watchfloor.policy.domain.claims import LONGEST
from watchfloor.policy.models import Claim

router = Router(tags=["claims"])
Status = Literal["unverified", "false", "misleading", "true", "disputed"]


class ClaimSource(Schema):
    """Who says so: a title, and an address or nothing."""

    title: str
    url: str = ""


class KnownClaimIn(Schema):
    """A claim as people say it, other wordings of it, what is known of it. No markets: everywhere; no languages: any."""

    text: str
    variants: list[str] = []
    status: Status = "unverified"
    sources: list[ClaimSource] = []
    note: str = ""
    policy: str = POLICY
    violation: str = ""
    markets: list[str] = []
    languages: list[str] = []
    owner: str = ""
    expires_at: datetime | None = None


class KnownClaimChange(KnownClaimIn):
    """The claim as it is to be; ``revision`` is the one that was read."""

    revision: int


class KnownClaimOut(KnownClaimIn):
    """A claim. ``ended_at``: since when it is no longer looked for."""

    id: str
    revision: int
    ended_at: datetime | None
    why_ended: str
    changed_at: datetime


class ClaimTextIn(Schema):
    """A text; with a market or language only claims that hold there."""

    text: str = Field(max_length=LONGEST)
    market: str = ""
    language: str = ""


class ClaimHitOut(Schema):
    """A claim that the text repeats; ``share`` of its wording that stands there, 0.75 to 1."""

    claim: str
    text: str
    status: Status
    policy: str
    violation: str
    share: float


class ClaimEndIn(Schema):
    """Why it is no longer looked for."""

    why: str = Field(min_length=1, max_length=200)


@router.get("/claims", response=list[KnownClaimOut], summary="The register of claims", operation_id="known_claims")
def register(request: HttpRequest, status: str = "", ended: bool = False, limit: int = 100) -> list[KnownClaimOut]:
    """Those that are looked for (or that ended), the newest change first, at most 500. Needs ``policy.view``."""
    needs(request, "policy.view")
    rows = Claim.objects.filter(ended_at__isnull=not ended).order_by("-changed_at", "-pk")
    return [_out(row) for row in (rows.filter(status=status) if status else rows)[: max(1, min(limit, 500))]]


# Before the addresses of single claims, of which it would be one.
@router.post("/claims/in", response=list[ClaimHitOut], summary="Which claims a text repeats", operation_id="claims_in")
def claims_in(request: HttpRequest, body: ClaimTextIn) -> list[ClaimHitOut]:
    """The surest first. The text is not kept. Needs ``policy.view``."""
    needs(request, "policy.view")
    return [
        ClaimHitOut(
            claim=ids.encode("clm", hit.id), text=hit.text, status=hit.status,  # type: ignore[arg-type]
            policy=hit.policy_key, violation=hit.violation_key, share=hit.share,
        )
        for hit in claims.claims_in(body.text, market=body.market, language=body.language)
    ]  # fmt: skip


@router.get("/claims/{claim_id}", response=KnownClaimOut, summary="One claim", operation_id="known_claim")
def claim(request: HttpRequest, claim_id: str) -> KnownClaimOut:
    """One claim. Needs ``policy.view``."""
    needs(request, "policy.view")
    row = Claim.objects.filter(pk=_id(claim_id)).first()
    if row is None:
        raise NotFound("unknown_claim", "There is no such claim.")
    return _out(row)


@router.post("/claims", response=KnownClaimOut, summary="Put a claim into the register", operation_id="known_claim_add")
def add(request: HttpRequest, body: KnownClaimIn) -> KnownClaimOut:
    """Items that repeat it are looked for from now on, and among those of the past. Needs ``claim.edit``."""
    actor = needs(request, "claim.edit")
    with writing(actor) as w:
        return _out(actions.save_claim(w, **_values(body)))


@router.put("/claims/{claim_id}", response=KnownClaimOut, summary="Change a claim", operation_id="known_claim_change")
def change(request: HttpRequest, claim_id: str, body: KnownClaimChange) -> KnownClaimOut:
    """409 when somebody has changed it since it was read. Needs ``claim.edit``."""
    actor = needs(request, "claim.edit")
    with writing(actor) as w:
        return _out(actions.save_claim(w, claim_id=_id(claim_id), revision=body.revision, **_values(body)))


@router.post("/claims/{claim_id}/end", response=KnownClaimOut, summary="Close a claim", operation_id="known_claim_end")
def end(request: HttpRequest, claim_id: str, body: ClaimEndIn) -> KnownClaimOut:
    """It is no longer looked for. Needs ``claim.edit``."""
    actor = needs(request, "claim.edit")
    with writing(actor) as w:
        return _out(actions.close_claim(w, _id(claim_id), body.why))


def _id(text: str) -> UUID:
    return ids.decode("clm", text)


def _values(body: KnownClaimIn) -> dict[str, Any]:
    return {
        "text": body.text, "variants": body.variants, "status": body.status, "note": body.note, "policy_key": body.policy,
        "sources": [{"title": each.title, "url": each.url} for each in body.sources], "violation_key": body.violation,
        "markets": body.markets, "languages": body.languages, "owner": body.owner, "expires_at": body.expires_at,
    }  # fmt: skip


def _out(row: Claim) -> KnownClaimOut:
    return KnownClaimOut(
        id=ids.encode("clm", row.pk), text=row.text, variants=row.variants, status=row.status,  # type: ignore[arg-type]
        sources=[ClaimSource(**each) for each in row.sources], note=row.note, policy=row.policy_key, violation=row.violation_key,
        markets=row.markets, languages=row.languages, owner=row.owner, expires_at=row.expires_at, revision=row.revision,
        ended_at=row.ended_at, why_ended=row.why_ended, changed_at=row.changed_at,
    )  # fmt: skip
