"""What an order is meant for: cases of a search, ids from a file, an author's other open cases, the items of a cluster."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.items import queries as item_queries
from watchfloor.items.models import Item
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput
from watchfloor.platform.among import among
from watchfloor.review import find, queries
from watchfloor.review.models import Case

MOST = 20_000
AT_ONCE = 5_000


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, each once, in a lasting order.

    Attributes:
        pairs: (item, its case or None). An item with several open cases comes once for each.
        unknown: ids that stand for nothing the actor may know of.
    """

    source: str
    about: str = ""
    pairs: tuple[tuple[UUID, UUID | None], ...] = ()
    unknown: tuple[str, ...] = ()


def by_search(actor: Actor, wanted: Mapping[str, str]) -> Chosen:
    """Every case the list of cases shows for these filters."""
    rows = find.cases(actor, wanted).order_by(*find.ORDER)
    found = list(rows.values_list("item_id", "pk")[: MOST + 1])
    _few(len(found))
    # Words that were searched for may be a person's: the ledger learns that there were some.
    about = ", ".join(f"{name}={'…' if name == 'q' else value}" for name, value in wanted.items() if value)
    return Chosen(source="search", about=about[:500], pairs=tuple(found))


def by_author(actor: Actor, case: Case) -> Chosen:
    """Open cases about the same author (the account itself and what it made), without the case in hand."""
    account = case.item.author_id or case.item_id
    mine = Item.objects.filter(author_id=account).values("pk")
    rows = queries.visible_cases(actor).filter(state="open").exclude(pk=case.pk)
    found = {
        pk: item
        for part in (rows.filter(item_id=account), rows.filter(item__in=mine))
        for item, pk in part.values_list("item_id", "pk")[: MOST + 1]
    }
    _few(len(found))
    pairs = tuple((item, pk) for pk, item in sorted(found.items(), reverse=True))
    return Chosen(source="sweep", about=ids.encode("case", case.pk), pairs=pairs)


def by_ids(actor: Actor, text: str) -> Chosen:
    """Ids from a file or a field: one a line. ``case_…``, ``itm_…``, or the platform's own ``type,id``; a head line is passed over."""
    names: list[tuple[str, str]] = []
    cases: dict[UUID, str] = {}
    items: dict[UUID, str] = {}
    for cells in csv.reader(io.StringIO(text)):
        row = [cell.strip() for cell in cells if cell.strip()]
        if not row or row[0].lower() in ("case", "item", "id", "type"):
            continue
        if len(row) >= 2 and not row[0].startswith(("case_", "itm_")):
            names.append((row[0], row[1]))
        elif row[0].startswith("case_"):
            cases[_id("case", row[0])] = row[0]
        else:
            items[_id("itm", row[0])] = row[0]
        _few(len(names) + len(cases) + len(items))
    pairs: dict[tuple[UUID, UUID | None], None] = {}
    unknown: list[str] = []
    seen = dict(_in(queries.visible_cases(actor), list(cases)))
    for pk, said in cases.items():
        if pk in seen:
            pairs[(seen[pk], pk)] = None
        else:
            unknown.append(said)
    known = item_queries.by_names(names)
    for kind, name in dict.fromkeys(names):
        item = known.get((kind, name))
        if item is not None:
            items[item.pk] = f"{kind},{name}"
        else:
            unknown.append(f"{kind},{name}")
    there = open_to(actor, list(items))
    for pk, said in items.items():
        if pk not in there:
            unknown.append(said)
    for pair in with_cases(actor, [pk for pk in items if pk in there]):
        pairs[pair] = None
    return Chosen(source="csv", about=f"{len(cases) + len(items)} ids", pairs=tuple(pairs), unknown=tuple(unknown))


def with_cases(actor: Actor, items: Sequence[UUID], policy_key: str = "") -> list[tuple[UUID, UUID | None]]:
    """Each item with its case of the policy's harm group (without a policy: with each open case it has), or alone."""
    from watchfloor.policy import queries as policies

    group = policies.policy(policy_key).harm_group if policy_key else ""
    found: dict[UUID, list[UUID]] = {}
    for start in range(0, len(items), AT_ONCE):
        rows = queries.visible_cases(actor).filter(among("item", items[start : start + AT_ONCE]))
        rows = rows.filter(harm_group=group) if group else rows.exclude(state="closed")
        for item, pk in rows.order_by("pk").values_list("item_id", "pk"):
            found.setdefault(item, []).append(pk)
    made: list[tuple[UUID, UUID | None]] = []
    for item in items:
        made += [(item, pk) for pk in found[item]] if item in found else [(item, None)]
    return made


def open_to(actor: Actor, items: Sequence[UUID]) -> set[UUID]:
    """The items of which the actor may know: of their markets, and without those that a restricted case is about."""
    found: set[UUID] = set()
    allowed = access.rows(actor, "case.view", market="market")
    hidden = Case.objects.filter(item=OuterRef("pk")).exclude(clearance="")
    for start in range(0, len(items), AT_ONCE):
        part = list(items[start : start + AT_ONCE])
        rows = Item.objects.filter(allowed, among("pk", part)).exclude(Exists(hidden))
        found |= set(rows.values_list("pk", flat=True))
    return found


def _in(rows, wanted: list[UUID]) -> Iterable[tuple[UUID, UUID]]:  # type: ignore[no-untyped-def]
    for start in range(0, len(wanted), AT_ONCE):
        yield from rows.filter(among("pk", wanted[start : start + AT_ONCE])).values_list("pk", "item_id")


def _id(kind: str, text: str) -> UUID:
    try:
        return ids.decode(kind, text)
    except BadInput as error:
        raise BadInput(
            error.code, error.message, where="ids", hint="One id a line: case_…, itm_…, or type,id."
        ) from None


def _few(count: int) -> None:
    if count > MOST:
        raise BadInput(
            "too_many", f"One order takes at most {MOST:,}.", where="ids", hint="Narrow the search, or cut the file."
        )
