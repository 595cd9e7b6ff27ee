"""The only writers of onboarding paths: their steps, who goes them, and what is said of steps that leave no trace of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import Role
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.training import path_queries, scope
from watchfloor.training.domain import paths
from watchfloor.training.events_paths import PathJoined, PathSaved, PathStepSaid
from watchfloor.training.models import OnboardingPath, PathPerson, StepSaid
from watchfloor.workforce.models import Reviewer, Vendor


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A path as it is typed."""

    name: str
    steps: list[dict[str, Any]]
    role: str = ""
    market: str = ""
    vendor: str = ""
    stuck_days: int = 5


def save(w: Writer, actor: Actor, row: OnboardingPath | None, given: Given) -> OnboardingPath:
    """Write a path, or change one; what people have done stays done. Raises ``BadInput`` naming the field."""
    name, market = given.name.strip(), given.market.strip().upper()
    if not name or len(name) > 120:
        raise BadInput("bad_name", "Write a name of 1 to 120 characters.", where="name")
    if given.role and not Role.objects.filter(key=given.role).exists():
        raise BadInput("unknown_role", "There is no such role.", where="role")
    if len(market) > 12 or (not market.replace("-", "a").isalnum() and market):
        raise BadInput("bad_market", "A market is a code such as DE.", where="market")
    if given.vendor and not Vendor.objects.filter(key=given.vendor).exists():
        raise BadInput("unknown_vendor", "Choose a vendor.", where="vendor")
    if not scope.may(actor, given.vendor, *scope.TEACH):
        raise BadInput("not_yours", "Choose a vendor whose people you teach.", where="vendor")
    if not 1 <= given.stuck_days <= 90:
        raise BadInput("bad_days", "Days go from 1 to 90.", where="stuck_days")
    steps = paths.steps(given.steps, (policy.key for policy in policies.all_policies()))
    values: dict[str, Any] = {
        "name": name, "role_key": given.role, "market": market, "vendor_key": given.vendor, "stuck_days": given.stuck_days,
        "steps": [{"kind": step.kind, "policy": step.policy, "count": step.count} for step in steps],
    }  # fmt: skip
    if row is None:
        row = w.create(OnboardingPath, **values, made_by=w.actor, made_at=clock.now())
    else:
        w.update(_edited(actor, row), **values)
    w.event(PathSaved(market=market, vendor=given.vendor, total=len(steps)), row)
    return row


def close(w: Writer, actor: Actor, row: OnboardingPath, closed: bool = True) -> None:
    """Nobody begins it any more, and it is off the list of who is stuck; or open it again."""
    w.update(_edited(actor, row), closed_at=clock.now() if closed else None)
    w.event(PathSaved(market=row.market, vendor=row.vendor_key, total=len(row.steps)), row)


def join(w: Writer, actor: Actor, row: OnboardingPath, people: Iterable[UUID]) -> int:
    """Put people on a path, of the vendors one teaches; who was on it before goes on where they were. How many."""
    if row.closed_at is not None:
        raise Conflict("closed", "The path is closed.")
    wanted = set(people)
    known = {each.pk: each for each in path_queries.teaches(actor, row).filter(pk__in=wanted)}
    if not wanted or set(known) != wanted:
        raise BadInput("unknown_person", "Choose somebody.", where="people")
    before = {each.reviewer_id: each for each in PathPerson.objects.select_for_update().filter(path=row)}
    count = 0
    for pk, reviewer in known.items():
        own = before.get(pk)
        if own is not None and own.left_at is None:
            continue
        if own is None:
            own = w.create(PathPerson, path=row, reviewer_id=pk, began_at=clock.now())
        else:
            w.update(own, began_at=clock.now(), left_at=None)
        w.event(PathJoined(vendor=reviewer.vendor_key, state="on"), ("reviewer", pk))
        count += 1
    return count


def leave(w: Writer, actor: Actor, row: OnboardingPath, person: UUID) -> None:
    """Take somebody off; they can be put on again and are then where they were."""
    own, reviewer = _person(actor, row, person)
    w.update(own, left_at=clock.now())
    w.event(PathJoined(vendor=reviewer.vendor_key, state="off"), ("reviewer", person))


def watched(w: Writer, actor: Actor, row: OnboardingPath, person: UUID, step: str, count: int) -> None:
    """A trainer says how many decisions somebody has watched; said again it replaces what was said."""
    own, reviewer = _person(actor, row, person)
    if not 0 <= count <= paths.MOST_COUNT:
        raise BadInput("bad_count", f"How many goes from 0 to {paths.MOST_COUNT}.", where="count")
    _say(w, row, own, reviewer.vendor_key, step, "shadow", count)


def read(w: Writer, reviewer_id: UUID, path_id: UUID, step: str, yes: bool) -> None:
    """Somebody says of themselves that they have read a unit, or takes it back."""
    own = PathPerson.objects.select_related("path").filter(path=path_id, reviewer_id=reviewer_id, left_at=None).first()
    reviewer = Reviewer.objects.filter(pk=reviewer_id).first()
    if own is None or reviewer is None or own.path.closed_at is not None:
        raise NotFound("unknown_path", "There is no such path.")
    _say(w, own.path, own, reviewer.vendor_key, step, "read", int(yes))


def _say(w: Writer, row: OnboardingPath, own: PathPerson, vendor: str, key: str, kind: str, count: int) -> None:
    step = next((each for each in path_queries.steps(row) if each.key == key and each.kind == kind), None)
    if step is None:
        raise NotFound("unknown_step", "There is no such step.")
    said = StepSaid.objects.select_for_update().filter(person=own, step=key).first()
    values = {"count": count, "said_by": w.actor, "said_at": clock.now()}
    if said is None:
        w.create(StepSaid, person=own, step=key, **values)
    else:
        w.update(said, **values)
    w.event(PathStepSaid(kind=kind, policy=step.policy, vendor=vendor), ("reviewer", own.reviewer_id))


def _edited(actor: Actor, row: OnboardingPath) -> OnboardingPath:
    if not scope.may(actor, row.vendor_key, *scope.TEACH):
        raise NotFound("unknown_path", "There is no such path.")
    return OnboardingPath.objects.select_for_update().get(pk=row.pk)


def _person(actor: Actor, row: OnboardingPath, person: UUID) -> tuple[PathPerson, Reviewer]:
    reviewer = path_queries.teaches(actor, row).filter(pk=person).first()
    own = PathPerson.objects.select_for_update().filter(path=row, reviewer_id=person, left_at=None).first()
    if reviewer is None or own is None:
        raise NotFound("unknown_person", "There is nobody like that on the path.")
    return own, reviewer
