"""JSON: lists and banks, their entries and versions; putting in and taking out by programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.detection import lists
from watchfloor.detection.lists import reading
from watchfloor.detection.lists.changing import NewEntry, check
from watchfloor.detection.models import ListEntry, NamedList
from watchfloor.engines.sml.listkinds import normal
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import writing

router = Router(tags=["lists"])
MOST_AT_ONCE = 10_000
PAGE = 500


class ListOut(Schema):
    """One list or bank. ``size`` counts entries that were not taken out, ended ones included; ``asked_by`` names rules."""

    name: str
    kind: str
    description: str
    owner: str
    version: int
    size: int
    distance: float
    changed_at: datetime
    asked_by: list[str]


class ListEntryOut(Schema):
    """One entry, in its normal form."""

    value: str
    reason: str
    expires: datetime | None
    added_at: datetime
    added_by: str
    version: int


class EntriesOut(Schema):
    """Entries in the order they came in; ``next`` is given as ``after`` for those that follow, null at the end."""

    version: int
    entries: list[ListEntryOut]
    next: int | None


class ListIn(Schema):
    """A list to begin. ``kind``: texts, domains, networks, hashes, accounts or bank."""

    name: str
    kind: str
    description: str = ""
    owner: str = ""
    edit_permission: str = "list.edit"
    distance: float = 0.5


class EntryIn(Schema):
    """A value to put in."""

    value: str
    reason: str = ""
    expires: datetime | None = None


class AddIn(Schema):
    """Up to 10,000 entries; they become one version."""

    entries: list[EntryIn]


class RemoveIn(Schema):
    """Values to take out, and why."""

    values: list[str]
    why: str


class ListRestoreIn(Schema):
    """The version whose entries shall stand again, and why."""

    version: int
    why: str


class Problem(Schema):
    """An entry that was not taken: its place in what was sent, and why."""

    index: int
    message: str


class ChangeOut(Schema):
    """The list's version now; how many came, went and were there already; what was not taken."""

    version: int
    added: int
    removed: int
    known: int
    problems: list[Problem]


class DiffOut(Schema):
    """Values that came and went; at most 500 of each are told, the counts are whole."""

    added: list[str]
    removed: list[str]
    added_count: int
    removed_count: int


class AskOut(Schema):
    """The entry that covers a value, or null."""

    version: int
    entry: str | None


@router.get("/lists", response=list[ListOut], summary="List lists and banks", operation_id="lists")
def all_lists(request: HttpRequest) -> list[dict[str, Any]]:
    """By name. Needs ``rule.view`` or ``list.edit``."""
    _may_see(request)
    used = reading.used_by()
    return [_out(row, used) for row in NamedList.objects.filter(archived_at__isnull=True).order_by("name")]


@router.post("/lists", response={201: ListOut}, summary="Begin a list", operation_id="list_create")
def begin(request: HttpRequest, body: ListIn) -> tuple[int, dict[str, Any]]:
    """Needs ``rule.edit``."""
    actor = actor_of(request)
    if not reading.may_begin(actor):
        raise Forbidden("no_permission", "This token does not hold rule.edit.")
    with writing(actor) as w:
        row = lists.create(
            w, body.name, body.kind, description=body.description, owner=body.owner,
            edit_permission=body.edit_permission, distance=body.distance,
        )  # fmt: skip
    return 201, _out(row, {})


@router.get("/lists/{name}", response=ListOut, summary="One list", operation_id="list")
def one(request: HttpRequest, name: str) -> dict[str, Any]:
    """Needs ``rule.view`` or ``list.edit``."""
    _may_see(request)
    return _out(lists.by_name(name), reading.used_by())


@router.get("/lists/{name}/entries", response=EntriesOut, summary="Entries of a list", operation_id="list_entries")
def entries(request: HttpRequest, name: str, after: int = 0, version: int | None = None) -> dict[str, Any]:
    """As they stand, or stood at a version; 500 at a time. Needs ``rule.view`` or ``list.edit``."""
    _may_see(request)
    row = lists.by_name(name)
    found = reading.standing(row) if version is None else reading.at_version(row, version)
    page = list(found.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
    more, page = len(page) > PAGE, page[:PAGE]
    return {
        "version": row.version if version is None else version, "entries": [_entry(entry) for entry in page],
        "next": page[-1].pk if more else None,
    }  # fmt: skip


@router.post("/lists/{name}/entries", response=ChangeOut, summary="Put entries in", operation_id="list_add")
def put_in(request: HttpRequest, name: str, body: AddIn) -> dict[str, Any]:
    """Good entries are put in as one version, the others told in ``problems``.

    Needs ``rule.view`` or ``list.edit``, and what the list asks for.
    """
    actor, row = _may_edit(request, name)
    if len(body.entries) > MOST_AT_ONCE:
        raise BadInput("too_many", f"At most {MOST_AT_ONCE:,} entries at once.", where="entries")
    now = clock.now()
    good: list[NewEntry] = []
    problems: list[dict[str, Any]] = []
    for index, each in enumerate(body.entries):
        try:
            normal(row.kind, each.value)
            entry = NewEntry(each.value, each.reason, _utc(each.expires, f"entries[{index}].expires"))
            check(entry, now)
            good.append(entry)
        except BadInput as error:
            problems.append({"index": index, "message": " ".join(p for p in (error.message, error.hint) if p)})
    with writing(actor) as w:
        change = lists.add_many(w, name, good)
    return {**_change(change), "problems": problems}


@router.post("/lists/{name}/remove", response=ChangeOut, summary="Take entries out", operation_id="list_remove")
def take_out(request: HttpRequest, name: str, body: RemoveIn) -> dict[str, Any]:
    """All of them, or none when one is not in the list. They stay in the history.

    Needs what putting in needs: ``rule.view`` or ``list.edit``.
    """
    actor, _ = _may_edit(request, name)
    if len(body.values) > MOST_AT_ONCE:
        raise BadInput("too_many", f"At most {MOST_AT_ONCE:,} values at once.", where="values")
    with writing(actor) as w:
        change = lists.remove(w, name, body.values, why=body.why)
    return {**_change(change), "problems": []}


@router.get("/lists/{name}/diff", response=DiffOut, summary="What changed between versions", operation_id="list_diff")
def compare(request: HttpRequest, name: str, before: int, after: int) -> dict[str, Any]:
    """From version ``before`` to version ``after``. Needs ``rule.view`` or ``list.edit``."""
    _may_see(request)
    row = lists.by_name(name)
    if not 0 <= before <= after <= row.version:
        raise BadInput("bad_versions", f"Versions run from 0 to {row.version}, the earlier one first.", where="before")
    found = lists.diff(row, before, after)
    return {
        "added": list(found.added), "removed": list(found.removed), "added_count": found.added_count,
        "removed_count": found.removed_count,
    }  # fmt: skip


@router.post("/lists/{name}/restore", response=ChangeOut, summary="Restore a version", operation_id="list_restore")
def bring_back(request: HttpRequest, name: str, body: ListRestoreIn) -> dict[str, Any]:
    """The entries become what they were, as a new version. Needs what putting in needs: ``rule.view`` or ``list.edit``."""
    actor, _ = _may_edit(request, name)
    with writing(actor) as w:
        change = lists.restore(w, name, body.version, why=body.why)
    return {**_change(change), "problems": []}


@router.get("/lists/{name}/find", response=AskOut, summary="Ask a list", operation_id="list_find")
def ask(request: HttpRequest, name: str, value: str) -> dict[str, Any]:
    """Which entry covers a value now, by the rules of the list's kind; for a bank the nearest example.

    Needs ``rule.view`` or ``list.edit``.
    """
    from watchfloor.detection.lists_in_force import LISTS

    _may_see(request)
    table = LISTS.table(lists.by_name(name).name)
    if table.kind == "bank":
        near = table.near_text(value, None, clock.now())
        return {"version": table.version, "entry": near[0] if near else None}
    return {"version": table.version, "entry": table.find(value, clock.now())}


def _out(row: NamedList, used: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    return {
        "name": row.name, "kind": row.kind, "description": row.description, "owner": row.owner, "version": row.version,
        "size": row.size, "distance": row.distance, "changed_at": row.changed_at, "asked_by": list(used.get(row.name, ())),
    }  # fmt: skip


def _entry(entry: ListEntry) -> dict[str, Any]:
    return {
        "value": entry.value, "reason": entry.reason, "expires": entry.expires_at, "added_at": entry.added_at,
        "added_by": entry.added_by, "version": entry.added_version,
    }  # fmt: skip


def _change(change: lists.Change) -> dict[str, int]:
    return {"version": change.version, "added": change.added, "removed": change.removed, "known": change.known}


def _utc(moment: datetime | None, where: str) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise BadInput("no_zone", "A moment names its zone.", where=where, hint="Such as 2030-12-31T12:00:00Z.")
    return moment


def _may_see(request: HttpRequest) -> Actor:
    return needs(request, "rule.view", "list.edit")


def _may_edit(request: HttpRequest, name: str) -> tuple[Actor, NamedList]:
    actor, row = _may_see(request), lists.by_name(name)
    if not lists.may_edit(actor, row):
        raise Forbidden("no_permission", f"This token may not change {name}: it needs {row.edit_permission}.")
    return actor, row
