"""Carries the outbox's messages for Jira: each says "compare this issue"; one comparison answers all that wait for it.

Retries and dead letters are the outbox's own: what Jira refuses, and what it did not answer for four days, is a dead letter that the pages
of deliveries and of Jira show, and that is replayed from there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.models import Outbox
from watchfloor.programme.jira import syncing
from watchfloor.programme.jira.actions import sites
from watchfloor.programme.jira.client import Later, Refused
from watchfloor.programme.jira.models import Link, Site

BACKOFF: Final = (
    10,
    30,
    120,
    600,
    1800,
    3600,
    7200,
    14400,
    28800,
    43200,
    86400,
    86400,
)  # seconds: some four days in all
CLAIM: Final = timedelta(seconds=60)
POLL: Final = timedelta(seconds=60)
OVERLAP: Final = timedelta(minutes=5)  # Jira's search hears of changes a little later than its issues do
_CLAIM: Final = """
UPDATE ledger_outbox SET attempts = attempts + 1, sent_at = %(now)s, next_at = %(until)s
WHERE id = (SELECT id FROM ledger_outbox WHERE topic = 'jira' AND state IN ('pending', 'failed') AND next_at <= %(now)s
            ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, lane, attempts, payload->>'link'
"""


def push_due() -> int:
    """Answer one message; how many (0 or 1)."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "until": now + CLAIM})
        found = cursor.fetchone()
    if found is None:
        return 0
    message, lane, attempts, link = found
    waiting = Outbox.objects.filter(topic="jira", lane=lane, state__in=["pending", "failed"])
    mine = list(waiting.values_list("pk", flat=True))  # what is asked for later is compared again
    try:
        refused = syncing.compare(UUID(link))
    except Later as later:
        _again(message, mine, attempts, later)
        return 1
    rows = Outbox.objects.filter(pk__in=mine)
    if refused:
        rows.exclude(pk=message).update(state=Outbox.State.CONFIRMED)
        Outbox.objects.filter(pk=message).update(state=Outbox.State.DEAD, last_error=refused[:300])
    else:
        rows.update(state=Outbox.State.CONFIRMED, last_error="")
    return 1


def _again(message: UUID, mine: list[UUID], attempts: int, later: Later) -> None:
    if attempts > len(BACKOFF):
        Outbox.objects.filter(pk=message).update(state=Outbox.State.DEAD, last_error=later.why[:300])
        return
    wait = timedelta(seconds=later.seconds or BACKOFF[attempts - 1])
    Outbox.objects.filter(pk__in=mine).update(
        state=Outbox.State.FAILED, next_at=clock.now() + wait, last_error=later.why[:300]
    )


def pull_due() -> int:
    """Compare one issue that Jira said has changed; how many (0 or 1)."""
    now = clock.now()
    due = Link.objects.filter(pull_at__lte=now, ended_at=None).order_by("pull_at").values_list("pk", "pull_at").first()
    if due is None or not Link.objects.filter(pk=due[0], pull_at=due[1]).update(pull_at=now + CLAIM):
        return 0
    try:
        syncing.compare(due[0])
        then = None
    except Later as later:
        then = clock.now() + timedelta(seconds=later.seconds or 60)
    Link.objects.filter(pk=due[0], pull_at=now + CLAIM).update(pull_at=then)  # unless Jira said so once more
    return 1


def poll_due() -> int:
    """Ask Jira what changed since the last time; how many issues of ours did."""
    now = clock.now()
    site = sites.current()
    if site is None or not site.on or (site.poll_at is not None and site.poll_at > now):
        return 0
    if not Site.objects.filter(Q(poll_at=None) | Q(poll_at__lte=now), pk=site.pk).update(poll_at=now + POLL):
        return 0
    since = site.polled_at or now - timedelta(days=1)
    minutes = max(1, int((now - since + OVERLAP).total_seconds() // 60) + 1)
    why, wait = "", POLL
    try:
        with sites.client(site) as jira:
            # Counted back from now: JQL's dates are in the zone of the account and to the minute.
            found = [each.id for each in jira.search(f'project = "{site.project}" AND updated >= "-{minutes}m"')]
    except Later as later:
        why, wait = later.why, timedelta(seconds=max(later.seconds, 60))
    except Refused as refused:
        why, wait = refused.said or f"http {refused.status}", timedelta(minutes=10)
    except WatchfloorError as error:
        why, wait = error.message, timedelta(minutes=10)
    if why:
        Site.objects.filter(pk=site.pk, failing_since=None).update(failing_since=now)
        Site.objects.filter(pk=site.pk).update(poll_at=now + wait, last_error=why[:300])
        return 0
    Site.objects.filter(pk=site.pk).update(polled_at=now, poll_at=now + wait, failing_since=None, last_error="")
    return look_at(found)


def look_at(names: list[str]) -> int:
    """Have these issues (ids or keys) compared; those of nobody here are no matter. How many are ours."""
    ours = Link.objects.filter(ended_at=None).filter(Q(remote_id__in=names) | Q(key__in=names))
    return ours.update(pull_at=clock.now())
