# ruff: noqa: N802 - names and arguments are those of the rule language
"""Functions on lists."""

from __future__ import annotations

from typing import Any

from watchfloor.engines.sml.function import Cost, Undefined, function


@function(category="lists", total=True)
def ListLength(list: list[Any]) -> int:
    """The number of items."""
    return len(list)


@function(category="lists")
def ListRead(list: list[Any], index: int = 0) -> str:
    """One item, as a text; undefined where the list is shorter.

    Args:
        index: which, from 0; -1 is the last.
    """
    try:
        return str(list[index])
    except IndexError:
        raise Undefined from None


@function(category="lists", cost=Cost.TEXT)
def ListSort(list: list[Any], reverse: bool = False) -> list[Any]:
    """The items in order.

    Args:
        list: texts or numbers.
        reverse: the largest first.
    """
    return sorted(list, reverse=reverse)
