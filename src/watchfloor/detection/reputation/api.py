"""JSON: restrictions with their hits, what one would have hit, making, changing, agreeing and lifting; an account's reputation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema, Status

from watchfloor.detection.reputation import accounts, actions, queries
from watchfloor.detection.reputation.contracts import RestrictionIn
from watchfloor.detection.reputation.models import Restriction
from watchfloor.identity.guard import needs
from watchfloor.items import queries as items
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing

router = Router(tags=["restrictions"])


class RestrictionBody(Schema):
    """A restriction as it is wanted.

    ``subject``: ip, asn, email, disposable, ja4, device, band or age. ``actions``: of sign_up, post, message, follow, report, link and
    media. ``effect``: allow, slow, challenge, review or deny; ``limit``, ``window`` (seconds) and ``per`` (account or subject) of slow,
    ``policy`` of review.
    """

    subject: str
    value: str
    actions: list[str]
    effect: str
    reason: str
    limit: int = 0
    window: int = 0
    per: str = "account"
    policy: str = ""
    owner: str = ""
    expires_at: datetime | None = None


class RestrictionReach(Schema):
    """What it would have hit in the last days; ``wide``: why a second person must agree ("" where nobody must)."""

    days: int
    source: str
    whole: bool
    events: int
    accounts: int
    events_seen: int
    accounts_seen: int
    violating: int
    clean: int
    wide: str


class RestrictionOut(Schema):
    """A restriction. ``state``: on, waiting, lifted, refused or expired; ``hits`` to ``violating``: of the last 30 days."""

    key: str
    subject: str
    value: str
    actions: list[str]
    effect: str
    limit: int
    window: int
    per: str
    policy: str
    reason: str
    owner: str
    state: str
    version: int
    expires_at: datetime | None
    made_at: datetime
    hits: int
    accounts: int
    clean: int
    violating: int


class RestrictionDay(Schema):
    """Hits of a day: held after it was asked, held of what happened, let through."""

    day: date
    asked: int
    happened: int
    passed: int


class RestrictionWhole(RestrictionOut):
    """A restriction with its hits by day."""

    days: list[RestrictionDay]


class RestrictionWhy(Schema):
    """Why it is lifted."""

    why: str = ""


class RestrictionJudgement(Schema):
    """What the second person says of a wide one."""

    agree: bool
    why: str = ""


class ReputationOut(Schema):
    """How an account stands: ``band`` is low, new, unknown, usual or good; ``share`` of what it makes is violating, as expected."""

    band: str
    share: float
    low: float
    high: float
    violating: int
    decided: int
    usual: float
    trusted_from: datetime | None
    actions_left: int


@router.get("/restrictions", response=list[RestrictionOut], summary="List restrictions", operation_id="restrictions")
def restrictions(
    request: HttpRequest, state: str = "on", subject: str = "", action: str = "", effect: str = "", q: str = "",
    limit: int = 100, offset: int = 0,
) -> Any:  # fmt: skip
    """Those in force unless ``state`` says otherwise (``all``). Needs ``restriction.view``."""
    needs(request, queries.SEES)
    wanted = {"state": state, "subject": subject, "action": action, "effect": effect, "q": q}
    start, most = max(0, offset), min(max(1, limit), 1_000)
    return _many(list(queries.restrictions(wanted)[start : start + most]))


@router.post(
    "/restrictions/preview", response=RestrictionReach, summary="What a restriction would have hit", operation_id="restriction_preview"
)  # fmt: skip
def preview(request: HttpRequest, body: RestrictionBody) -> Any:
    """Nothing is changed. Needs ``restriction.edit``."""
    needs(request, queries.EDITS)
    reach, wide = actions.reach_of(_wanted(body))
    return {**msgspec.to_builtins(reach), "wide": wide}


@router.post("/restrictions", response={201: RestrictionOut}, summary="Restrict", operation_id="restriction_add")
def add(request: HttpRequest, body: RestrictionBody) -> Any:
    """A wide one waits for a second person. Needs ``restriction.edit``."""
    actor = needs(request, queries.EDITS)
    wanted = _wanted(body)
    found = actions.reach_of(wanted)
    with writing(actor, reason=wanted.reason[:200]) as w:
        row = actions.save(w, wanted, found=found)
    return Status(201, _many([row])[0])


@router.get("/restrictions/{key}", response=RestrictionWhole, summary="Read a restriction", operation_id="restriction")
def one(request: HttpRequest, key: str) -> Any:
    """With its hits by day. Needs ``restriction.view``."""
    needs(request, queries.SEES)
    row = actions.by_key(key)
    return {**_many([row])[0], "days": [msgspec.structs.asdict(day) for day in queries.by_day(row)]}


@router.put(
    "/restrictions/{key}", response=RestrictionOut, summary="Change a restriction", operation_id="restriction_change"
)
def change(request: HttpRequest, key: str, body: RestrictionBody) -> Any:
    """A new version. Needs ``restriction.edit``."""
    actor = needs(request, queries.EDITS)
    row, wanted = actions.by_key(key), _wanted(body)
    found = actions.reach_of(wanted)
    with writing(actor, reason=wanted.reason[:200]) as w:
        row = actions.save(w, wanted, row=row, found=found)
    return _many([row])[0]


@router.post("/restrictions/{key}/lift", response=RestrictionOut, summary="Lift", operation_id="restriction_lift")
def lift(request: HttpRequest, key: str, body: RestrictionWhy) -> Any:
    """It holds nobody from now on. Needs ``restriction.edit``."""
    actor = needs(request, queries.EDITS)
    row = actions.by_key(key)
    with writing(actor, reason=body.why[:200]) as w:
        row = actions.lift(w, row, why=body.why)
    return _many([row])[0]


@router.post(
    "/restrictions/{key}/judgement",
    response=RestrictionOut,
    summary="Agree or refuse",
    operation_id="restriction_judge",
)
def judge(request: HttpRequest, key: str, body: RestrictionJudgement) -> Any:
    """Another person's than who asked. Needs ``restriction.approve``."""
    actor = needs(request, queries.AGREES)
    row = actions.by_key(key)
    with writing(actor, reason=body.why[:200]) as w:
        row = actions.judge(w, row, agree=body.agree, why=body.why)
    return _many([row])[0]


@router.get(
    "/reputation/{account_type}/{account_id}", response=ReputationOut, summary="An account's reputation", operation_id="reputation"
)  # fmt: skip
def reputation(request: HttpRequest, account_type: str, account_id: str) -> Any:
    """By the platform's name of the account. Needs ``restriction.view``."""
    needs(request, queries.SEES)
    account = items.find(account_type, account_id)
    if account is None or account.kind != "account":
        raise NotFound("unknown_account", "There is no such account.")
    return msgspec.structs.asdict(accounts.standings([account])[account.pk])


def _wanted(body: RestrictionBody) -> RestrictionIn:
    return msgspec.convert(body.dict(), RestrictionIn)


def _many(rows: list[Restriction]) -> list[dict[str, Any]]:
    figures = queries.counts(rows)
    return [
        {
            "key": row.key, "subject": row.subject, "value": row.value, "actions": list(row.actions), "effect": row.effect,
            "limit": row.limit, "window": row.window, "per": row.per, "policy": row.policy_key, "reason": row.reason,
            "owner": row.owner, "state": queries.state_of(row), "version": row.version, "expires_at": row.expires_at,
            "made_at": row.made_at, "hits": figures[row.pk].hits, "accounts": figures[row.pk].accounts,
            "clean": figures[row.pk].clean, "violating": figures[row.pk].violating,
        }
        for row in rows
    ]  # fmt: skip
