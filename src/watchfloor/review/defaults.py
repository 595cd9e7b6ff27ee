"""The shipped queues and routing rules (``floor.toml``): what a fresh floor starts with; a team edits them afterwards."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from watchfloor.ledger.writer import Writer
from watchfloor.review.actions.queues import save_queue
from watchfloor.review.actions.routing_versions import save_routing
from watchfloor.review.models import Queue, RoutingTable

FILE = Path(__file__).with_name("floor.toml")


def install(w: Writer, file: Path = FILE) -> int:
    """Add the queues that are missing, and the routing table if there is none yet; returns how many rows were made.

    What a team has changed stays as they made it.
    """
    data = load(file)
    known = set(Queue.objects.values_list("key", flat=True))
    added = 0
    for position, queue in enumerate(data["queue"]):
        if queue["key"] not in known:
            save_queue(w, position=position, **queue)
            added += 1
    if not RoutingTable.objects.exists():
        save_routing(w, data["rule"], note="shipped with the program")
        added += 1
    return added


def load(file: Path = FILE) -> dict[str, Any]:
    """The file's queues (``queue``) and rules (``rule``)."""
    return tomllib.loads(file.read_text(encoding="utf-8"))
