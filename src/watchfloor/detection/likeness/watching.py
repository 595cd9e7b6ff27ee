"""Accounts are looked at as they come and change: their names, and the picture that becomes theirs. What is like enough opens a case."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from watchfloor.detection.likeness import register
from watchfloor.detection.likeness.events import LikenessFound
from watchfloor.detection.likeness.models import Likeness, ProtectedName
from watchfloor.engines.likeness import Like
from watchfloor.identity.domain import system
from watchfloor.items import queries as items
from watchfloor.items.domain import role
from watchfloor.items.media import prints
from watchfloor.items.media.contracts import Printed
from watchfloor.items.models import Item, ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.ledger.writer import Writer, writing
from watchfloor.policy import queries as policies
from watchfloor.review import actions as review
from watchfloor.review.contracts import SignalIn

log = logging.getLogger(__name__)
ACTOR: Final = system("likeness")
POLICY: Final = "impersonation"
SOURCE: Final = "likeness:names"
RADIUS: Final = 31  # bits of PDQ, as everywhere
OPENS: Final = 0.75  # from this score a case is opened; below it is only kept
HANDLES: Final = ("handle", "username", "screen_name", "nickname", "name")


def noticed(versions: Sequence[ItemVersion]) -> None:
    """New versions of items, of which those of accounts are looked at; in the transaction that keys them."""
    known = register.in_force()
    if not known.rows:
        return
    for version in versions:
        item = version.item
        if item.kind != "account" or version.erased_at is not None or item.current_version != version.pk:
            continue
        if version.data.get("verified") is True:  # the platform has seen to it that it is who it says
            continue
        likes = known.look(names_of(item, version.data), item)
        if not likes:
            continue
        try:
            with writing(ACTOR) as w:
                found(w, item, version.pk, likes, {})
        except WatchfloorError:  # what cannot be opened must not keep versions from being keyed
            log.exception("what %s looks like could not be written down", item.pk)


def printed(w: Writer, what: Printed) -> None:
    """A picture was hashed, or is shown once more: whether it has become the picture of somebody who is not the real one."""
    known = register.in_force()
    whole = next((each for each in what.prints if each.kind == "pdq" and not each.inner), None)
    if not known.avatars or whole is None or whole.quality < 50:
        return
    for shown in prints.items_of(what.media_id):
        if what.item_version and shown.item_version != what.item_version:
            continue
        item = Item.objects.filter(pk=shown.item_id, kind="account").first()
        if item is None or shown.field != _icon(item.type_key):
            continue
        near = known.near(whole.bits, RADIUS, item)
        if near:
            found(w, item, shown.item_version, {}, near)


def names_of(item: Item, data: Mapping[str, Any]) -> list[str]:
    """What an account calls itself."""
    try:
        _, fields = items.item_type(item.type_key)
    except BadInput:
        fields = []
    every = [data.get(role(fields, "displayName")), *(data.get(name) for name in HANDLES)]
    return list(dict.fromkeys(each for each in every if isinstance(each, str) and each.strip()))


def found(
    w: Writer, account: Item, version: str, likes: Mapping[UUID, Like], near: Mapping[UUID, int]
) -> list[Likeness]:
    """Write down what is new, and open the case where it is like enough."""
    made = []
    for pk in dict.fromkeys([*likes, *near]):
        row = Likeness.objects.select_for_update().filter(account=account, protected=pk).first()
        like, bits = likes.get(pk), near.get(pk)
        if row is None:
            row = Likeness(account=account, protected_id=pk, how="", found_at=clock.now(), score=0.0)
        before = (row.how, row.bits)
        if like is not None and (not row.how or like.distance < row.distance):
            row.how, row.distance = like.how, like.distance
        if bits is not None:
            row.bits = bits if row.bits is None else min(row.bits, bits)
        if (row.how, row.bits) == before:
            continue
        row.score = score(row.how, row.distance, row.bits)
        row.case = _opened(w, row, account, version) or row.case
        row.save()
        w.event(
            LikenessFound(how=row.how, distance=row.distance, bits=row.bits, protected=str(pk)), ("item", account.pk),
            case_id=row.case, item_version=version,
        )  # fmt: skip
        made.append(row)
    return made


def score(how: str, distance: int, bits: int | None) -> float:
    """How sure it is that people would be taken in: by the name, and more where the picture is alike, too."""
    by_name = {"same": 0.9, "decorated": 0.85, "near": 0.8 if distance < 2 else 0.6}.get(how, 0.0)
    if bits is None:
        return by_name
    return 1 - (1 - by_name) * 0.2 if how else 0.7


def reason(row: Likeness, name: ProtectedName) -> str:
    """In a sentence."""
    said = {
        "same": "the name looks the same", "decorated": "the name is the same with something put to it",
        "near": "one letter of the name differs" if row.distance == 1 else f"{row.distance} letters of the name differ",
    }.get(row.how, "")  # fmt: skip
    picture = f"the picture is alike ({row.bits} bits differ)" if row.bits is not None else ""
    return f"Like the protected name {name.name}: " + " and ".join(part for part in (said, picture) if part) + "."


def _opened(w: Writer, row: Likeness, account: Item, version: str) -> UUID | None:
    if row.score < OPENS:
        return None
    try:
        policies.policy(POLICY)
    except BadInput:
        log.warning("there is no policy %s, so no case is opened for what looks like a protected name", POLICY)
        return None
    name = register.in_force().rows[row.protected_id]
    signal = SignalIn(source=SOURCE, policy_key=POLICY, reason=reason(row, name), score=row.score)
    case = review.receive_signals(w, account.pk, version, [signal], channel="rule", open_case=True, item=account)
    return case.pk if case is not None else None


def _icon(type_key: str) -> str:
    try:
        _, fields = items.item_type(type_key)
    except BadInput:
        return ""
    return role(fields, "profileIcon")
