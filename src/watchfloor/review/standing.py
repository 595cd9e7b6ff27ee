"""Who speaks with standing, by the registers a part above keeps: a reporter's kind is what the register says, where it knows them.

def standing(kind, reporter) -> str: ...     # standing.register(standing), when the program starts
"""

from __future__ import annotations

from collections.abc import Callable

Judge = Callable[[str, str], str]
_judges: list[Judge] = []


def register(judge: Judge) -> Judge:
    """Hand in a function that gives the kind a reporter counts as."""
    if judge not in _judges:
        _judges.append(judge)
    return judge


def of(kind: str, reporter: str) -> str:
    """The kind this reporter counts as: the claimed one, unless a register knows better."""
    for judge in _judges:
        kind = judge(kind, reporter)
    return kind
