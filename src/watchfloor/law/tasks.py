"""Loops of the law: clocks follow the ledger and are watched, holds end, erasures are done, retention runs once a day."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.law import documents, follow, keeping, retention, watching
from watchfloor.law.erasing import runs
from watchfloor.law.models import Document, Erasure, RetentionRun
from watchfloor.ledger.writer import writing
from watchfloor.platform.loops import loop

log = logging.getLogger(__name__)
_UNABLE = threading.Event()
DAILY = timedelta(hours=24)


@loop("law.follow", idle=0.5)
def follow_ledger() -> int:
    """What happened starts and stops legal clocks."""
    return follow.follow()


@loop("law.watch", idle=1.0)
def watch() -> int:
    """Warn of legal deadlines, say which were missed, page on-call."""
    return watching.watch()


@loop("law.holds", idle=60.0)
def holds() -> int:
    """Legal holds whose end has come."""
    with writing(system("holds")) as w:
        return keeping.lift_over(w)


@loop("law.erase", idle=2.0)
def erase() -> int:
    """Erase persons for whom two people have agreed."""
    return runs.run_due()


@loop("law.scrub", idle=60.0)
def scrub() -> int:
    """An hour after an erasure the database's files are rewritten, for all that came together in that time."""
    waiting = Erasure.objects.filter(state=Erasure.State.ERASED).order_by("erased_at").first()
    if waiting is None or waiting.erased_at is None or waiting.erased_at > clock.now() - timedelta(hours=1):
        return 0
    if _UNABLE.is_set():
        return 0
    try:
        return runs.scrub()
    except Conflict as refused:  # said once by each process, not every minute
        _UNABLE.set()
        log.warning("%s %s", refused.message, refused.hint)
        return 0


@loop("law.retention", idle=300.0)
def retain() -> int:
    """Once a day what is older than its rule allows goes, if it is not on hold."""
    if not Document.objects.filter(kind=documents.RETENTION, state=Document.State.LIVE).exists():
        return 0
    last = RetentionRun.objects.filter(preview=False).order_by("-at").first()
    if last is not None and last.at > clock.now() - DAILY:
        return 0
    retention.run(preview=False)
    return 0
