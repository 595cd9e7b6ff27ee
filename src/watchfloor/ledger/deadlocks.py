"""Transactions that waited for each other in a circle: PostgreSQL ends one of them, and that one simply begins again.

A report locks its item before its case; a decision locks the case before what it changes of the item and its author. Neither can
know beforehand all it will touch, so there is no order of locks that fits both, and a new beginning is the honest answer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected

F = TypeVar("F", bound=Callable[..., Any])
ATTEMPTS = 4


def is_deadlock(problem: BaseException) -> bool:
    """Was this transaction ended so that another could go on?"""
    return isinstance(problem, OperationalError) and isinstance(problem.__cause__, DeadlockDetected)


def begin_again(verb: F) -> F:
    """Decorator for a verb that is one transaction: run it again after a deadlock, up to ``ATTEMPTS`` times in all.

    Inside a caller's transaction it does nothing: only the outermost can begin again.
    """

    @functools.wraps(verb)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        for left in reversed(range(ATTEMPTS)):
            try:
                return verb(*args, **kwargs)
            except OperationalError as problem:
                if not left or connection.in_atomic_block or not is_deadlock(problem):
                    raise
        raise AssertionError("unreachable")

    return cast(F, wrapped)
