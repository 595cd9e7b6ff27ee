"""Banks and contents under the names and numbers HMA's clients know: capitals for a key, a number for entries."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from watchfloor.detection.banks import queries
from watchfloor.detection.banks.actions import change_bank, create_bank
from watchfloor.detection.banks.contracts import BankIn
from watchfloor.detection.banks.models import Bank, Entry
from watchfloor.detection.exchanges.hma.answers import Abort
from watchfloor.detection.exchanges.models import DoorContent, DoorEntry, DoorName
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.platform.among import among

_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")
_LOCK = 0x57465F484D41  # one process at a time gives out numbers


def banks_of(actor: Actor) -> dict[str, Bank]:
    """The banks a client may know of, by the name it knows them by; known-good ones are no banks to HMA."""
    rows = list(queries.banks(actor).filter(negative=False))
    named = dict(DoorName.objects.filter(bank__in=rows).values_list("bank_id", "name"))
    return {named.get(row.pk, derived(row.key)): row for row in rows}


def bank_of(actor: Actor, name: str) -> Bank:
    """One bank. Aborts with 404."""
    found = banks_of(actor).get(name)
    if found is None:
        raise Abort(404, f"bank '{name}' not found")
    return found


def as_json(name: str, bank: Bank) -> dict[str, Any]:
    """HMA's ``BankConfig``."""
    return {"name": name, "matching_enabled_ratio": bank.ratio}


def derived(key: str) -> str:
    """The name a key has by itself."""
    name = key.upper().replace("-", "_")
    return name if _NAME.fullmatch(name) else f"_{name}"


def check_name(name: Any) -> str:
    """A name as HMA takes it. Aborts with 400."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > 255:
        raise Abort(400, "Bank names must be UPPER_WITH_UNDERSCORE")
    return name


def begin_bank(w: Writer, actor: Actor, name: str, ratio: float) -> Bank:
    """A new bank under HMA's name: a match does nothing by itself but to be noted, as in HMA. Aborts with 403 when it is there."""
    if name in banks_of(actor) or DoorName.objects.filter(name=name).exists():
        raise Abort(403, "Bank already exists")
    key = re.sub(r"-+", "-", name.lower().replace("_", "-")).strip("-")[:50] or "bank"
    taken = set(Bank.objects.filter(key__startswith=key).values_list("key", flat=True))
    key = next(each for each in (key, *(f"{key}-{number}" for number in range(2, 10_000))) if each not in taken)
    policy = os.environ.get("WATCHFLOOR_HMA_POLICY", "other")
    settings = BankIn(
        key=key,
        name=name[:120],
        purpose="Begun by a client of HMA's interface.",
        policy_key=policy,
        action="note",
        ratio=ratio,
    )
    bank = create_bank(w, settings, why="begun through the HMA door")
    if derived(bank.key) != name:
        DoorName.objects.create(bank=bank, name=name)
    return bank


def rename(w: Writer, actor: Actor, bank: Bank, name: str) -> None:
    """Another name for HMA's clients; the key stays. Aborts with 403 when a bank has it."""
    other = banks_of(actor).get(name)
    if (other is not None and other.pk != bank.pk) or DoorName.objects.filter(name=name).exclude(bank=bank).exists():
        raise Abort(403, "Bank name already exists")
    DoorName.objects.update_or_create(bank=bank, defaults={"name": name})


def set_ratio(w: Writer, bank: Bank, ratio: Any) -> Bank:
    """The share of matches the bank acts on."""
    from msgspec.structs import replace

    from watchfloor.detection.banks import settings_of

    if isinstance(ratio, bool) or not isinstance(ratio, (int, float)) or not 0 <= ratio <= 1:
        raise Abort(400, "enabled_ratio must be between 0.0 and 1.0")
    return change_bank(w, bank, replace(settings_of.of(bank), ratio=float(ratio)), why="changed through the HMA door")


def numbers_of(entries: Iterable[tuple[UUID, UUID]]) -> dict[UUID, int]:
    """The content number of each ``(entry, bank)``; an entry without one is given its own, for good."""
    wanted = dict(entries)
    found = _known(wanted)
    if len(found) == len(wanted):
        return found
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        found = _known(wanted)
        left = sorted((entry, bank) for entry, bank in wanted.items() if entry not in found)
        made = DoorContent.objects.bulk_create([DoorContent(bank_id=bank, made_at=clock.now()) for _, bank in left])
        DoorEntry.objects.bulk_create(
            [DoorEntry(entry_id=entry, content=content) for (entry, _), content in zip(left, made, strict=True)]
        )
    return found | {entry: content.pk for (entry, _), content in zip(left, made, strict=True)}


def _known(wanted: dict[UUID, UUID]) -> dict[UUID, int]:
    return dict(DoorEntry.objects.filter(among("entry_id", wanted)).values_list("entry_id", "content_id"))


def content_of(actor: Actor, number: int) -> tuple[DoorContent, list[Entry]]:
    """A content of a bank the client may know of, and its standing entries. Aborts with 404."""
    banks = {bank.pk for bank in banks_of(actor).values()}
    content = DoorContent.objects.filter(pk=number, bank_id__in=banks).select_related("bank").first()
    ids = DoorEntry.objects.filter(content_id=number).values_list("entry_id", flat=True)
    entries = list(Entry.objects.filter(pk__in=list(ids)).exclude(state=Entry.State.REMOVED)) if content else []
    if content is None or not entries:
        raise Abort(404, f"content '{number}' not found")
    return content, entries
