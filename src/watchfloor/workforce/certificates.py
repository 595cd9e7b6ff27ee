"""Certificates are granted, revoked and read here: what training earns, what routing goes by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.conf import settings

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger.writer import Writer
from watchfloor.policy.models import PolicyVersion
from watchfloor.workforce.domain.matching import Held, ends
from watchfloor.workforce.events import CertificateGranted, CertificateRevoked
from watchfloor.workforce.models_certificates import Certificate

HOW = ("exam", "training", "manager", "import")


class CertificateOut(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate as people see it. ``until`` as in ``domain.matching.Held``; ``counts``: routing goes by it now."""

    id: UUID
    policy_key: str
    version: int
    level: int
    how: str
    granted_by: str
    granted_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_why: str
    until: datetime | None
    counts: bool


def grant_certificate(
    w: Writer,
    reviewer_id: UUID,
    policy_key: str,
    *,
    version: int,
    level: int = 1,
    how: str,
    expires_at: datetime | None = None,
) -> Certificate:
    """Certify somebody for a version of a policy, from now on. ``level`` from 1; ``how`` one of ``HOW``.

    Earlier certificates for the same policy stay as they are: the best that counts is what counts.
    """
    now = clock.now()
    if how not in HOW:
        raise BadInput(
            "unknown_way", f"{how[:40]!r} is no way to a certificate.", where="how", hint=f"One of: {', '.join(HOW)}."
        )
    if version < 0 or level < 1 or not policy_key.strip():
        raise BadInput(
            "bad_certificate", "A certificate names a policy, its version and a level from 1.", where="version"
        )
    if expires_at is not None and expires_at <= now:
        raise BadInput("expired_already", "The certificate would have expired before it began.", where="expires_at")
    row = w.create(
        Certificate, reviewer_id=reviewer_id, policy_key=policy_key, version=version, level=level, how=how,
        granted_by=w.actor, granted_at=now, expires_at=expires_at,
    )  # fmt: skip
    event = CertificateGranted(
        reviewer=str(reviewer_id), policy=policy_key, version=version, level=level, how=how,
        expires_at="" if expires_at is None else expires_at.isoformat(),
    )  # fmt: skip
    w.event(event, row)
    _forget()
    return row


def revoke_certificate(w: Writer, certificate_id: UUID, why: str) -> Certificate:
    """Take a certificate back, from now on. Work that somebody holds stays in their hands; they get no more of it."""
    if not why.strip():
        raise BadInput("no_reason", "Say why the certificate is revoked.", where="why")
    row = Certificate.objects.select_for_update().filter(pk=certificate_id).first()
    if row is None:
        raise NotFound("unknown_certificate", "There is no such certificate.")
    if row.revoked_at is not None:
        raise Conflict("revoked_already", "The certificate has been revoked already.")
    w.update(row, revoked_at=clock.now(), revoked_why=why[:200])
    event = CertificateRevoked(reviewer=str(row.reviewer_id), policy=row.policy_key, version=row.version)
    w.event(event, row, reason=why)
    _forget()
    return row


def certificates(reviewer_id: UUID) -> list[CertificateOut]:
    """All certificates of one person, the newest first, those that no longer count too."""
    now = clock.now()
    rows = list(Certificate.objects.filter(reviewer_id=reviewer_id).order_by("-granted_at", "-pk"))
    found = []
    for row, held in zip(rows, held_of(rows), strict=True):
        found.append(
            CertificateOut(
                id=row.pk, policy_key=row.policy_key, version=row.version, level=row.level, how=row.how,
                granted_by=row.granted_by, granted_at=row.granted_at, expires_at=row.expires_at,
                revoked_at=row.revoked_at, revoked_why=row.revoked_why, until=held.until, counts=held.counts(now),
            )
        )  # fmt: skip
    return found


def held_of(rows: Iterable[Certificate]) -> list[Held]:
    """What routing goes by, in the order of the rows."""
    grace = timedelta(days=settings.CERTIFICATE_GRACE_DAYS)
    found = []
    for row in rows:
        later = (start for number, start in starts().get(row.policy_key, ()) if number > row.version)
        after = min(later, default=None)
        until = ends(expires_at=row.expires_at, revoked_at=row.revoked_at, succeeded_at=after, grace=grace)
        found.append(Held(key=row.policy_key, version=row.version, level=row.level, until=until))
    return found


def _starts() -> dict[str, list[tuple[int, datetime]]]:
    """When each version of each policy came into force, or will: a scheduled one needs nobody to say so when its moment comes."""
    found: dict[str, list[tuple[int, datetime]]] = {}
    versions = PolicyVersion.objects.filter(in_force_from__isnull=False)
    for key, number, start in versions.values_list("policy_key", "number", "in_force_from"):
        assert start is not None
        found.setdefault(key, []).append((number, start))
    return found


starts = Remembered(_starts)


def _forget() -> None:
    from watchfloor.workforce.queries import roster_row  # it stands on this module

    roster_row.forget()
