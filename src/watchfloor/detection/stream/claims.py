"""Who works which partition: PostgreSQL's session locks say it, so nothing expires, and a worker that dies lets go at once.

Each worker holds a shared lock that makes it countable and one exclusive lock per partition, all on the very connection on which
it commits effects: who has lost its locks has lost its connection, too, and cannot commit as if it had them. Needs a connection of its
own per worker (no pooler in transaction mode between).
"""

from __future__ import annotations

import zlib
from collections.abc import Collection

from django.db import connection

from watchfloor.detection.stream.partitions import fair_share

_COUNT = """
SELECT count(DISTINCT pid) FROM pg_locks
WHERE locktype = 'advisory' AND classid = %s AND objid = 0 AND objsubid = 2 AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def partitions_key(stream: str) -> int:
    """The first half of the advisory lock on a partition; the other half is its number."""
    return zlib.crc32(f"watchfloor.stream.partitions.{stream}".encode()) & 0x7FFFFFFF


class Claims:
    """The partitions of one worker.

    Args:
        stream: the stream's name; workers of another one are nobody's business.
        count: how many partitions there are.
        only: take exactly these and leave balance to whoever chose them; None shares all fairly.
    """

    def __init__(self, stream: str, count: int, only: Collection[int] | None = None) -> None:
        self._count, self._only = count, frozenset(only) if only is not None else None
        self._members = zlib.crc32(f"watchfloor.stream.members.{stream}".encode()) & 0x7FFFFFFF
        self._partitions = partitions_key(stream)
        self._session = 0
        self.held: set[int] = set()

    def balance(self) -> None:
        """Give up what is more than our share, take what is free up to it. ``held`` is true afterwards."""
        with connection.cursor() as cursor:
            if self._backend() != self._session:  # a new connection holds nothing
                self.held.clear()
                if self._only is None:
                    cursor.execute("SELECT pg_advisory_lock_shared(%s, 0)", [self._members])
                self._session = self._backend()
            wanted = sorted(self._only if self._only is not None else range(self._count))
            share = len(wanted)
            if self._only is None:
                cursor.execute(_COUNT, [self._members])
                share = fair_share(self._count, int(cursor.fetchone()[0]))
            for partition in sorted(self.held, reverse=True)[: max(0, len(self.held) - share)]:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [self._partitions, partition])
                self.held.discard(partition)
            for partition in self._from_ours(wanted):
                if len(self.held) >= share:
                    break
                if partition not in self.held:
                    cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [self._partitions, partition])
                    if cursor.fetchone()[0]:
                        self.held.add(partition)

    def over(self) -> set[int]:
        """What the next ``balance`` would give up; looked at first, so that work on it is ended before its lock is."""
        if self._only is not None or self._backend() != self._session:
            return set() if self._backend() == self._session else set(self.held)
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [self._members])
            share = fair_share(self._count, int(cursor.fetchone()[0]))
        return set(sorted(self.held, reverse=True)[: max(0, len(self.held) - share)])

    def leave(self) -> None:
        """Give up everything."""
        if self._backend() == self._session and self._session:
            with connection.cursor() as cursor:
                for partition in sorted(self.held):
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [self._partitions, partition])
                if self._only is None:
                    cursor.execute("SELECT pg_advisory_unlock_shared(%s, 0)", [self._members])
        self.held.clear()
        self._session = 0

    def _from_ours(self, wanted: list[int]) -> list[int]:
        """Each worker begins its search at another place, so that they do not all ask for the same."""
        start = self._session % max(1, len(wanted))
        return wanted[start:] + wanted[:start]

    @staticmethod
    def _backend() -> int:
        connection.ensure_connection()
        return int(connection.connection.info.backend_pid)
