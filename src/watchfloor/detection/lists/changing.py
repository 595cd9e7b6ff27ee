"""The only writers of lists: each change of entries is one version, one event, one digest of what changed.

The rights of a person are asked where a person stands (pages, API); a writer called by the program itself has them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from watchfloor.detection import lists_in_force
from watchfloor.detection.events import ListArchived, ListChanged, ListCreated, ListSaved
from watchfloor.detection.lists import reading
from watchfloor.detection.models_lists import ListEntry, NamedList
from watchfloor.engines.sml.listkinds import KINDS, normal
from watchfloor.identity.domain import PERMISSIONS
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer

_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
MOST_ENTRIES = 1_000_000
LONGEST_REASON = 300


class NewEntry(msgspec.Struct, frozen=True):
    """A value to be put in, as typed; ``expires`` None: for good."""

    value: str
    reason: str = ""
    expires: datetime | None = None


class Change(msgspec.Struct, frozen=True):
    """What came of a change: the list's version now, and how many entries came, went and were there already."""

    version: int
    added: int = 0
    removed: int = 0
    known: int = 0


def create(
    w: Writer, name: str, kind: str, *, description: str = "", owner: str = "", edit_permission: str = "list.edit",
    distance: float = 0.5,
) -> NamedList:  # fmt: skip
    """Begin a list without entries.

    Raises:
        BadInput: the name or kind cannot be. Conflict: there is (or was) a list of that name.
    """
    if len(name) > 60 or not _NAME.fullmatch(name):
        raise BadInput(
            "bad_name", f"{name[:60]!r} is no name for a list.", where="name",
            hint="Small letters and digits, with - or _ between, such as bad-domains.",
        )  # fmt: skip
    if kind not in KINDS:
        raise BadInput(
            "unknown_kind", f"{kind[:40]!r} is no kind of list.", where="kind", hint=f"One of: {', '.join(KINDS)}."
        )
    values = _details(description, owner, edit_permission, distance)
    now = clock.now()
    row = w.create_unless_known(
        NamedList, name=name, kind=kind, created_at=now, changed_at=now, changed_by=w.actor, **values
    )
    if row is None:
        raise Conflict("list_known", f"There is a list called {name} already.", where="name")
    w.event(ListCreated(list=name, kind=kind), row)
    lists_in_force.forget()
    return row


def save(
    w: Writer, name: str, *, description: str, owner: str, edit_permission: str = "list.edit", distance: float = 0.5
) -> NamedList:
    """Change what a list says of itself; its entries and version stay."""
    row = _locked(name)
    w.update(row, **_details(description, owner, edit_permission, distance), changed_at=clock.now(), changed_by=w.actor)
    w.event(ListSaved(list=name), row)
    lists_in_force.forget()
    return row


def add(w: Writer, list: str, value: str, *, reason: str = "", expires: datetime | None = None) -> Change:
    """Put one value in. One that is there already is renewed when the reason or the end differs.

    Raises:
        NotFound: there is no such list. BadInput: the value is none of the list's kind, or its end has passed.
    """
    return add_many(w, list, [NewEntry(value, reason, expires)])


def add_many(w: Writer, list: str, entries: Iterable[NewEntry], *, how: str = "added") -> Change:
    """Put many values in as one version; nothing is changed when one of them is wrong."""
    row = _locked(list)
    now = clock.now()
    wanted: dict[str, NewEntry] = {}
    for entry in entries:
        check(entry, now)
        wanted[normal(row.kind, entry.value)] = entry
    standing = _standing(row, wanted)
    renewed = [old for old in standing.values() if _differs(old, wanted[old.value])]
    fresh = [value for value in wanted if value not in standing or _differs(standing[value], wanted[value])]
    if row.size - len(renewed) + len(fresh) > MOST_ENTRIES:
        raise BadInput("list_full", f"A list holds at most {MOST_ENTRIES:,} entries.")
    change = _write(w, row, [(value, wanted[value]) for value in fresh], renewed, how=how, why="renewed")
    return msgspec.structs.replace(change, removed=0, known=len(wanted) - len(fresh))


def remove(w: Writer, list: str, values: str | Iterable[str], *, why: str) -> Change:
    """Take values out; they stay in the history.

    Raises:
        BadInput: no reason was given. NotFound: a value is not in the list.
    """
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    row = _locked(list)
    wanted = {normal(row.kind, value) for value in ([values] if isinstance(values, str) else values)}
    standing = _standing(row, wanted)
    for value in sorted(wanted - standing.keys()):
        raise NotFound("no_entry", f"{value[:60]!r} is not in {list}.")
    return _write(w, row, [], [*standing.values()], how="removed", why=why)


def restore(w: Writer, list: str, version: int, *, why: str) -> Change:
    """Make the entries what they were at an earlier version, as a new version. Entries that have ended since come back ended."""
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    row = _locked(list)
    if not 0 <= version < row.version:
        raise NotFound("no_version", f"{list} has no earlier version {version}.")
    then = {_identity(entry): entry for entry in reading.at_version(row, version)}
    here = {_identity(entry): entry for entry in reading.at_version(row, row.version)}
    gone = [entry for identity, entry in here.items() if identity not in then]
    back = [
        (entry.value, NewEntry(entry.value, entry.reason, entry.expires_at))
        for identity, entry in then.items()
        if identity not in here
    ]
    return _write(w, row, back, gone, how=f"restored to version {version}", why=why)


def archive(w: Writer, name: str, *, why: str) -> None:
    """Take a list out of use.

    Raises:
        Conflict: a rule of the set in force asks it.
    """
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    row = _locked(name)
    if asking := reading.used_by().get(name):
        raise Conflict("list_in_use", f"Rules ask {name}: {', '.join(asking[:5])}.", hint="Change those rules first.")
    now = clock.now()
    w.update(row, archived_at=now, changed_at=now, changed_by=w.actor)
    w.event(ListArchived(list=name), row, reason=why)
    lists_in_force.forget()


def check(entry: NewEntry, now: datetime) -> None:
    """Raise ``BadInput`` when the entry has ended already or its reason is too long."""
    if entry.expires is not None and entry.expires <= now:
        raise BadInput("ended", f"{entry.value[:60]!r} would have ended already.", where="expires")
    if len(entry.reason) > LONGEST_REASON:
        raise BadInput("long_reason", f"A reason has at most {LONGEST_REASON} characters.", where="reason")


def key_of(value: str) -> bytes:
    """What an entry is found by in the database."""
    return hashlib.sha256(value.encode()).digest()[:16]


def _details(description: str, owner: str, edit_permission: str, distance: float) -> dict[str, object]:
    if edit_permission not in PERMISSIONS:
        raise BadInput(
            "unknown_permission", f"There is no permission {edit_permission[:40]!r}.", where="edit_permission"
        )
    if not 0 <= distance < 1:
        raise BadInput("bad_distance", "The distance is a number from 0 to below 1.", where="distance")
    return {
        "description": description.strip()[:300], "owner": owner.strip()[:120], "edit_permission": edit_permission,
        "distance": distance,
    }  # fmt: skip


def _locked(name: str) -> NamedList:
    row = NamedList.objects.select_for_update().filter(name=name, archived_at__isnull=True).first()
    if row is None:
        raise NotFound("no_list", f"There is no list {name[:60]!r}.")
    return row


def _standing(row: NamedList, values: Iterable[str]) -> dict[str, ListEntry]:
    keys = [key_of(value) for value in values]
    found: dict[str, ListEntry] = {}
    for start in range(0, len(keys), 5_000):
        entries = ListEntry.objects.filter(list=row, key__in=keys[start : start + 5_000], removed_version__isnull=True)
        found |= {entry.value: entry for entry in entries}
    return found


def _differs(old: ListEntry, new: NewEntry) -> bool:
    return old.expires_at != new.expires or (bool(new.reason.strip()) and old.reason != new.reason.strip())


def _identity(entry: ListEntry) -> tuple[str, str, datetime | None]:
    return entry.value, entry.reason, entry.expires_at


def _write(
    w: Writer, row: NamedList, fresh: Sequence[tuple[str, NewEntry]], gone: Sequence[ListEntry], *, how: str, why: str
) -> Change:
    if not fresh and not gone:
        return Change(row.version)
    version, now = row.version + 1, clock.now()
    for start in range(0, len(gone), 5_000):
        ListEntry.objects.filter(pk__in=[entry.pk for entry in gone[start : start + 5_000]]).update(
            removed_version=version, removed_at=now, removed_by=w.actor, removed_why=why.strip()[:300]
        )
    ListEntry.objects.bulk_create(
        [
            ListEntry(
                list=row, value=value, key=key_of(value), reason=entry.reason.strip(), expires_at=entry.expires,
                added_version=version, added_at=now, added_by=w.actor,
            )
            for value, entry in fresh
        ],
        batch_size=5_000,
    )  # fmt: skip
    w.update(row, version=version, size=row.size + len(fresh) - len(gone), changed_at=now, changed_by=w.actor)
    event = ListChanged(
        list=row.name, version=version, added=len(fresh), removed=len(gone), how=how,
        digest=change_digest([value for value, _ in fresh], [entry.value for entry in gone]),
    )  # fmt: skip
    w.event(event, row, reason=why if how != "added" else None)
    lists_in_force.forget()
    return Change(version, len(fresh), len(gone))


def change_digest(added: Iterable[str], removed: Iterable[str]) -> str:
    """SHA-256 over the lines of a change, ``+value`` and ``-value`` in order, each ended by NUL: what the ledger keeps of it."""
    lines = sorted([f"+{value}" for value in added] + [f"-{value}" for value in removed])
    return hashlib.sha256("".join(line + "\0" for line in lines).encode()).hexdigest()
