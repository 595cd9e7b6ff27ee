"""Who wants to know that a medium was given to somebody's screen. A restricted one goes into the ledger and the log of views first.

@on_view
def count(viewed: Viewed) -> None: ...
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from uuid import UUID

from watchfloor.identity import audit
from watchfloor.identity.domain import Actor
from watchfloor.items.media.contracts import Viewed
from watchfloor.items.media.events import MediaViewed
from watchfloor.kernel.ids import decode
from watchfloor.ledger.writer import writing

log = logging.getLogger(__name__)
Watcher = Callable[[Viewed], None]
_watchers: list[Watcher] = []
_lock = threading.Lock()
_told: dict[str, None] = {}  # signatures of addresses that were told of
_MOST = 20_000


def on_view(watcher: Watcher) -> Watcher:
    """Register (in an app's ``ready``); called once per signed address, in a thread of the media origin with a database connection."""
    if watcher not in _watchers:
        _watchers.append(watcher)
    return watcher


def tell(viewed: Viewed, actor: Actor, signature: str) -> None:
    """Say it once per address (a video is asked for in many ranges). An error of the log of restricted views stops the view."""
    with _lock:
        if signature in _told:
            return
    if viewed.clearance:
        media_id: UUID = decode("med", viewed.media_id)
        with writing(actor) as w:
            audit.record(actor, f"media:{media_id}", viewed.variant)
            event = MediaViewed(variant=viewed.variant, clearance=viewed.clearance)
            w.event(event, ("media", media_id), item_version=viewed.item_version)
    with _lock:
        _told[signature] = None
        if len(_told) > _MOST:
            del _told[next(iter(_told))]
    for watcher in list(_watchers):
        try:
            watcher(viewed)
        except Exception:
            log.exception("a watcher of views failed")
