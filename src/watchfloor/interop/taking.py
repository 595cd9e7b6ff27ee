"""Reports and events of others' protocols into the spool, by the same checks and the same statement as our own: durable when it returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchfloor.intake import catalogue, strict
from watchfloor.intake.rows import Checked, Known, check
from watchfloor.intake.store import own_connection, store
from watchfloor.items import queries as items
from watchfloor.items.models import ItemType
from watchfloor.kernel.errors import BadInput, Conflict, WatchfloorError

Keyed = tuple[dict[str, Any], str | None]  # a row as the API takes it, and its idempotency key


def take(
    kind: str, found: Sequence[Keyed], *, source: str, known: Known | None = None, first_stands: bool = False,
    markets: frozenset[str] | None = None,
) -> list[str]:  # fmt: skip
    """Check rows and keep all of them, or none; their receipts, in order. What came before under its key keeps its receipt.

    Args:
        markets: those a token is limited to (see ``intake.rows.check``).
        first_stands: what comes under a known key is what came then, whatever it says now (the protocol names things for ever).

    Raises:
        BadInput: what is wrong with a row, and where.
        Conflict: a key was used before for something else.
    """
    known = known or catalogue.load()
    checked = []
    for index, (row, key) in enumerate(found):
        where = f"[{index}]" if len(found) > 1 else ""
        content = strict.canonical(row, where)
        checked.append(check(kind, row, content, source=source, known=known, key=key, where=where, markets=markets))
    with own_connection() as connection:
        receipts = store(connection, checked)
    if not first_stands and any(receipt.conflict for receipt in receipts):
        raise Conflict("key_reused", f"This {kind} came before with other content.", hint="Nothing was changed.")
    return [receipt.text for receipt in receipts]


def take_each(
    kind: str, found: Sequence[Keyed | WatchfloorError], *, source: str, known: Known | None = None,
    markets: frozenset[str] | None = None,
) -> list[str | WatchfloorError]:  # fmt: skip
    """As ``take``, but each row is judged by itself: its receipt, or what is wrong with it. Good ones are kept in one transaction."""
    known = known or catalogue.load()
    made: list[str | WatchfloorError] = []
    good: list[tuple[int, Checked]] = []
    for index, each in enumerate(found):
        try:
            if isinstance(each, WatchfloorError):
                raise each
            row, key = each
            content = strict.canonical(row, "")
            good.append((index, check(kind, row, content, source=source, known=known, key=key, markets=markets)))
            made.append("")
        except WatchfloorError as wrong:
            made.append(wrong)
    if good:
        with own_connection() as connection:
            receipts = store(connection, [row for _, row in good])
        for (index, _), receipt in zip(good, receipts, strict=True):
            again = Conflict("key_reused", f"This {kind} came before with other content.", hint="Nothing was changed.")
            made[index] = again if receipt.conflict else receipt.text
    return made


def type_of(kind: str, usual: str) -> str:
    """The item type to use for what a protocol knows only by its kind: the usual one, else the first of that kind."""
    types = items.types()
    if usual in types and types[usual][0].kind == kind:
        return usual
    found = next((key for key, (row, _) in types.items() if row.kind == kind), "")
    if not found:
        raise BadInput(
            "no_such_type",
            f"No item type stands for {ItemType.Kind(kind).label.lower()}s.",
            hint="Make one in the settings.",
        )
    return found


def looks(type_key: str, external_id: str) -> dict[str, Any]:
    """What is known of an item that is only named: as it looked last, so that a report by name alone does not empty it."""
    item = items.find(type_key, external_id)
    return (items.snapshot(item.current_version) if item is not None and item.current_version else None) or {}
