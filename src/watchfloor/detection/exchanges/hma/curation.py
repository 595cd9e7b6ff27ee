"""``/c/...``: banks, their contents and signals, HMA's types; every change is an action with its event, as anywhere else."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest

from watchfloor.detection.banks.actions import add_entries, archive_bank, disable_until, remove_entries
from watchfloor.detection.banks.contracts import EntryIn
from watchfloor.detection.banks.models import Bank, Entry
from watchfloor.detection.exchanges.events import DoorContentSaved
from watchfloor.detection.exchanges.hma import hashing, names, signals
from watchfloor.detection.exchanges.hma.answers import Abort, Missing, body
from watchfloor.detection.exchanges.models import DoorContent, DoorEntry, DoorName, Record
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing

WHY = "through the HMA door"
FIVE_YEARS = 5 * 365 * 86_400
_FOR_GOOD = 253_370_764_800  # the year 9999
_META = {"content_id": str, "content_uri": str, "json": dict}


def banks(actor: Actor, request: HttpRequest) -> list[dict[str, Any]]:
    """All banks."""
    return [names.as_json(name, bank) for name, bank in names.banks_of(actor).items()]


def bank_create(actor: Actor, request: HttpRequest) -> tuple[dict[str, Any], int]:
    """``name``, and ``enabled_ratio`` or ``enabled``."""
    given = body(request)
    if "name" not in given:
        raise Missing("name")
    name = names.check_name(given["name"])
    ratio = given.get("enabled_ratio")
    if ratio is None:
        ratio = 1.0 if given.get("enabled") in (None, True) else 0.0
    if isinstance(ratio, bool) or not isinstance(ratio, (int, float)) or not 0 <= ratio <= 1:
        raise Abort(400, "enabled_ratio must be between 0.0 and 1.0")
    with writing(actor, reason=WHY) as w:
        bank = names.begin_bank(w, actor, name, float(ratio))
    return names.as_json(name, bank), 201


def bank_show(actor: Actor, request: HttpRequest, name: str) -> dict[str, Any]:
    """One bank."""
    return names.as_json(name, names.bank_of(actor, name))


def bank_update(actor: Actor, request: HttpRequest, name: str) -> dict[str, Any]:
    """Another ``name``, another ``enabled_ratio``, or ``enabled``."""
    bank, given = names.bank_of(actor, name), body(request)
    with writing(actor, reason=WHY) as w:
        if given.get("name") is not None and given["name"] != name:
            names.rename(w, actor, bank, names.check_name(given["name"]))
            w.event(DoorContentSaved(bank=bank.key, number=0, how="renamed"), bank)
            name = given["name"]
        ratio = given.get("enabled_ratio")
        if ratio is None and given.get("enabled") is not None:
            ratio = 1.0 if given["enabled"] else 0.0
        if ratio is not None:
            bank = names.set_ratio(w, bank, ratio)
    return names.as_json(name, bank)


def bank_delete(actor: Actor, request: HttpRequest, name: str) -> dict[str, str]:
    """The bank goes out of use (nothing of it is lost, and its name is free again); one that is not there is no fault."""
    bank = names.banks_of(actor).get(name)
    if bank is not None:
        with writing(actor, reason=WHY) as w:
            archive_bank(w, bank, why=WHY)
            DoorName.objects.filter(bank=bank).delete()
    return {"message": "Done"}


def content_show(actor: Actor, request: HttpRequest, name: str, number: int) -> dict[str, Any]:
    """One content; ``include_signals`` and ``include_metadata`` as in HMA."""
    names.bank_of(actor, name)
    content, entries = names.content_of(actor, number)
    answer: dict[str, Any] = {
        "id": content.pk, "disable_until_ts": _disabled(entries), "original_media_uri": None,
        "bank": names.as_json(_name(actor, content.bank), content.bank),
    }  # fmt: skip
    if request.GET.get("include_signals", "false").lower() == "true":
        answer["signals"] = {signal: entry.value for entry in entries if (signal := _signal(entry.kind))}
    collab = _collab(entries)
    if request.GET.get("include_metadata", "true").lower() == "true" and (content.metadata or collab):
        given = content.metadata or {}
        answer["metadata"] = {
            "content_id": given.get("content_id"), "content_uri": given.get("content_uri"), "json": given.get("json"),
            "collab": collab or None,
        }  # fmt: skip
    if content.note:
        answer["note"] = content.note
    return answer


def content_add(actor: Actor, request: HttpRequest, name: str) -> dict[str, Any]:
    """A file, or what lies at ``url``, with ``metadata`` and a ``note``."""
    bank = names.bank_of(actor, name)
    metadata, note = _metadata(request), _note(_said(request, "note"))
    if url := request.GET.get("url"):
        hashes = hashing.of_url(url, request.GET.get("content_type"), request.GET.get("types"))
    elif request.FILES:
        hashes = hashing.of_upload(request)
    else:
        raise Abort(400, "Neither `url` nor multipart file upload was received")
    return _add(actor, bank, hashes, metadata, note)


def signal_add(actor: Actor, request: HttpRequest, name: str) -> dict[str, Any]:
    """Signals by their type, and a ``note``."""
    bank, given = names.bank_of(actor, name), body(request)
    note = _note(given.pop("note", None))
    return _add(actor, bank, given, {}, note)


def content_update(actor: Actor, request: HttpRequest, name: str, number: int) -> dict[str, Any]:
    """``disable_until_ts`` and ``note``."""
    names.bank_of(actor, name)
    content, entries = names.content_of(actor, number)
    given = body(request)
    until = _moment(given["disable_until_ts"]) if "disable_until_ts" in given else None
    with writing(actor, reason=WHY) as w:
        if until is not None:
            disable_until(w, content.bank, [entry.pk for entry in entries], _ours(until), WHY)
        if "note" in given:
            DoorContent.objects.filter(pk=content.pk).update(note=_note(given["note"]))
        w.event(DoorContentSaved(bank=content.bank.key, number=content.pk, how="changed"), content.bank)
    content, entries = names.content_of(actor, number)
    return {
        "id": content.pk, "disable_until_ts": _disabled(entries) if until is None else until, "collab_metadata": _collab(entries),
        "original_media_uri": None, "bank": names.as_json(_name(actor, content.bank), content.bank),
        "user_metadata": content.metadata or None, "note": content.note or None,
    }  # fmt: skip


def content_delete(actor: Actor, request: HttpRequest, name: str, number: int) -> dict[str, int]:
    """Its entries leave the bank; how many contents were."""
    bank = names.bank_of(actor, name)
    try:
        content, entries = names.content_of(actor, number)
    except Abort:
        return {"deleted": 0}
    if content.bank_id != bank.pk:
        return {"deleted": 0}
    with writing(actor, reason=WHY) as w:
        remove_entries(w, bank, [entry.pk for entry in entries], WHY)
        w.event(DoorContentSaved(bank=bank.key, number=number, how="removed"), bank)
    return {"deleted": 1}


def signal_types(actor: Actor, request: HttpRequest) -> list[dict[str, Any]]:
    """All are on."""
    return [{"name": name, "enabled_ratio": 1.0} for name in signals.TYPES]


def content_types(actor: Actor, request: HttpRequest) -> list[dict[str, Any]]:
    """Both are on."""
    return [{"name": name, "enabled": True} for name in signals.CONTENTS]


def unimplemented(actor: Actor, request: HttpRequest, *_: Any, **__: Any) -> None:
    """What this door leaves to the console."""
    raise Abort(501, "unimplemented: this is set in the console")


def _add(actor: Actor, bank: Bank, hashes: dict[str, Any], metadata: dict[str, Any], note: str) -> dict[str, Any]:
    if not hashes:
        raise Abort(400, "No signals given")
    entries, kept = [], {}
    for name, value in hashes.items():
        if name not in signals.TYPES:
            raise Abort(400, f"No such signal type {name}")
        try:
            kept[name] = signals.checked(name, value)
        except ValueError as error:
            raise Abort(400, f"Invalid {name} signal: {error}") from None
        entries.append(
            EntryIn(
                kind=signals.TYPES[name][0],
                value=kept[name],
                evidence=note[:120],
                source_ref=str(metadata.get("content_id", ""))[:200],
            )
        )
    with writing(actor, reason=WHY) as w:
        added = add_entries(w, bank, entries)
        if added.bad:
            raise Abort(400, f"Invalid {list(kept)[added.bad[0].index]} signal: {added.bad[0].message}")
        number = _content(bank, added.ids, metadata, note)
        w.event(DoorContentSaved(bank=bank.key, number=number, how="added"), bank)
    return {"id": number, "signals": kept}


def _content(bank: Bank, ids: list[Any], metadata: dict[str, Any], note: str) -> int:
    """A number for what was added; what is in the bank already keeps the number it has (HMA would count it twice)."""
    known = DoorEntry.objects.filter(entry_id__in=ids).values_list("content_id", flat=True).first()
    if known is not None:
        changed = {name: value for name, value in (("metadata", metadata), ("note", note)) if value}
        if changed:
            DoorContent.objects.filter(pk=known).update(**changed)
        return known
    content = DoorContent.objects.create(bank=bank, metadata=metadata, note=note, made_at=clock.now())
    DoorEntry.objects.bulk_create([DoorEntry(entry_id=each, content=content) for each in ids], ignore_conflicts=True)
    return content.pk


def _metadata(request: HttpRequest) -> dict[str, Any]:
    raw = _said(request, "metadata")
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            raise Abort(400, "metadata form field must be valid JSON") from None
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise Abort(400, "metadata should be a json object")
    found = {name: value for name, value in raw.items() if name != "collab" and value is not None}
    for name, value in found.items():
        if name not in _META or not isinstance(value, _META[name]):
            raise Abort(400, f"Invalid metadata: {name}")
    return found


def _said(request: HttpRequest, name: str) -> Any:
    if request.content_type == "application/json":
        return body(request).get(name)
    return request.POST.get(name)


def _note(note: Any) -> str:
    if not note:
        return ""
    if not isinstance(note, str):
        raise Abort(400, "note should be a string")
    if len(note) > 255:
        raise Abort(400, "note must be at most 255 characters")
    return note


def _moment(value: Any) -> int:
    try:
        until = int(value)
    except (TypeError, ValueError):
        raise Abort(400, f"Invalid int: '{value}'") from None
    if until < 0:
        raise Abort(400, "disable_until_ts must be a non-negative integer")
    if until > int(clock.now().timestamp()) + FIVE_YEARS:
        raise Abort(400, "disable_until_ts must be less than 5 years in the future")
    return until


def _ours(until: int) -> int | None:
    """HMA's 1 is on, its 0 off for good, anything else the moment until which it is off."""
    return {1: None, 0: _FOR_GOOD}.get(until, until)


def _disabled(entries: list[Entry]) -> int:
    """The same the other way round."""
    until = [int(entry.disable_until.timestamp()) for entry in entries if entry.disable_until is not None]
    return 1 if not until else 0 if max(until) >= _FOR_GOOD else max(until)


def _collab(entries: list[Entry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    held = Record.objects.filter(signals__entry_id__in=[entry.pk for entry in entries]).select_related("exchange")
    for record in held:
        found.setdefault(record.exchange.name, []).append(record.ref)
    return found


def _name(actor: Actor, bank: Bank) -> str:
    return next((name for name, each in names.banks_of(actor).items() if each.pk == bank.pk), names.derived(bank.key))


def _signal(kind: str) -> str:
    return next((name for name, (ours, _) in signals.TYPES.items() if ours == kind), "")
