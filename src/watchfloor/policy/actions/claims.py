"""The register of claims is written here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer, plain
from watchfloor.policy import events as happened
from watchfloor.policy import queries
from watchfloor.policy.claims import forget
from watchfloor.policy.domain import claims
from watchfloor.policy.models import Claim, ClaimSearch

POLICY = "misinformation"


def save_claim(
    w: Writer,
    *,
    claim_id: UUID | None = None,
    revision: int | None = None,
    text: str,
    status: str = "unverified",
    variants: Sequence[str] = (),
    sources: Sequence[dict[str, str]] = (),
    note: str = "",
    policy_key: str = POLICY,
    violation_key: str = "",
    languages: Sequence[str] = (),
    markets: Sequence[str] = (),
    owner: str = "",
    expires_at: datetime | None = None,
) -> Claim:
    """Put a claim into the register, or change one (``revision``: the one that was read; another by now is a ``Conflict``)."""
    claims.check(
        text=text, variants=variants, status=status, sources=sources, languages=languages, markets=markets, note=note
    )
    queries.policy(policy_key)
    if violation_key and queries.violation(violation_key).policy_key != policy_key:
        raise BadInput("other_policy", "The violation type belongs to another policy.", where="violation_key")
    now = clock.now()
    if expires_at is not None and expires_at <= now:
        raise BadInput("expired_already", "The claim would have expired already.", where="expires_at")
    values: dict[str, Any] = {
        "text": text.strip(), "status": status, "variants": [each.strip() for each in variants], "sources": list(sources),
        "note": note.strip(), "policy_key": policy_key, "violation_key": violation_key, "languages": list(languages),
        "markets": list(markets), "owner": owner.strip()[:120], "expires_at": expires_at, "changed_by": w.actor, "changed_at": now,
    }  # fmt: skip
    if claim_id is None:
        before, row = "", w.create(Claim, **values, made_by=w.actor, made_at=now)
    else:
        row = _locked(claim_id)
        if row.ended_at is not None:
            raise Conflict("ended", "This claim is no longer looked for.", hint="Open it again first.")
        if revision is not None and revision != row.revision:
            raise Conflict("changed", "Somebody has changed this claim since you opened it.", hint="Read it again.")
        before = row.status
        w.update(row, **values, revision=row.revision + 1)
    event = happened.ClaimSaved(
        status=status, before=before, policy=policy_key, revision=row.revision,
        expires_at=plain(expires_at) if expires_at else "",
    )  # fmt: skip
    w.event(event, row)
    _search_again(row)
    return row


def close_claim(w: Writer, claim_id: UUID, why: str) -> Claim:
    """It is no longer looked for."""
    if not why.strip():
        raise BadInput("no_reason", "Say why the claim is closed.", where="why")
    row = _locked(claim_id)
    if row.ended_at is not None:
        raise Conflict("ended", "This claim is no longer looked for already.")
    w.update(row, ended_at=clock.now(), why_ended=why.strip()[:200])
    w.event(happened.ClaimEnded(status=row.status, how="closed"), row, reason=why)
    forget()
    return row


def reopen_claim(w: Writer, claim_id: UUID, *, expires_at: datetime | None = None) -> Claim:
    """It is looked for again, from now on and among the newest items."""
    row = _locked(claim_id)
    if row.ended_at is None:
        raise Conflict("open", "This claim is looked for.")
    if expires_at is not None and expires_at <= clock.now():
        raise BadInput("expired_already", "The claim would have expired already.", where="expires_at")
    w.update(row, ended_at=None, why_ended="", expires_at=expires_at, changed_by=w.actor, changed_at=clock.now())
    w.event(happened.ClaimReopened(status=row.status, expires_at=plain(expires_at) if expires_at else ""), row)
    _search_again(row)
    return row


def end_claims(w: Writer) -> int:
    """Claims whose time is over are no longer looked for; how many."""
    due = list(Claim.objects.select_for_update().filter(ended_at__isnull=True, expires_at__lte=clock.now()))
    for row in due:
        w.update(row, ended_at=clock.now(), why_ended="expired")
        w.event(happened.ClaimEnded(status=row.status, how="expired"), row)
    if due:
        forget()
    return len(due)


def _locked(claim_id: UUID) -> Claim:
    row = Claim.objects.select_for_update().filter(pk=claim_id).first()
    if row is None:
        raise NotFound("unknown_claim", "There is no such claim.")
    return row


def _search_again(row: Claim) -> None:
    ClaimSearch.objects.update_or_create(
        claim=row, defaults={"revision": row.revision, "below": None, "looked_at": 0, "done": False}
    )
    forget()
