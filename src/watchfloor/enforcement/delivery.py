"""The outbox on its way out: claimed, sent, confirmed or tried again for three days, then kept as a dead letter to be replayed.

At least once, with the same key each time: a row is claimed by pushing its ``next_at`` ahead, so a process that dies while
sending leaves it to be claimed again. Within a lane a message waits for the one before it; a dead letter no longer holds its lane up.
A message with no endpoint that listens to its topic waits, and so does one whose endpoint is turned off.
"""

from __future__ import annotations

import logging
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import DatabaseError
from django.db.models import F, QuerySet

from watchfloor.enforcement import actions, domain, endpoints, notices, queries, sending
from watchfloor.enforcement.models import Action, Attempt, Endpoint, Notice
from watchfloor.enforcement.sending import Answer, Parcel
from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, NotFound, WatchfloorError
from watchfloor.ledger.models import Outbox
from watchfloor.ledger.writer import Writer, plain, writing

log = logging.getLogger(__name__)
# Waits after the 1st, 2nd ... failure: a little under three days in all, then the letter is dead.
BACKOFF = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 57600, 86400)
CLAIM_SECONDS = 60  # longer than a batch can take
RECORD_TOGETHER = 32  # answers written down in one transaction: few enough that nobody waits long for their locks
DISABLE_AFTER = timedelta(hours=24)
DISABLE_FAILURES = 10
_DUE = ("pending", "failed")

_CLAIM = """
UPDATE ledger_outbox SET attempts = attempts + 1, next_at = %(until)s, sent_at = %(now)s
WHERE id IN (
    SELECT row.id FROM ledger_outbox row
    WHERE row.state IN ('pending', 'failed') AND row.next_at <= %(now)s AND row.topic = ANY(%(topics)s)
      AND NOT EXISTS (
        SELECT 1 FROM ledger_outbox earlier
        WHERE earlier.lane = row.lane AND earlier.id < row.id AND earlier.state IN ('pending', 'failed'))
    ORDER BY row.next_at, row.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING *
"""


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay did: how many go out again, and how many were left because what they ask for no longer holds."""

    sent: int
    stale: int


def deliver_due(limit: int = 32) -> int:
    """Send what is due; returns how many messages were tried. Several processes may do it at once."""
    listening = list(Endpoint.objects.filter(enabled=True).order_by("created_at", "id"))
    rows = _claim(limit, listening)
    if not rows:
        return 0
    accepted = set(
        Attempt.objects.filter(outbox_id__in=[row.pk for row in rows], ok=True).values_list("outbox_id", "endpoint_id")
    )
    parcels = []
    told = _notices(rows)
    for row in rows:
        body = msgspec.json.encode(_content(row, told))
        for endpoint in _listeners(listening, row.topic):
            if (row.pk, endpoint.pk) not in accepted:
                parcels.append(
                    Parcel(outbox_id=row.pk, endpoint_id=endpoint.pk, url=endpoint.url,
                           secrets=tuple(endpoint.secrets), key=row.key, body=body)
                )  # fmt: skip
    answers = sending.send_all(parcels)
    _record_all(rows, answers)
    _judge_endpoints(listening, answers)
    return len(rows)


def wait_after(failures: int, key: str) -> timedelta | None:
    """How long to wait after this many failures (1 = the first), spread by up to a tenth by key; None = give up."""
    if failures > len(BACKOFF):
        return None
    spread = 1 + (zlib.crc32(key.encode()) % 1000) / 10_000
    return timedelta(seconds=BACKOFF[failures - 1] * spread)


def dead_letters() -> QuerySet[Outbox]:
    """What was given up, newest first."""
    return Outbox.objects.filter(state=Outbox.State.DEAD).order_by("-sent_at")


def waiting() -> QuerySet[Outbox]:
    """What is still to be delivered, oldest first."""
    return Outbox.objects.filter(state__in=_DUE).order_by("id")


def still_wanted(row: Outbox) -> bool:
    """Whether what a message asks for still holds; a removal that has been reversed since must not be sent late."""
    kind, _, subject = row.subject.partition(":")
    if kind != "action":
        return True
    action = Action.objects.filter(pk=subject).first()
    if action is None:
        return False
    if action.inverse_of_id is None:
        return action.state in domain.IN_FORCE
    return not any(other.slot == action.slot for other in queries.in_force(action.item_id))


def replay(w: Writer, outbox_id: UUID) -> None:
    """Send one dead letter again, with its own key and a fresh row of attempts.

    Raises ``Conflict`` when it is not dead or what it asks for no longer holds.
    """
    row = Outbox.objects.select_for_update().filter(pk=outbox_id).first()
    if row is None:
        raise NotFound("unknown_delivery", "There is no such message.")
    if row.state != Outbox.State.DEAD:
        raise Conflict("not_dead", f"This message is {row.state}; only dead letters are replayed.")
    if not still_wanted(row):
        raise Conflict("no_longer_wanted", "What this message asks for has been undone since.")
    _revive(w, row)


def replay_dead(actor: Any, ids: Iterable[UUID] | None = None) -> Replayed:
    """Send dead letters again (all, or those named), oldest first; what no longer holds is left. One transaction each."""
    wanted = Outbox.objects.filter(state=Outbox.State.DEAD)
    if ids is not None:
        wanted = wanted.filter(pk__in=list(ids))
    sent = stale = 0
    for outbox_id in list(wanted.order_by("id").values_list("pk", flat=True)):
        with writing(actor, reason="replay") as w:
            row = Outbox.objects.select_for_update().get(pk=outbox_id)
            if row.state != Outbox.State.DEAD:
                continue
            if still_wanted(row):
                _revive(w, row)
                sent += 1
            else:
                stale += 1
    return Replayed(sent=sent, stale=stale)


def try_now(actor: Actor, ids: Iterable[UUID] | None = None) -> int:
    """Try failed messages again at once (all, or those named), with their own keys; returns how many. For when the platform is back
    and the next try by the timetable is hours away. What is being sent just now is left alone."""
    now = clock.now()
    rows = Outbox.objects.filter(state=Outbox.State.FAILED, next_at__gt=now)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    done = rows.exclude(next_at=F("sent_at") + timedelta(seconds=CLAIM_SECONDS)).update(next_at=now)
    log.info("%s has %d failed messages tried again now", actor.id, done)
    return done


def prune_attempts(days: int = 30) -> int:
    """Forget attempts older than this; returns how many."""
    return Attempt.objects.filter(at__lt=clock.now() - timedelta(days=days)).delete()[0]


def _revive(w: Writer, row: Outbox) -> None:
    Outbox.objects.filter(pk=row.pk).update(state=Outbox.State.PENDING, attempts=0, next_at=clock.now(), last_error="")
    kind, _, subject = row.subject.partition(":")
    if kind == "action":
        actions.replayed(w, UUID(subject))


def _claim(limit: int, listening: Sequence[Endpoint]) -> list[Outbox]:
    if not listening:
        return []
    topics = {topic for endpoint in listening for topic in endpoint.topics or endpoints.TOPICS}
    now = clock.now()
    until = now + timedelta(seconds=CLAIM_SECONDS)
    asked = {"now": now, "until": until, "topics": sorted(topics), "limit": limit}
    return sorted(Outbox.objects.raw(_CLAIM, asked), key=lambda row: row.pk)


def _listeners(listening: Sequence[Endpoint], topic: str) -> list[Endpoint]:
    return [endpoint for endpoint in listening if not endpoint.topics or topic in endpoint.topics]


def _notices(rows: Sequence[Outbox]) -> dict[str, Notice]:
    """The notices that these messages carry, by id."""
    ids = [row.subject.partition(":")[2] for row in rows if row.topic == "notice"]
    return {str(notice.pk): notice for notice in Notice.objects.select_related("item").filter(pk__in=ids)}


def _content(row: Outbox, told: Mapping[str, Notice]) -> Any:
    """The message; a notice's words and recipient are taken from its row now, so that they lie in one place only."""
    notice = told.get(row.subject.partition(":")[2]) if row.topic == "notice" else None
    if notice is None:
        return row.payload
    return row.payload | {
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


def _record_all(rows: Sequence[Outbox], answers: Sequence[Answer]) -> None:
    """Write down what came back, many messages to a transaction; if one of them cannot be written, each by itself."""
    by_row: dict[UUID, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_row[answer.parcel.outbox_id].append(answer)
    for start in range(0, len(rows), RECORD_TOGETHER):
        part = rows[start : start + RECORD_TOGETHER]
        try:
            _record(part, by_row)
        except (DatabaseError, WatchfloorError):
            log.exception("%d deliveries could not be written down together", len(part))
            for row in part:
                _record_alone(row, by_row)


def _record_alone(row: Outbox, by_row: dict[UUID, list[Answer]]) -> None:
    """A message whose answer cannot be written down is sent again when its claim runs out: the key is the same."""
    try:
        _record([row], by_row)
    except (DatabaseError, WatchfloorError):
        log.exception("the delivery of %s could not be written down", row.key)


def _record(rows: Sequence[Outbox], by_row: dict[UUID, list[Answer]]) -> None:
    """One transaction; nothing for a message that another process has claimed since (this one was too slow)."""
    now = clock.now()
    with writing(system("delivery")) as w:
        Attempt.objects.bulk_create(
            Attempt(outbox_id=row.pk, key=row.key, endpoint_id=answer.parcel.endpoint_id, at=now, ok=answer.ok,
                    status=answer.status, milliseconds=answer.milliseconds, error=answer.error[:300])
            for row in rows for answer in by_row[row.pk]
        )  # fmt: skip
        settled: list[tuple[UUID, Answer | None, bool]] = []
        for row in rows:
            failed = next((answer for answer in by_row[row.pk] if not answer.ok), None)
            changes = _after(row, [answer for answer in by_row[row.pk] if not answer.ok])
            mine = Outbox.objects.filter(pk=row.pk, attempts=row.attempts, state__in=_DUE).update(**changes)
            kind, _, subject = row.subject.partition(":")
            if mine and kind == "action":
                settled.append((UUID(subject), failed, changes["state"] == Outbox.State.DEAD))
        # Locked in the order of their ids, as everybody who locks several actions does.
        for action_id, failed, final in sorted(settled, key=lambda each: each[0]):
            actions.confirm(w, action_id, failed is None, failed.error if failed else "", final=final)


def _after(row: Outbox, failed: Sequence[Answer]) -> dict[str, Any]:
    """What a message is after an attempt: delivered, to be tried again later, or dead."""
    if not failed:
        return {"state": Outbox.State.CONFIRMED, "last_error": ""}
    wait = wait_after(row.attempts, row.key)
    if wait is None:
        return {"state": Outbox.State.DEAD, "last_error": failed[0].error}
    asked = timedelta(seconds=max(answer.retry_after for answer in failed))
    return {"state": Outbox.State.FAILED, "last_error": failed[0].error, "next_at": clock.now() + max(wait, asked)}


def _judge_endpoints(listening: Sequence[Endpoint], answers: Sequence[Answer]) -> None:
    """Count unbroken failures per endpoint; turn off one that failed for a day, or that says it is gone (410)."""
    now = clock.now()
    for endpoint in listening:
        mine = [answer for answer in answers if answer.parcel.endpoint_id == endpoint.pk]
        row = Endpoint.objects.filter(pk=endpoint.pk)
        if not mine:
            continue
        if any(answer.ok for answer in mine):
            if endpoint.failures:
                row.update(failing_since=None, failures=0)
            continue
        row.filter(failing_since__isnull=True).update(failing_since=now)
        row.update(failures=F("failures") + len(mine))
        endpoint.refresh_from_db()
        since = endpoint.failing_since or now
        lasting = endpoint.failures >= DISABLE_FAILURES and now - since >= DISABLE_AFTER
        if endpoint.enabled and (lasting or any(answer.gone for answer in mine)):
            why = (
                "It answered that it is gone (410)." if not lasting else f"Every delivery failed since {plain(since)}."
            )
            with writing(system("delivery"), reason=why) as w:
                endpoints.turn_off(w, endpoint, why)
