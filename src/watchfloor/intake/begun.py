"""Rows that kill the process which works them: counted before the work, since afterwards there is nobody left to count.

That work on a row begins is committed by itself, ahead of the transaction that works it. A row that comes back with such a mark was in
work when a process ended in the middle. It may be innocent, one of a batch; so from then on it is worked alone, and what still
ends its process is put aside.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import Error, connection
from django.db.models import F

from watchfloor.intake.models import Spooled
from watchfloor.platform import config
from watchfloor.platform.shortage import is_shortage

PICKING = 0x57465042  # advisory lock: no other drain picks rows between the mark and the work


def deaths() -> int:
    """So many processes end with a row in work before it is put aside: at most the first of them with others in work, too.

    Ten by default: a machine that is restarted again and again in its first seconds must not put innocent rows aside.
    """
    return max(2, config.whole("WATCHFLOOR_ROW_DEATHS", 10))


def sentence() -> str:
    """Why a row was put aside."""
    return (
        f"The process that worked this row, or its connection to the database, ended in the middle of it {deaths()} times, the last "
        f"{deaths() - 1} times with no other row in work. Find out what ended it (memory? a crash in an extension?) before you "
        "replay the row."
    )


def together(rows: Sequence[Spooled]) -> list[Spooled]:
    """The first rows that may be worked in one transaction: those before the first with a mark, or that one alone."""
    for place, row in enumerate(rows):
        if row.begun:
            return list(rows[: place or 1])
    return list(rows)


def mark(rows: Sequence[Spooled]) -> None:
    """Note that work on these rows begins; to be committed before it does."""
    with connection.cursor() as cursor:  # it must outlive the process, not the machine
        cursor.execute("SET LOCAL synchronous_commit = off")
    Spooled.objects.filter(pk__in=[row.pk for row in rows]).update(begun=F("begun") + 1)


def unmark(rows: Sequence[Spooled]) -> None:
    """They were not worked after all, and the process lives."""
    Spooled.objects.filter(pk__in=[row.pk for row in rows], begun__gt=0).update(begun=F("begun") - 1)


@contextmanager
def innocent_of_shortage(rows: Sequence[Spooled]) -> Iterator[None]:
    """Around the transaction that works marked rows: when it ends because the machine ran out of something, the marks go again.

    Without that a disk that is full for an hour would put innocent rows aside. Where even that cannot be written, the marks stay.
    """
    try:
        yield
    except Exception as problem:
        if is_shortage(problem) and not connection.in_atomic_block:
            with contextlib.suppress(Error):
                unmark(rows)
        raise


def guilty(row: Spooled) -> bool:
    """Whether a row just marked has ended too many processes before."""
    return row.begun > deaths()


@contextmanager
def alone() -> Iterator[Callable[[], None]]:
    """No other drain picks rows until the function given is called: once these are locked for the work."""
    held = True

    def release() -> None:
        nonlocal held
        if held:
            held = False
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [PICKING])

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [PICKING])
    try:
        yield release
    except BaseException:
        if held and not connection.in_atomic_block:
            connection.close()  # whatever state it is in, the lock goes with it
        raise
    release()
