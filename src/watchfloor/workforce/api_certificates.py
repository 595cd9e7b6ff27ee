"""JSON for programs: certificates, read and granted and revoked by a training system that stands outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound
from watchfloor.workforce import holders
from watchfloor.workforce.holders import MANAGE, SEE, Holder

router = Router(tags=["certificates"])


class HolderOut(Schema):
    """A certificate with whose it is. ``state``: ``old`` is for an earlier version of the policy, past the days of grace.

    ``until``: when it stops counting by what is known now, null: not before the policy changes; ``behind``: to renew.
    """

    id: UUID
    person: str
    vendor: str
    team: str
    policy: str
    version: int
    level: int
    how: Literal["exam", "training", "manager", "import"]
    granted_at: datetime
    expires_at: datetime | None
    until: datetime | None
    state: Literal["counts", "old", "expired", "revoked"]
    behind: bool


class HoldersOut(Schema):
    """Certificates, by the name of whose they are."""

    certificates: list[HolderOut]


class CertificateIn(Schema):
    """Certify a person for a version of a policy (null: the one in force)."""

    person: str
    policy: str = Field(max_length=60)
    version: int | None = None
    level: int = Field(1, ge=1, le=9)
    expires_at: datetime | None = None
    why: str = Field(min_length=1, max_length=200)


class RevokeIn(Schema):
    """Why it is revoked."""

    why: str = Field(min_length=1, max_length=200)


@router.get("/certificates", response=HoldersOut, summary="Who holds which certificate", operation_id="certificates")
def listed(request: HttpRequest, policy: str = "", vendor: str = "", state: str = "", person: str = "") -> Any:
    """Of the people of one's vendors. Needs ``people.manage`` or ``training.view``."""
    actor = needs(request, *SEE)
    wanted = str(ids.decode("usr", person)) if person else ""
    found = holders.holders(actor, policy=policy, vendor=vendor, state=state, person=wanted)
    return {"certificates": [_out(row) for row in found]}


@router.post("/certificates", response={201: HolderOut}, summary="Certify somebody", operation_id="certificate_grant")
def grant(request: HttpRequest, body: CertificateIn) -> Any:
    """They are given this work from now on. Needs ``people.manage``."""
    actor = needs(request, MANAGE)
    row = holders.grant(
        actor, ids.decode("usr", body.person), body.policy, why=body.why, version=body.version, level=body.level,
        expires_at=body.expires_at,
    )  # fmt: skip
    return Status(201, _out(_one(actor, row.pk)))


@router.post(
    "/certificates/{certificate_id}/revoke", response=HolderOut, summary="Revoke a certificate",
    operation_id="certificate_revoke",
)  # fmt: skip
def revoke(request: HttpRequest, certificate_id: UUID, body: RevokeIn) -> HolderOut:
    """They are given no more of this work; what they hold stays in their hands. Needs ``people.manage``."""
    actor = needs(request, MANAGE)
    holders.revoke(actor, certificate_id, body.why)
    return _out(_one(actor, certificate_id))


def _one(actor: Actor, certificate_id: UUID) -> Holder:
    found = next((row for row in holders.holders(actor) if row.id == certificate_id), None)
    if found is None:
        raise NotFound("unknown_certificate", "There is no such certificate.")
    return found


def _out(row: Holder) -> HolderOut:
    return HolderOut(
        id=row.id, person=ids.encode("usr", row.reviewer_id), vendor=row.vendor, team=row.team, policy=row.policy_key,
        version=row.version, level=row.level, how=row.how, granted_at=row.granted_at, expires_at=row.expires_at,  # type: ignore[arg-type]
        until=row.until, state=row.state, behind=row.behind,  # type: ignore[arg-type]
    )  # fmt: skip
