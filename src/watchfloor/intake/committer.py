"""Group commit: many requests, one fsync. A 202 leaves only after the commit that holds its rows.

Requests of one process put their rows into a queue; a thread with a connection of its own takes what is there (that many
more have come while the last commit was on its way), stores it in one statement and wakes the requests. No timer: under
little load a row waits for nobody. The never-shed lane has a queue, a thread and a connection for itself: its commits wait for no
batch of the ordinary one, whose queue is bounded; above the bound ordinary rows are refused at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from watchfloor.intake.rows import LANE_NEVER_SHED, Checked
from watchfloor.intake.store import Receipt, own_connection
from watchfloor.intake.writing import Lane, Waiter
from watchfloor.kernel.errors import Overloaded

PATIENCE = 20.0  # seconds after which a request is told that the database does not answer


class Committer:
    """The writers of one process.

    Args:
        connect: makes a connection; called in the writer's thread, again after a loss.
        max_rows, max_bytes: what may wait in the ordinary lane.
        group: False commits each row by itself (to measure what the group brings).
        writers: threads of the ordinary lane, each with a connection of its own.
        patience: seconds a request waits at most; a line to the database that has gone mute is cut then.
    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]] = own_connection,
        *,
        max_rows: int = 10_000,
        max_bytes: int = 64 * 1024 * 1024,
        group: bool = True,
        writers: int = 1,
        patience: float = PATIENCE,
    ) -> None:
        self._patience = patience
        self.urgent = Lane("urgent", connect, group=group, writers=1, patience=patience)
        self.ordinary = Lane(
            "writer", connect, group=group, writers=writers, patience=patience, most_rows=max_rows, most_bytes=max_bytes
        )

    async def submit(self, rows: Sequence[Checked]) -> list[Receipt]:
        """Store rows of one lane; returns when they are durable.

        Raises:
            Overloaded: nothing of them is stored (or, where the connection was lost in the act, sending them again with
                the same key is safe).
        """
        lane = self.urgent if rows[0].lane == LANE_NEVER_SHED else self.ordinary
        waiter = Waiter(rows)
        lane.put(waiter)
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(waiter.future)
        except TimeoutError:
            lane.give_up(waiter)
            raise Overloaded(
                "The database has not confirmed this in time; sending it again with the same key is safe.",
                retry_after=5,
            ) from None
        finally:
            waiter.future.add_done_callback(_heard)

    def close(self) -> None:
        """Store what waits, then end the threads."""
        for lane in (self.urgent, self.ordinary):
            lane.end()
        for lane in (self.urgent, self.ordinary):
            lane.join()


def _heard(future: asyncio.Future[list[Receipt]]) -> None:
    """Whoever gave up does not ask any more how it ended."""
    if not future.cancelled():
        future.exception()
