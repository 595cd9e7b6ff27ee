"""JSON: banks, their entries and settings, what is known of a value, and searches of the last days."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from watchfloor.detection.banks import actions, figures, lookup, queries, retro, settings_of
from watchfloor.detection.banks.api_forms import (
    BankAdded,
    BankAsk,
    BankChange,
    BankCount,
    BankEntriesBody,
    BankEntriesOut,
    BankEntryOut,
    BankMatchOut,
    BankOut,
    BankRemoveBody,
    BankSearchBody,
    BankSearchOut,
    BankSettings,
    BankUndoBody,
)
from watchfloor.detection.banks.contracts import BankIn, EntryIn, Match
from watchfloor.detection.banks.models import Bank, Entry, Retro
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import writing

router = Router(tags=["banks"])
PAGE = 500


@router.get("/banks", response=list[BankOut], summary="List banks", operation_id="banks")
def all_banks(request: HttpRequest) -> list[dict[str, Any]]:
    """Those one may know of, by name. Needs ``bank.view``."""
    rows = list(queries.banks(needs(request, "bank.view")))
    seen = figures.of(row.pk for row in rows)
    return [_out(row, seen[row.pk]) for row in rows]


@router.post("/banks", response={201: BankOut}, summary="Begin a bank", operation_id="bank_create")
def begin(request: HttpRequest, body: BankSettings) -> tuple[int, dict[str, Any]]:
    """Needs ``bank.manage``."""
    actor = needs(request, "bank.manage")
    with writing(actor) as w:
        row = actions.create_bank(w, _settings(body))
        _may(actor, "bank.manage", row)  # of a clearance one lacks, nothing is begun
    return 201, _out(row, figures.Figures())


@router.post("/banks/look-up", response=list[BankMatchOut], summary="Look a value up", operation_id="bank_look_up")
def look_up(request: HttpRequest, body: BankAsk) -> list[dict[str, Any]]:
    """What is known of it in the banks one may know of, the nearest first; nothing is done. Needs ``bank.view``."""
    actor = needs(request, "bank.view")
    known = set(queries.banks(actor).values_list("key", flat=True))
    wanted = known if body.banks is None else known.intersection(body.banks)
    found = lookup.look_up(body.kind, body.value, banks=wanted, radius=body.radius)
    return [_match(each) for each in found]


@router.get(
    "/banks/searches/{search_id}",
    response=BankSearchOut,
    summary="A search of the last days",
    operation_id="bank_search",
)
def search(request: HttpRequest, search_id: UUID) -> dict[str, Any]:
    """How it stands and what it found. Needs ``bank.view``."""
    return _search(retro.one(needs(request, "bank.view"), search_id))


@router.post(
    "/banks/searches/{search_id}/confirm",
    response=BankSearchOut,
    summary="Do what a search found",
    operation_id="bank_search_confirm",
)
def confirm(request: HttpRequest, search_id: UUID) -> dict[str, Any]:
    """What waits counts from now on; what was found is acted on as the bank says. Needs ``bank.edit``."""
    return _search(retro.confirm(needs(request, "bank.edit"), search_id))


@router.post(
    "/banks/searches/{search_id}/undo",
    response=BankSearchOut,
    summary="Take back what a search did",
    operation_id="bank_search_undo",
)
def undo(request: HttpRequest, search_id: UUID, body: BankUndoBody) -> dict[str, Any]:
    """Its decisions fall with their actions, cases only it opened are closed, its entries go. Needs ``bank.edit``."""
    return _search(retro.undo(needs(request, "bank.edit"), search_id, body.why))


@router.get("/banks/{key}", response=BankOut, summary="One bank", operation_id="bank")
def one(request: HttpRequest, key: str) -> dict[str, Any]:
    """Needs ``bank.view``."""
    row = queries.bank(needs(request, "bank.view"), key)
    return _out(row, figures.of([row.pk])[row.pk])


@router.put("/banks/{key}", response=BankOut, summary="Change a bank's settings", operation_id="bank_change")
def change(request: HttpRequest, key: str, body: BankChange) -> dict[str, Any]:
    """As a new version; the key stays. Needs ``bank.manage``."""
    actor = needs(request, "bank.manage")
    row = queries.bank(actor, key)
    _may(actor, "bank.manage", row)
    with writing(actor, reason=body.why) as w:
        row = actions.change_bank(w, row, _settings(body), why=body.why, seen=body.seen)
        _may(actor, "bank.manage", row)
    return _out(row, figures.of([row.pk])[row.pk])


@router.get("/banks/{key}/entries", response=BankEntriesOut, summary="Entries of a bank", operation_id="bank_entries")
def entries(
    request: HttpRequest, key: str, before: UUID | None = None, state: str = "", kind: str = ""
) -> dict[str, Any]:
    """500 at a time. Needs ``bank.view``."""
    row = queries.bank(needs(request, "bank.view"), key)
    found = Entry.objects.filter(bank=row).order_by("-pk")
    found = found.filter(state=state) if state else found.exclude(state=Entry.State.REMOVED)
    found = found.filter(kind=kind) if kind else found
    page = list((found.filter(pk__lt=before) if before else found)[: PAGE + 1])
    more, page = len(page) > PAGE, page[:PAGE]
    return {"entries": [_entry(each) for each in page], "next": page[-1].pk if more else None}


@router.post("/banks/{key}/entries", response=BankAdded, summary="Put entries in", operation_id="bank_add")
def put_in(request: HttpRequest, key: str, body: BankEntriesBody) -> dict[str, Any]:
    """They match as soon as this is answered. Good ones are put in, the others told. Needs ``bank.edit``."""
    actor = needs(request, "bank.edit")
    row = queries.bank(actor, key)
    _may(actor, "bank.edit", row)
    for index, each in enumerate(body.entries):
        if each.expires_at is not None and each.expires_at.tzinfo is None:
            raise BadInput("no_zone", "A moment names its zone.", where=f"entries[{index}].expires_at")
    with writing(actor) as w:
        added = actions.add_entries(
            w, row, [EntryIn(**{**each.dict(), "tags": tuple(each.tags)}) for each in body.entries]
        )
    return {
        "new": added.new, "known": added.known, "ids": added.ids,
        "problems": [{"index": each.index, "message": each.message} for each in added.bad],
    }  # fmt: skip


@router.post("/banks/{key}/remove", response=BankCount, summary="Take entries out", operation_id="bank_remove")
def take_out(request: HttpRequest, key: str, body: BankRemoveBody) -> dict[str, int]:
    """They match no more, and stay in the history. Needs ``bank.edit``."""
    actor = needs(request, "bank.edit")
    row = queries.bank(actor, key)
    _may(actor, "bank.edit", row)
    with writing(actor, reason=body.why) as w:
        return {"count": actions.remove_entries(w, row, body.ids, body.why)}


@router.post(
    "/banks/{key}/searches",
    response={201: BankSearchOut},
    summary="Search the last days",
    operation_id="bank_search_ask",
)
def ask(request: HttpRequest, key: str, body: BankSearchBody) -> tuple[int, dict[str, Any]]:
    """Counts what entries would find among the media of the last days; nothing is done before it is confirmed. Needs ``bank.edit``."""
    actor = needs(request, "bank.edit")
    row = queries.bank(actor, key)
    return 201, _search(retro.ask(actor, row, body.ids, days=body.days, why=body.why))


def _may(actor: Actor, permission: str, row: Bank) -> None:
    if not queries.may(actor, permission, row):
        raise Forbidden("no_permission", "This token may not change this bank.", hint=f"It needs {permission}.")


def _settings(body: BankSettings) -> BankIn:
    if body.expires_at is not None and body.expires_at.tzinfo is None:
        raise BadInput("no_zone", "A moment names its zone.", where="expires_at")
    return BankIn(key=body.key, **{name: getattr(body, name) for name in settings_of.NAMES})


def _out(row: Bank, seen: figures.Figures) -> dict[str, Any]:
    return {
        "key": row.key, **{name: getattr(row, name) for name in settings_of.NAMES}, "version": row.version, "size": row.size,
        "hits": seen.hits, "views_avoided": seen.views_avoided, "judged": seen.judged,
        "precision": [seen.precision.value, seen.precision.low, seen.precision.high],
    }  # fmt: skip


def _entry(row: Entry) -> dict[str, Any]:
    return {name: getattr(row, name) for name in BankEntryOut.model_fields}


def _match(found: Match) -> dict[str, Any]:
    return {
        "bank": found.bank, "entry": found.entry, "kind": found.entry_kind, "negative": found.negative, "distance": found.distance,
        "margin": found.margin, "exact": found.exact, "value": found.value, "seconds": found.seconds, "source": found.source,
        "source_ref": found.source_ref,
        "ranges": [[each.begin, each.end, each.known_begin, each.known_end, each.frames] for each in found.ranges],
    }  # fmt: skip


def _search(row: Retro) -> dict[str, Any]:
    return {
        "id": row.pk, "bank": row.bank.key, "state": row.state, "days": row.days, "done": row.done, "total": row.total,
        "found": row.found, "problem": row.problem,
    }  # fmt: skip
