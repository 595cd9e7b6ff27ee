"""How many database connections a process of each role may hold, as Django's pool settings.

A worker runs some hundred loops in threads of their own; with a connection each, two workers would be more than a stock PostgreSQL lets
in. From a pool a loop borrows one for as long as it has something to do. Roles that hold partitions by session locks (rules workers)
or keep one connection a stream (stream workers) have no pool, and neither have commands.
"""

from __future__ import annotations

import os
from typing import Any

from watchfloor.kernel.errors import BadInput
from watchfloor.platform import config

# role -> (its setting, most connections of one process, seconds to wait for one)
ROLES: dict[str, tuple[str, int, float]] = {
    "web": ("WATCHFLOOR_POOL", 24, 10),
    "media": ("WATCHFLOOR_POOL_MEDIA", 8, 10),
    "worker": ("WATCHFLOOR_POOL_WORKER", 32, 60),
    "scheduler": ("WATCHFLOOR_POOL_SCHEDULER", 24, 60),
}
# A burst opens connections, and taken in turn each would soon have met every loop's tables, which the database's process behind it
# remembers (tens of MB): one that was not needed for so long is closed, and each is opened anew now and then.
IDLE, LIFE = 20.0, 900.0  # seconds
LEAST = {"worker": 8, "scheduler": 8}  # below it loops that take long would hold up those that must not wait


def size(role: str) -> int:
    """The most connections of one process of ``role``."""
    name, usual, _ = ROLES[role]
    value = os.environ.get(name, "").strip() or str(usual)
    least = LEAST.get(role, 1)
    if not value.isdecimal() or int(value) < least:
        raise BadInput(
            "bad_setting", f"{name}={value!r} is not a number of connections.", where=name, hint=f"{least} or more."
        )
    return int(value)


def options(role: str) -> dict[str, Any] | None:
    """What Django gives to ``psycopg_pool``; None where the role has no pool."""
    if role not in ROLES:
        return None
    most = size(role)
    if role == "worker" and os.environ.get("WATCHFLOOR_STREAMS", "on") not in {"off", "apart"}:
        most += config.whole("WATCHFLOOR_STREAMS_AT_ONCE", 4)  # each stream that is read here keeps one
    found: dict[str, Any] = {"min_size": min(2, most), "max_size": most, "timeout": ROLES[role][2]}
    if role in LEAST:
        found |= {"reset": _unlock, "max_idle": IDLE, "max_lifetime": LIFE}
    return found


def _unlock(connection: Any) -> None:
    """A loop that failed may have left a session lock behind; with a connection of its own it would have gone with that."""
    connection.execute("SELECT pg_advisory_unlock_all()")
