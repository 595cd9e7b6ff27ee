"""The outbox on its way out: claimed, sent, written down; tried again for three days, then kept as a dead letter to be replayed.

At least once, with the same key each time. Each endpoint has its own lanes, timetable and dead letters; an action is confirmed when
every endpoint that is on has it. A message with no endpoint that listens to its topic waits, and so does one whose endpoint is off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.enforcement import automation, claims, health, messages, notices, recording, sending
from watchfloor.enforcement.claims import CLAIM_SECONDS, Taken
from watchfloor.enforcement.models import Attempt, Delivery, Endpoint, Notice
from watchfloor.enforcement.recording import BACKOFF, wait_after
from watchfloor.enforcement.replaying import (
    Replayed,
    dead_letters,
    replay,
    replay_dead,
    still_wanted,
    try_now,
    waiting,
)
from watchfloor.enforcement.sending import Parcel
from watchfloor.kernel import clock
from watchfloor.ledger.writer import plain
from watchfloor.platform.meters import METERS

__all__ = [
    "BACKOFF", "CLAIM_SECONDS", "Replayed", "dead_letters", "deliver_due", "prune", "replay", "replay_dead", "still_wanted", "try_now",
    "wait_after", "waiting",
]  # fmt: skip
LANES = 64  # in one batch
FEW = 4  # lanes of an endpoint that fails: enough to see whether it is back


def deliver_due(limit: int = LANES, *, ailing: bool | None = None) -> int:
    """Send what is due of up to ``limit`` lanes; returns how many messages were tried. Several processes may do it at once.

    ``ailing`` True: only to endpoints whose last answers were failures, False: only to the others (so that an endpoint which lets
    one wait holds up nobody else), None: to all.
    """
    claims.fan_out()
    listening = list(Endpoint.objects.filter(enabled=True).order_by("created_at", "id"))
    if ailing is not None:
        listening = [row for row in listening if (row.failures > 0) == ailing]
    stopped = automation.stopped() is not None
    tried = 0
    for some in _together(listening):
        few = any(row.failures >= health.DISABLE_FAILURES for row in some)
        taken = claims.claim(
            [row.pk for row in some],
            min(limit, FEW) if few else limit,
            stopped=stopped,
            stretch=1 if few else claims.STRETCH,
        )
        if taken:
            tried += _deliver(taken, {row.pk: row for row in some})
    return tried


def prune(days: int = 30) -> int:
    """Forget attempts older than this, and what endpoints have had for as long; returns how many."""
    old = clock.now() - timedelta(days=days)
    gone = Attempt.objects.filter(at__lt=old).delete()[0]
    return gone + Delivery.objects.filter(state=Delivery.State.CONFIRMED, sent_at__lt=old).delete()[0]


def _together(listening: Sequence[Endpoint]) -> list[list[Endpoint]]:
    """Endpoints that answer are served together; one that fails every time is only tried, by itself."""
    well = [row for row in listening if row.failures < health.DISABLE_FAILURES]
    return ([well] if well else []) + [[row] for row in listening if row.failures >= health.DISABLE_FAILURES]


def _deliver(taken: Sequence[Taken], endpoints: Mapping[UUID, Endpoint]) -> int:
    told = _notices(taken)
    lanes: dict[tuple[UUID, str], list[Parcel]] = defaultdict(list)
    bodies: dict[UUID, bytes] = {}
    for each in taken:
        if each.outbox_id not in bodies:
            bodies[each.outbox_id] = _body(each, told)
        endpoint = endpoints[each.endpoint_id]
        lanes[each.endpoint_id, each.lane].append(
            Parcel(delivery=each.id, endpoint_id=endpoint.pk, url=endpoint.url, secrets=tuple(endpoint.secrets), key=each.key,
                   body=bodies[each.outbox_id], trace=each.trace, topic=each.topic)
        )  # fmt: skip
    answers = sending.send_all(list(lanes.values()))
    by_row = {answer.parcel.delivery: answer for answer in answers}
    for answer in answers:
        METERS.add("watchfloor_deliveries_total", outcome="ok" if answer.ok else "failed")
    claims.give_back([each for each in taken if each.id not in by_row])
    recording.record([(each, by_row[each.id]) for each in taken if each.id in by_row])
    health.judge(list(endpoints.values()), answers)
    return len(by_row)


def _notices(taken: Sequence[Taken]) -> dict[str, Notice]:
    """The notices that these messages carry, by id."""
    ids = {each.subject.partition(":")[2] for each in taken if each.topic == "notice"}
    return {str(notice.pk): notice for notice in Notice.objects.select_related("item").filter(pk__in=ids)}


def _body(each: Taken, told: Mapping[str, Notice]) -> bytes:
    """The message; a notice's words and recipient are taken from its row now, so that they lie in one place only."""
    notice = told.get(each.subject.partition(":")[2]) if each.topic == "notice" else None
    if notice is None:
        return msgspec.json.encode(each.payload)
    return msgspec.json.encode(each.payload | _words(notice))


def _words(notice: Notice) -> dict[str, Any]:
    return {
        "version": messages.VERSION,
        "to": notice.to,
        "recipient": notice.recipient,
        "item": {"type": notice.item.type_key, "id": notice.item.external_id} if notice.item else None,
        "language": notice.language,
        "subject": notice.subject,
        "body": notices.shown(notice),
        "appeal_link": notices.appeal_link(notice) if notice.appeal_until else None,
        "appeal_until": plain(notice.appeal_until),
        "template": notice.template,
        "template_version": notice.template_version,
        "at": plain(notice.created_at),
    }
