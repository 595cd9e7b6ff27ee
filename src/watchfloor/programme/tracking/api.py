"""JSON for programs: initiatives and actions; the same idempotency key gives the same one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.http import HttpRequest
from ninja import Header, Query, Router

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.programme.forms import plain
from watchfloor.programme.tracking import access, actions, links, queries
from watchfloor.programme.tracking.actions import Started, Todo
from watchfloor.programme.tracking.api_structs import (
    InitiativeChange,
    InitiativeIn,
    InitiativeOut,
    InitiativesOut,
    WorkActionChange,
    WorkActionIn,
    WorkActionOut,
    WorkActionsOut,
)
from watchfloor.programme.tracking.domain import states
from watchfloor.programme.tracking.models import Action, Initiative

router = Router(tags=["programme"])
MOST = 200


@router.get(
    "/programme/initiatives", response=InitiativesOut, summary="Initiatives", operation_id="programme_initiatives"
)
def initiatives(
    request: HttpRequest,
    state: str = "",
    after: str = "",
    limit: int = Query(50, ge=1, le=MOST),  # type: ignore[type-arg]
) -> Any:
    """Initiatives one may see, oldest first. Needs ``programme.view``."""
    actor = needs(request, access.VIEW)
    rows = queries.initiatives(actor).order_by("pk")
    if state:
        rows = rows.filter(state=states.check_state(state, states.INITIATIVE))
    if after:
        rows = rows.filter(pk__gt=ids.decode("ini", after))
    found = list(rows[: limit + 1])
    more = ids.encode("ini", found[limit - 1].pk) if len(found) > limit else ""
    return {"initiatives": [_initiative(row) for row in found[:limit]], "after": more}


@router.post(
    "/programme/initiatives",
    response={201: InitiativeOut},
    summary="Begin an initiative",
    operation_id="programme_begin",
)
def begin(
    request: HttpRequest,
    body: InitiativeIn,
    idempotency_key: str = Header(""),  # type: ignore[type-arg]
) -> Any:
    """Begins an initiative; with the same ``Idempotency-Key`` it is the same one. Needs ``programme.edit``."""
    actor = needs(request, access.EDIT)
    key = _key(actor, idempotency_key, "initiative")
    known = Initiative.objects.filter(key=key).first() if key else None
    if known is None:
        _reaches(actor, body.market, body.vendor)
        with _once(Initiative, key), writing(actor) as w:
            known = actions.begin_initiative(
                w,
                Started(
                    kind=body.kind, title=body.title, aim=body.aim, owner=_person(body.owner, "owner"), zone=body.zone,
                    sponsor=_person(body.sponsor, "sponsor"), state=body.state, market=plain(body.market, 12) or None,
                    vendor=plain(body.vendor, 40), key=key,
                ),
            )  # fmt: skip
    return 201, _initiative(known or Initiative.objects.get(key=key))


@router.get(
    "/programme/initiatives/{initiative}",
    response=InitiativeOut,
    summary="An initiative",
    operation_id="programme_initiative",
)
def one_initiative(request: HttpRequest, initiative: str) -> Any:
    """One. Needs ``programme.view``."""
    actor = needs(request, access.VIEW)
    return _initiative(queries.seen_initiative(actor, ids.decode("ini", initiative)))


@router.patch(
    "/programme/initiatives/{initiative}", response=InitiativeOut, summary="Change an initiative",
    operation_id="programme_change_initiative",
)  # fmt: skip
def change_initiative(request: HttpRequest, initiative: str, body: InitiativeChange) -> Any:
    """Changes what is named. Needs ``programme.edit``."""
    actor = needs(request, access.EDIT)
    row = queries.seen_initiative(actor, ids.decode("ini", initiative))
    _may(actor, row)
    values = body.dict(exclude_unset=True, exclude_none=True)
    for name in ("owner", "sponsor"):
        if name in values:
            values[name] = _person(values[name], name)
    with writing(actor) as w:
        row = actions.change_initiative(w, row, **values)
    return _initiative(row)


@router.get("/programme/actions", response=WorkActionsOut, summary="Actions", operation_id="programme_actions")
def listed(
    request: HttpRequest,
    initiative: str = "",
    owner: str = "",
    state: str = "",
    about: str = "",
    after: str = "",
    limit: int = Query(50, ge=1, le=MOST),  # type: ignore[type-arg]
) -> Any:
    """Actions one may see, oldest first; ``state`` may be ``live``: open or doing. Needs ``programme.view``."""
    actor = needs(request, access.VIEW)
    rows = queries.actions(actor).order_by("pk")
    if initiative:
        rows = rows.filter(initiative=ids.decode("ini", initiative))
    if owner:
        rows = rows.filter(owner=ids.decode("usr", owner))
    if about:
        rows = rows.filter(about=plain(about, 120))
    if state == "live":
        rows = rows.filter(state__in=states.LIVE)
    elif state:
        rows = rows.filter(state=states.check_state(state))
    if after:
        rows = rows.filter(pk__gt=ids.decode("todo", after))
    found = list(rows[: limit + 1])
    more = ids.encode("todo", found[limit - 1].pk) if len(found) > limit else ""
    return {"actions": _actions(actor, found[:limit]), "after": more}


@router.post(
    "/programme/actions", response={201: WorkActionOut}, summary="Agree on an action", operation_id="programme_add"
)
def add(
    request: HttpRequest,
    body: WorkActionIn,
    idempotency_key: str = Header(""),  # type: ignore[type-arg]
) -> Any:
    """Adds an action; with the same ``Idempotency-Key`` it is the same one. Needs ``programme.edit``."""
    actor = needs(request, access.EDIT)
    key = _key(actor, idempotency_key, "action")
    known = Action.objects.filter(key=key).first() if key else None
    if known is None:
        of = queries.seen_initiative(actor, ids.decode("ini", body.initiative)) if body.initiative else None
        if of is not None:
            _may(actor, of)
        _reaches(actor, body.market or (of.market or "" if of else ""), body.vendor or (of.vendor_key if of else ""))
        with _once(Action, key), writing(actor) as w:
            known = actions.add_action(
                w,
                Todo(
                    title=body.title, text=body.text, owner=_person(body.owner, "owner"), due=_moment(body.due), initiative=of,
                    depends_on=_before(actor, body.waits_for), market=plain(body.market, 12) or None,
                    vendor=plain(body.vendor, 40), key=key,
                ),
            )  # fmt: skip
    return 201, _actions(actor, [known or Action.objects.get(key=key)])[0]


@router.get("/programme/actions/{action}", response=WorkActionOut, summary="An action", operation_id="programme_action")
def one(request: HttpRequest, action: str) -> Any:
    """One. Needs ``programme.view``."""
    actor = needs(request, access.VIEW)
    return _actions(actor, [queries.seen_action(actor, ids.decode("todo", action))])[0]


@router.patch(
    "/programme/actions/{action}", response=WorkActionOut, summary="Change an action", operation_id="programme_move"
)
def change(request: HttpRequest, action: str, body: WorkActionChange) -> Any:
    """Changes what is named; ``due`` null takes the due time away. Needs ``programme.edit``."""
    actor = needs(request, access.EDIT)
    row = queries.seen_action(actor, ids.decode("todo", action))
    _may(actor, row)
    sent = body.dict(exclude_unset=True)
    values: dict[str, Any] = {name: sent[name] for name in ("title", "text", "state") if sent.get(name) is not None}
    if sent.get("owner") is not None:
        values["owner"] = _person(sent["owner"], "owner")
    if "due" in sent:
        values["due"] = _moment(sent["due"])
    if sent.get("waits_for") is not None:
        seen = set(queries.actions(actor).filter(pk__in=row.depends_on).values_list("pk", flat=True))
        hidden = [
            one for one in row.depends_on if one not in seen
        ]  # what this token may not see is not its to take out
        values["depends_on"] = [*hidden, *_before(actor, sent["waits_for"])]
    with writing(actor) as w:
        row = actions.move(w, row, why=body.why, actor=actor, **values)
    return _actions(actor, [row])[0]


def _key(actor: Actor, given: str, kind: str) -> str | None:
    """The digest under which a sender's key is kept; the same key of another sender is another one."""
    if not given:
        return None
    if len(given) > 180:
        raise BadInput("bad_key", "The idempotency key has at most 180 characters.", where="Idempotency-Key")
    return hashlib.sha256(f"{kind}\0{actor}\0{given}".encode()).hexdigest()


@contextmanager
def _once(model: type[Initiative] | type[Action], key: str | None) -> Iterator[None]:
    """Two requests with one key at once: the second finds what the first made."""
    try:
        yield
    except IntegrityError:
        if not key or not model.objects.filter(key=key).exists():
            raise


def _reaches(actor: Actor, market: str, vendor: str) -> None:
    if not actor.may(access.EDIT, market=market or None, vendor=vendor):
        raise Forbidden("not_yours", "This token does not reach that market or vendor.")


def _may(actor: Actor, row: Initiative | Action) -> None:
    if not access.may_edit(actor, row):
        raise Forbidden("not_yours", "This token may see it, not change it.")


def _moment(at: datetime | None) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise BadInput("bad_due", "A due time says its time zone.", where="due", hint="2026-11-27T14:00:00Z")
    return at


def _person(text: str, where: str) -> UUID | None:
    try:
        return ids.decode("usr", text) if text else None
    except BadInput as wrong:
        raise BadInput(wrong.code, wrong.message, where=where) from None


def _before(actor: Actor, wanted: list[str]) -> list[UUID]:
    found = [ids.decode("todo", each) for each in wanted]
    if queries.actions(actor).filter(pk__in=found).count() != len(set(found)):
        raise BadInput("unknown_action", "There is no such action to wait for.", where="waits_for")
    return found


def _initiative(row: Initiative) -> dict[str, Any]:
    return {
        "id": ids.encode("ini", row.pk), "kind": row.kind, "title": row.title, "aim": row.aim, "owner": _out("usr", row.owner),
        "sponsor": _out("usr", row.sponsor), "state": row.state, "zone": row.zone, "about": row.about, "market": row.market or "",
        "vendor": row.vendor_key, "begun_at": row.made_at,
    }  # fmt: skip


def _actions(actor: Actor, rows: list[Action]) -> list[dict[str, Any]]:
    now, elsewhere = clock.now(), links.of([row.pk for row in rows])
    wanted = {one for row in rows for one in row.depends_on}
    seen = set(queries.actions(actor).filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    return [
        {
            "id": ids.encode("todo", row.pk), "title": row.title, "text": row.text, "initiative": _out("ini", row.initiative_id),
            "owner": _out("usr", row.owner), "state": row.state, "due": row.due, "late": states.is_late(row.due, row.state, now),
            "moved_times": row.slips, "waits_for": [ids.encode("todo", one) for one in row.depends_on if one in seen], "about": row.about,
            "market": row.market or "", "vendor": row.vendor_key,
            "links": [{"system": each.system, "key": each.key, "url": each.url} for each in elsewhere.get(row.pk, [])],
        }
        for row in rows
    ]  # fmt: skip


def _out(kind: str, pk: UUID | None) -> str:
    return "" if pk is None else ids.encode(kind, pk)
