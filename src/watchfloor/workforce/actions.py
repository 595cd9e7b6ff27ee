"""The only writers of vendors, reviewers and who is on the floor."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer, writing
from watchfloor.workforce.certificates import grant_certificate, revoke_certificate
from watchfloor.workforce.domain import capacity
from watchfloor.workforce.domain.matching import shifts
from watchfloor.workforce.events import PresenceChanged, ReviewerSaved, VendorSaved
from watchfloor.workforce.models import Presence, Reviewer, Vendor
from watchfloor.workforce.queries import GONE, coverage, roster_row

__all__ = [
    "gone_quiet",
    "grant_certificate",
    "heartbeat",
    "place",
    "revoke_certificate",
    "save_reviewer",
    "save_vendor",
]

STATES = ("available", "working", "break", "stepped_back", "away")


def save_vendor(w: Writer, *, key: str, name: str, site: str = "", time_zone: str = "UTC") -> Vendor:
    """Make or change a vendor; ``inhouse`` is one too."""
    if not key or not name.strip():
        raise BadInput("missing_name", "A vendor needs a key and a name.", where="key")
    vendor = Vendor.objects.filter(key=key).first()
    if vendor is None:
        vendor = w.create(Vendor, key=key, name=name, site=site, time_zone=time_zone)
    else:
        w.update(vendor, name=name, site=site, time_zone=time_zone)
    w.event(VendorSaved(key=key), vendor)
    return vendor


def save_reviewer(
    w: Writer,
    user_id: uuid.UUID,
    *,
    vendor_key: str,
    team: str = "",
    languages: Sequence[str] = (),
    markets: Sequence[str] | None = None,
    skills: Sequence[str] = (),
    queues: Sequence[str] = (),
    started_on: date | None = None,
    active: bool = True,
    extras: Sequence[str] | None = None,
    hours: Sequence[Mapping[str, Any]] | None = None,
    push: bool | None = None,
    share: float | None = None,
    ramp_days: int | None = None,
) -> Reviewer:
    """Make a user a reviewer, or change what they may be given. ``markets=None`` is every market.

    ``extras`` (extra skills), ``hours`` (see ``domain.matching.Shift``), ``push`` (is offered work), ``share`` (of a full day) and
    ``ramp_days`` (see ``domain.capacity``) stay as they are when None.
    """
    if not Vendor.objects.filter(key=vendor_key).exists():
        raise BadInput(
            "unknown_vendor", f"There is no vendor {vendor_key!r}.", where="vendor_key", hint="Save the vendor first."
        )
    values: dict[str, Any] = {
        "vendor_key": vendor_key, "team": team, "languages": list(languages), "skills": list(skills), "queues": list(queues),
        "markets": None if markets is None else list(markets), "started_on": started_on, "active": active,
    }  # fmt: skip
    if extras is not None:
        values["extras"] = sorted(set(extras))
    if hours is not None:
        shifts(hours)
        values["hours"] = [dict(each) for each in hours]
    if push is not None:
        values["push"] = push
    if share is not None:
        values["share"] = share
    if ramp_days is not None:
        values["ramp_days"] = ramp_days
    capacity.check(values.get("share", 1.0), values.get("ramp_days", 0))
    reviewer = Reviewer.objects.filter(pk=user_id).first()
    reviewer = w.create(Reviewer, id=user_id, **values) if reviewer is None else w.update(reviewer, **values)
    w.event(ReviewerSaved(reviewer=str(user_id), vendor=vendor_key, active=active), reviewer)
    roster_row.forget()
    coverage.forget()
    return reviewer


def place(w: Writer, user: User, vendor_key: str, team: str) -> None:
    """Somebody's group places them in a team of a vendor (``identity.signon.groups.placed_by``); what else is known of them stays."""
    row = Reviewer.objects.filter(pk=user.pk).first()
    if not Vendor.objects.filter(key=vendor_key).exists():
        return  # the vendor was given up since the rule was written
    if row is not None and (row.vendor_key, row.active) == (vendor_key, True) and team in ("", row.team):
        return
    save_reviewer(
        w, user.pk, vendor_key=vendor_key, team=team or (row.team if row else ""), languages=row.languages if row else (),
        markets=row.markets if row else None, skills=row.skills if row else (), queues=row.queues if row else (),
        started_on=row.started_on if row else None,
    )  # fmt: skip


def heartbeat(actor: Actor, state: str = "available") -> None:
    """The actor is on the floor, in this state. Beats are telemetry; only a change of state is an event."""
    if state not in STATES:
        raise BadInput("unknown_state", f"{state[:40]!r} is no state.", where="state", hint=", ".join(STATES))
    reviewer, now = uuid.UUID(actor.id), clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE workforce_presence SET seen_at = %s WHERE reviewer_id = %s AND state = %s AND seen_at > %s",
            [now, reviewer, state, now - GONE],
        )
        if cursor.rowcount:
            return
    with writing(actor) as w:
        _change_presence(w, reviewer, state)


def gone_quiet(w: Writer, reviewer_id: uuid.UUID) -> None:
    """Somebody did not accept what they were offered: away, until they say that they are available again."""
    if Presence.objects.filter(pk=reviewer_id, state="available", seen_at__gt=clock.now() - GONE).exists():
        _change_presence(w, reviewer_id, "away")


def _change_presence(w: Writer, reviewer: uuid.UUID, state: str) -> None:
    now = clock.now()
    before = Presence.objects.select_for_update().filter(pk=reviewer).first()
    Presence.objects.update_or_create(reviewer_id=reviewer, defaults={"state": state, "since": now, "seen_at": now})
    vendor = Reviewer.objects.filter(pk=reviewer).values_list("vendor_key", flat=True).first() or ""
    gone = before is None or before.seen_at <= now - GONE
    held = timedelta(0) if before is None else (before.seen_at if gone else now) - before.since
    w.event(
        PresenceChanged(
            reviewer=str(reviewer), vendor=vendor, state=state, before="" if before is None else before.state,
            held_ms=held // timedelta(milliseconds=1),
        ),
        ("reviewer", reviewer),
    )  # fmt: skip
