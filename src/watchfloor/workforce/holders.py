"""Who holds which certificate, as those who manage people see it: the list with its filters, granting and revoking by hand."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

import msgspec

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.workforce.certificates import grant_certificate, held_of, revoke_certificate
from watchfloor.workforce.models import Certificate, Reviewer

MANAGE = "people.manage"
SEE = (MANAGE, "training.view")
STATES = ("counts", "old", "expired", "revoked")


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate with whose it is.

    Attributes:
        state: counts | old (a newer version of the policy came into force, and the days of grace are over) | expired | revoked.
        until: when it stops counting by what is known now; None: not before the policy changes.
        behind: it is for an earlier version than the one in force.
    """

    id: UUID
    reviewer_id: UUID
    name: str
    vendor: str
    team: str
    policy_key: str
    version: int
    level: int
    how: str
    granted_by: str
    granted_at: datetime
    expires_at: datetime | None
    until: datetime | None
    revoked_why: str
    state: str
    behind: bool


def holders(actor: Actor, *, policy: str = "", vendor: str = "", state: str = "", person: str = "") -> list[Holder]:
    """Certificates of the people one may see, by name, the newest of each first. ``person``: a part of the name, or an id."""
    people = {row.pk: row for row in _people(actor, SEE, vendor)}
    rows = Certificate.objects.filter(reviewer_id__in=list(people)).order_by("-granted_at", "-pk")
    rows_of = list(rows.filter(policy_key=policy) if policy else rows)
    names = names_of({f"user:{pk}" for pk in people} | {row.granted_by for row in rows_of})
    now, wanted, found = clock.now(), person.strip().casefold(), []
    for row, held in zip(rows_of, held_of(rows_of), strict=True):
        who, name = people[row.reviewer_id], names[f"user:{row.reviewer_id}"]
        if wanted and wanted not in name.casefold() and wanted != str(row.reviewer_id):
            continue
        is_state = _state(row, held.counts(now), now)
        if state and state != is_state:
            continue
        found.append(Holder(
            id=row.pk, reviewer_id=row.reviewer_id, name=name, vendor=who.vendor_key, team=who.team, policy_key=row.policy_key,
            version=row.version, level=row.level, how=row.how, granted_by=names.get(row.granted_by, row.granted_by),
            granted_at=row.granted_at, expires_at=row.expires_at, until=held.until, revoked_why=row.revoked_why,
            state=is_state, behind=_in_force(row.policy_key) > row.version,
        ))  # fmt: skip
    return sorted(found, key=lambda each: each.name.casefold())


def grant(
    actor: Actor,
    reviewer_id: UUID,
    policy_key: str,
    *,
    why: str,
    version: int | None = None,
    level: int = 1,
    expires_at: datetime | None = None,
) -> Certificate:
    """Certify somebody by hand, with a reason; without ``version`` for the one in force.

    Raises:
        BadInput: no reason, an unknown policy or version, or it would have expired already.
        NotFound: nobody of that id reviews, or one may not manage them.
    """
    if not why.strip():
        raise BadInput("no_reason", "Say what shows that they know it.", where="why")
    policies.policy(policy_key)
    in_force = _in_force(policy_key)
    wanted = in_force if version is None else version
    if wanted < 1 or wanted > in_force:
        raise BadInput("unknown_version", "That version of the policy has not come into force.", where="version",
                       hint=f"The one in force is {in_force}." if in_force else "No version is in force yet.")  # fmt: skip
    _managed(actor, reviewer_id)
    with writing(actor, reason=why.strip()[:200]) as w:
        return grant_certificate(
            w, reviewer_id, policy_key, version=wanted, level=level, how="manager", expires_at=expires_at
        )


def revoke(actor: Actor, certificate_id: UUID, why: str) -> Certificate:
    """Take a certificate back, with a reason; ``NotFound`` for those of people one may not manage."""
    row = Certificate.objects.filter(pk=certificate_id).first()
    if row is None:
        raise NotFound("unknown_certificate", "There is no such certificate.")
    try:
        _managed(actor, row.reviewer_id)
    except NotFound:
        raise NotFound("unknown_certificate", "There is no such certificate.") from None
    with writing(actor, reason=why.strip()[:200]) as w:
        return revoke_certificate(w, certificate_id, why)


def managed(actor: Actor) -> list[tuple[str, str]]:
    """The people this actor may certify: id and name."""
    rows = _people(actor, (MANAGE,), "")
    names = names_of(f"user:{row.pk}" for row in rows)
    return sorted(((str(row.pk), names[f"user:{row.pk}"]) for row in rows), key=lambda each: each[1].casefold())


def _people(actor: Actor, permissions: tuple[str, ...], vendor: str) -> list[Reviewer]:
    found = [access.rows(actor, permission, vendor="vendor_key") for permission in permissions]
    rows = Reviewer.objects.filter(active=True)
    if all(found):  # an empty one sets no limit
        rows = rows.filter(reduce(or_, found))
    return list(rows.filter(vendor_key=vendor) if vendor else rows)


def _managed(actor: Actor, reviewer_id: UUID) -> None:
    allowed = access.rows(actor, MANAGE, vendor="vendor_key")
    if not Reviewer.objects.filter(allowed, pk=reviewer_id, active=True).exists():
        raise NotFound("unknown_person", "There is no such person who reviews.", where="person")


def _in_force(policy_key: str) -> int:
    try:
        version = policies.version_in_force(policy_key)
    except BadInput:  # an extra skill, whose versions are the certifier's own
        return 0
    return version.number if version else 0


def _state(row: Certificate, counts: bool, now: datetime) -> str:
    if counts:
        return "counts"
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at is not None and row.expires_at <= now else "old"
