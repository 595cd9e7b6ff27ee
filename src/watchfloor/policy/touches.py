"""What a version of a policy touches, listed before it goes into force. Parts above say what of theirs goes by a policy's text.

@touched_by
def of_rules(actor: Actor, change: Change) -> Iterable[Touch]: ...   # registered in the app's ``ready``
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.policy import texts
from watchfloor.policy.domain.differences import Differences, compare
from watchfloor.policy.domain.document import Document
from watchfloor.policy.models import PolicyVersion


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to happen to a policy. ``gone``, ``altered``: keys of violation types that end, or are not what they were."""

    policy_key: str
    version_id: UUID
    number: int
    violations: frozenset[str]  # all the policy has, before and after
    gone: frozenset[str]
    altered: frozenset[str]
    text_changes: bool  # any clause, summary or overlay says something else
    differences: Differences
    document: Document


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing that is touched. ``stale``: how many of them have to be looked at again or mended.

    ``moving``: the count changes by itself all day (open cases), so that it changed is no news to who publishes.
    """

    kind: str
    label: str
    count: int
    stale: int = 0
    url: str = ""
    note: str = ""
    names: tuple[str, ...] = ()
    moving: bool = False


Teller = Callable[[Actor, Change], Iterable[Touch]]
_tellers: list[Teller] = []


def touched_by(teller: Teller) -> Teller:
    """Register (in an app's ``ready``)."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def of_version(actor: Actor, version: PolicyVersion) -> list[Touch]:
    """Everything putting this version in force touches, as this actor may know it; what has to be mended first."""
    change = change_of(version)
    found = [touch for teller in _tellers for touch in teller(actor, change) if touch.count]
    return sorted(found, key=lambda touch: (touch.stale == 0, touch.moving, touch.label))


def change_of(version: PolicyVersion) -> Change:
    """What this version changes against the one in force (against nothing: where there is none)."""
    after = texts.document_of(version)
    standing = PolicyVersion.objects.filter(policy_key=version.policy_key, state=PolicyVersion.State.IN_FORCE).first()
    before = texts.document_of(standing) if standing is not None else None
    kinds = texts.live_kinds(version.policy_key)
    base = before or Document(summary="", clauses=(), kinds=kinds)
    differences = compare(base, after)
    now = {kind.key: kind for kind in kinds}
    then = {kind.key: kind for kind in after.kinds or ()}
    return Change(
        policy_key=version.policy_key, version_id=version.pk, number=version.number, violations=frozenset({*now, *then}),
        gone=frozenset(set(now) - set(then)),
        altered=frozenset(key for key in now if key in then and now[key] != then[key]),
        text_changes=bool(differences.summary or differences.touched or differences.overlays),
        differences=differences, document=after,
    )  # fmt: skip


def digest(touches: Iterable[Touch]) -> str:
    """What was shown, in 16 hexadecimal digits; what moves by itself is left out."""
    shown = sorted((touch.kind, touch.count, touch.stale) for touch in touches if not touch.moving)
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
