"""Asks help desks for what they know, page by page: each page and where to go on are kept together, so nothing is lost by a death."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from watchfloor.interop.history import keeping, salesforce, zendesk
from watchfloor.interop.history.calling import Later, Refused, keys
from watchfloor.interop.models import HistorySource
from watchfloor.items.media import sealed
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError

EVERY: Final = timedelta(minutes=5)
CLAIM: Final = timedelta(minutes=10)
_PAGES: Final = {"zendesk": zendesk.pages, "salesforce": salesforce.pages}


def pull_due() -> int:
    """Ask one source that is due; how many (0 or 1). Claimed by pushing its next time ahead."""
    now = clock.now()
    row = HistorySource.objects.filter(on=True, next_at__lte=now).exclude(kind="file").order_by("next_at").first()
    if row is None:
        return 0
    if not HistorySource.objects.filter(pk=row.pk, next_at=row.next_at).update(next_at=now + CLAIM):
        return 0
    pull(row.pk)
    return 1


def pull(source_id: UUID) -> list[keeping.Result]:
    """Ask it now: everything until it says that was all. What went wrong is kept with the source."""
    source = HistorySource.objects.get(pk=source_id)
    done: list[keeping.Result] = []
    why, wait = "", EVERY
    try:
        for page in _PAGES[source.kind](source.url, source.account, opened(source), source.cursor):
            result = keeping.take_in("system:history", source, page.rows, cursor=page.cursor)
            done.append(result)
            HistorySource.objects.filter(pk=source.pk).update(next_at=clock.now() + CLAIM)
    except Later as later:
        why, wait = str(later), timedelta(seconds=later.seconds or 60)
    except Refused as refused:
        why, wait = str(refused), timedelta(hours=1)
    except WatchfloorError as error:  # an address that may not be called
        why, wait = error.message, timedelta(hours=1)
    now = clock.now()
    HistorySource.objects.filter(pk=source.pk).update(next_at=now + wait, asked_at=now, last_error=why[:300])
    return done


def ask_now(source_id: UUID) -> int:
    """Have it asked by a worker at once."""
    return HistorySource.objects.filter(Q(pk=source_id) & ~Q(kind="file")).update(next_at=clock.now())


def seal(text: str, label: str) -> bytes:
    """A secret at rest; opens only under the same label (a source's name, or its webhook)."""
    return sealed.wrap(keys()[0], text.encode(), f"history:{label}")


def unsealed(data: bytes | memoryview | None, label: str) -> str:
    """The secret again, empty where there is none."""
    return "" if data is None else sealed.unwrap(keys(), bytes(data), f"history:{label}").decode()


def opened(source: HistorySource) -> str:
    """What a source lets us in with."""
    return unsealed(source.secret, source.name)
