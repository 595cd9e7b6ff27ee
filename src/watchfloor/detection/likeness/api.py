"""JSON: the register of protected names, what a name would be taken for, the accounts that look like one, identity checks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema, Status

from watchfloor.detection.likeness import checks, queries, register
from watchfloor.detection.likeness.models import IdentityCheck
from watchfloor.identity.guard import needs
from watchfloor.items.models import Item
from watchfloor.ledger.writer import writing

router = Router(tags=["protected names"])


class ProtectedNameBody(Schema):
    """A name to protect. ``kind``: person, organisation or staff; ``account``: the real one, as type/id or its id alone;
    ``avatar``: PDQ of its picture in 64 hexadecimal digits, if the account has none here."""

    name: str
    kind: str
    evidence: str
    handles: list[str] = []
    account: str = ""
    owner: str = ""
    verified: bool = False
    avatar: str = ""
    expires_at: datetime | None = None


class ProtectedNameOut(Schema):
    """An entry of the register. ``found``: how many accounts look like it."""

    id: UUID
    name: str
    handles: list[str]
    kind: str
    account: str
    verified: bool
    owner: str
    since: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    found: int


class NameLike(Schema):
    """What a name would be taken for. ``how``: same, decorated or near; ``distance``: letters that differ."""

    id: UUID
    name: str
    how: str
    distance: int
    score: float


class AccountLike(Schema):
    """An account that looks like a protected name. ``bits``: by which the pictures differ, where they are alike."""

    account_type: str
    account: str
    how: str
    distance: int
    bits: int | None
    score: float
    case: UUID | None
    found_at: datetime


class IdentityCheckBody(Schema):
    """Whom to ask (``account``: type/id or its id alone), and what for, in the words they read."""

    account: str
    wanted: str
    protected: UUID | None = None
    answer_days: int = checks.ANSWER_DAYS
    forget_after: int = checks.FORGET_DAYS


class IdentityCheckOut(Schema):
    """A check. ``link`` is for the person alone; ``forget_at``: when the evidence is deleted; ``files``: how many were handed in."""

    id: UUID
    account: str
    state: str
    due_at: datetime
    decided_at: datetime | None
    forget_at: datetime
    files: int
    link: str


class IdentityCheckDecision(Schema):
    """``outcome``: verified, refused or impostor."""

    outcome: str
    why: str


@router.get(
    "/protected-names", response=list[ProtectedNameOut], summary="List protected names", operation_id="protected_names"
)
def protected_names(
    request: HttpRequest, q: str = "", kind: str = "", state: str = "", limit: int = 100, offset: int = 0
) -> Any:
    """Those in force unless ``state`` is ended or all. Needs ``likeness.view``."""
    needs(request, register.SEES)
    start = max(0, offset)
    rows = register.names({"q": q, "kind": kind, "state": state})[start : start + min(max(1, limit), 1_000)]
    return [_name(row) for row in rows]


@router.get(
    "/protected-names/like",
    response=list[NameLike],
    summary="What a name would be taken for",
    operation_id="protected_names_like",
)
def like(request: HttpRequest, name: str) -> Any:
    """Asked before a handle is given away, for example. Needs ``likeness.view``."""
    needs(request, register.SEES)
    known = register.in_force()
    return [
        {"id": pk, "name": known.rows[pk].name, "how": each.how, "distance": each.distance, "score": each.score}
        for pk, each in known.look([name], Item()).items()
    ]


@router.post(
    "/protected-names", response={201: ProtectedNameOut}, summary="Protect a name", operation_id="protected_name_add"
)
def add(request: HttpRequest, body: ProtectedNameBody) -> Any:
    """Needs ``likeness.edit``."""
    actor = needs(request, register.EDITS)
    with writing(actor) as w:
        row = register.protect(w, msgspec.convert(body.dict(), register.NameIn))
    return Status(201, _name(register.by_id(row.pk)))


@router.put(
    "/protected-names/{name_id}",
    response=ProtectedNameOut,
    summary="Change a protected name",
    operation_id="protected_name_change",
)
def change(request: HttpRequest, name_id: UUID, body: ProtectedNameBody) -> Any:
    """Needs ``likeness.edit``."""
    actor = needs(request, register.EDITS)
    row = register.by_id(name_id)
    with writing(actor) as w:
        register.protect(w, msgspec.convert(body.dict(), register.NameIn), row=row)
    return _name(register.by_id(name_id))


@router.delete(
    "/protected-names/{name_id}",
    response=ProtectedNameOut,
    summary="Protect a name no more",
    operation_id="protected_name_release",
)
def release(request: HttpRequest, name_id: UUID) -> Any:
    """It stays as history. Needs ``likeness.edit``."""
    actor = needs(request, register.EDITS)
    row = register.by_id(name_id)
    with writing(actor) as w:
        register.release(w, row)
    return _name(register.by_id(name_id))


@router.get(
    "/protected-names/{name_id}/accounts",
    response=list[AccountLike],
    summary="Accounts that look like a name",
    operation_id="protected_name_accounts",
)
def accounts(request: HttpRequest, name_id: UUID) -> Any:
    """The newest thousand. Needs ``likeness.view``."""
    actor = needs(request, register.SEES)
    register.by_id(name_id)
    found = list(queries.likenesses(actor, name_id)[:1_000])
    cases = queries.cases_of(actor, found)
    return [
        {
            "account_type": row.account.type_key, "account": row.account.external_id, "how": row.how, "distance": row.distance,
            "bits": row.bits, "score": row.score, "case": row.case if row.case in cases else None, "found_at": row.found_at,
        }
        for row in found
    ]  # fmt: skip


@router.get(
    "/identity-checks", response=list[IdentityCheckOut], summary="List identity checks", operation_id="identity_checks"
)
def identity_checks(request: HttpRequest, state: str = "", limit: int = 100) -> Any:
    """What waits, unless ``state`` says otherwise (``all``). Needs ``likeness.verify``."""
    actor = needs(request, checks.VERIFIES)
    return [_check(row) for row in queries.checks(actor, {"state": state})[: min(max(1, limit), 1_000)]]


@router.post(
    "/identity-checks",
    response={201: IdentityCheckOut},
    summary="Ask somebody who they are",
    operation_id="identity_check_ask",
)
def ask(request: HttpRequest, body: IdentityCheckBody) -> Any:
    """The platform is told by the webhook topic ``identity``. Needs ``likeness.verify``."""
    actor = needs(request, checks.VERIFIES)
    account = register.find_account(body.account)
    protected = register.by_id(body.protected) if body.protected else None
    with writing(actor) as w:
        row = checks.ask(
            w,
            account,
            wanted=body.wanted,
            protected=protected,
            answer_days=body.answer_days,
            forget_after=body.forget_after,
        )
    return Status(201, _check(queries.check(actor, row.pk)))


@router.post(
    "/identity-checks/{check_id}/decision",
    response=IdentityCheckOut,
    summary="Decide an identity check",
    operation_id="identity_check_decide",
)
def decide(request: HttpRequest, check_id: UUID, body: IdentityCheckDecision) -> Any:
    """The clock of the evidence begins. Needs ``likeness.verify``."""
    actor = needs(request, checks.VERIFIES)
    row = queries.check(actor, check_id)
    with writing(actor, reason=body.why[:200]) as w:
        checks.decide(w, row, body.outcome, why=body.why)
    return _check(queries.check(actor, check_id))


def _name(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "name": row.name, "handles": list(row.handles), "kind": row.kind, "verified": row.verified, "owner": row.owner,
        "account": f"{row.account.type_key}/{row.account.external_id}" if row.account else "", "since": row.since,
        "expires_at": row.expires_at, "ended_at": row.ended_at, "found": row.found,
    }  # fmt: skip


def _check(row: IdentityCheck) -> dict[str, Any]:
    return {
        "id": row.pk, "account": f"{row.account.type_key}/{row.account.external_id}", "state": row.state, "due_at": row.due_at,
        "decided_at": row.decided_at, "forget_at": checks.forget_at(row), "files": row.evidence.count(),
        "link": checks.link(row) if row.state == "asked" else "",
    }  # fmt: skip
