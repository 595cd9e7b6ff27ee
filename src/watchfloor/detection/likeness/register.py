"""The register of protected names: its only writers, and the index that is asked."""

from __future__ import annotations

import binascii
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.models import Count, Max, Q, QuerySet

from watchfloor.detection.likeness.events import NameProtected, NameReleased
from watchfloor.detection.likeness.models import ProtectedName
from watchfloor.engines.likeness import Like, NameIndex, shape
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger.writer import Writer

SEES: Final = "likeness.view"
EDITS: Final = "likeness.edit"
MOST_HANDLES: Final = 50


class NameIn(msgspec.Struct, frozen=True, kw_only=True):
    """A protected name as somebody wants it. ``account``: the real one here, as ``type/id`` or its id alone."""

    name: str
    kind: str
    evidence: str
    handles: tuple[str, ...] = ()
    account: str = ""
    owner: str = ""
    verified: bool = False
    avatar: str = ""  # PDQ, 64 hexadecimal digits; of the account's picture, if there is none
    expires_at: datetime | None = None


class Register:
    """The names in force. ``rows`` by id; ``look`` gives what a name is like."""

    def __init__(self, rows: list[ProtectedName]) -> None:
        self.rows = {row.pk: row for row in rows}
        named = [(row.pk, name) for row in rows for name in dict.fromkeys([row.name, *row.handles]) if name]
        self._owners = [pk for pk, _ in named]
        self._index = NameIndex(name for _, name in named)
        self.avatars = [(int.from_bytes(bytes(row.avatar)), row.pk) for row in rows if row.avatar]

    def look(self, names: list[str], account: Item) -> dict[UUID, Like]:
        """What these names of an account are like, the best of each protected name; never its own."""
        found: dict[UUID, Like] = {}
        for name in names:
            for like in self._index.find(name):
                pk = self._owners[like.place]
                if not self.is_own(pk, account) and (pk not in found or like.score > found[pk].score):
                    found[pk] = like
        return found

    def near(self, bits: bytes, radius: int, account: Item) -> dict[UUID, int]:
        """The protected names whose picture differs by so many bits at most."""
        value = int.from_bytes(bits)
        return {
            pk: away for other, pk in self.avatars
            if (away := (value ^ other).bit_count()) <= radius and not self.is_own(pk, account)
        }  # fmt: skip

    def is_own(self, pk: UUID, account: Item) -> bool:
        """Whether an account is the real one."""
        row = self.rows[pk]
        return row.account_id == account.pk


def protect(w: Writer, wanted: NameIn, *, row: ProtectedName | None = None) -> ProtectedName:
    """Put a name into the register, or change its entry.

    Raises:
        BadInput: what is missing or makes no sense. Conflict: the name is protected already.
    """
    name = " ".join(wanted.name.split())
    if not 2 <= len(name) <= 120 or not shape(name).whole:
        raise BadInput("bad_name", "A name has 2 to 120 characters, and letters or digits among them.", where="name")
    if wanted.kind not in ProtectedName.Kind.values:
        raise BadInput("unknown_kind", f"{wanted.kind[:30]!r} is no kind of name.", where="kind",
                       hint="One of: " + ", ".join(ProtectedName.Kind.values) + ".")  # fmt: skip
    evidence = wanted.evidence.strip()
    if not 3 <= len(evidence) <= 1_000:
        raise BadInput(
            "no_evidence", "Say why it is protected and how you know, in 3 to 1,000 characters.", where="evidence"
        )
    handles = list(dict.fromkeys(each.strip().lstrip("@") for each in wanted.handles if each.strip()))
    if len(handles) > MOST_HANDLES or any(len(each) > 120 for each in handles):
        raise BadInput("bad_handles", f"At most {MOST_HANDLES} handles of at most 120 characters.", where="handles")
    if wanted.expires_at is not None and wanted.expires_at <= clock.now():
        raise BadInput("already_over", "It would be over already.", where="expires_at")
    account = find_account(wanted.account) if wanted.account.strip() else None
    values: dict[str, Any] = {
        "name": name, "handles": handles, "kind": wanted.kind, "account": account, "owner": wanted.owner.strip()[:120] or w.actor,
        "evidence": evidence, "verified": wanted.verified, "expires_at": wanted.expires_at, "changed_at": clock.now(),
        "avatar": _bits(wanted.avatar) if wanted.avatar.strip() else avatar_of(account) if account else None,
    }  # fmt: skip
    if row is None:
        if any(each.name.casefold() == name.casefold() for each in in_force().rows.values()):
            raise Conflict("protected_already", "This name is protected already.")
        row = w.create(ProtectedName, since=clock.now(), added_by=w.actor, **values)
    else:
        w.update(row, **values)
    w.event(NameProtected(kind=row.kind, verified=row.verified), row)
    forget()
    return row


def release(w: Writer, row: ProtectedName) -> None:
    """Others may be called so from now on."""
    if row.ended_at is None:
        w.update(row, ended_at=clock.now(), changed_at=clock.now())
        w.event(NameReleased(kind=row.kind), row)
        forget()


def names(wanted: dict[str, str]) -> QuerySet[ProtectedName]:
    """``q``, ``kind``, ``state`` (in force unless told; ``all``, ``ended``); the number of accounts like each is ``found``."""
    rows = ProtectedName.objects.select_related("account").annotate(found=Count("likenesses"))
    live = Q(ended_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()))
    state = wanted.get("state", "")
    if state == "ended":
        rows = rows.exclude(live)
    elif state != "all":
        rows = rows.filter(live)
    if kind := wanted.get("kind", ""):
        rows = rows.filter(kind=kind)
    if q := wanted.get("q", "").strip():
        rows = rows.filter(Q(name__icontains=q) | Q(handles__icontains=q) | Q(owner__icontains=q))
    return rows.order_by("name", "pk")


def by_id(pk: UUID) -> ProtectedName:
    """One entry."""
    row = names({"state": "all"}).filter(pk=pk).first()
    if row is None:
        raise NotFound("no_name", "There is no such name in the register.")
    return row


def find_account(text: str) -> Item:
    """An account by ``type/id`` or by its id alone."""
    kind, _, name = text.strip().rpartition("/")
    rows = Item.objects.filter(kind="account", external_id=name)
    found = (rows.filter(type_key=kind) if kind else rows).first()
    if found is None:
        raise BadInput("unknown_account", "No account of this id was ever seen here.", where="account")
    return found


def avatar_of(account: Item) -> bytes | None:
    """The PDQ of an account's picture, where media are at hand."""
    from watchfloor.items.media.models import MediaLink, MediaPrint

    links = MediaLink.objects.filter(item_version=account.current_version).values("media")
    found = MediaPrint.objects.filter(media__in=links, kind="pdq", inner=False, quality__gte=50).order_by("pk").first()
    return bytes(found.bits) if found is not None else None


def _bits(digits: str) -> bytes:
    try:
        found = binascii.unhexlify(digits.strip())
    except ValueError:
        found = b""
    if len(found) != 32:
        raise BadInput("bad_hash", "A PDQ hash has 64 hexadecimal digits.", where="avatar")
    return found


def _mark() -> object:
    live = ProtectedName.objects.filter(ended_at__isnull=True)
    found = live.aggregate(n=Count("pk"), at=Max("changed_at"))
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    return found["n"], found["at"], hour, _changes


def in_force() -> Register:
    """The register, made anew when it changed."""
    global _made
    mark = _looked()
    if _made is None or _made[0] != mark:
        _made = (mark, Register(list(names({}))))
    return _made[1]


def forget() -> None:
    """Read it again at the next question."""
    global _changes
    _changes += 1
    _looked.forget()


_changes = 0
_made: tuple[object, Register] | None = None
_looked: Remembered[object] = Remembered(_mark)
