"""Who makes a suggestion of a policy that is read differently. Quality keeps none: a context above registers."""

from __future__ import annotations

from collections.abc import Callable

from watchfloor.identity.domain import Actor
from watchfloor.quality.queries.figures import Unclear

Suggest = Callable[[Actor, Unclear, int], str]  # of how many days; the address at which it stands
May = Callable[[Actor], bool]

_by: list[tuple[Suggest, May]] = []


def suggest_by(function: Suggest, may: May) -> None:
    """Register who makes one, and who may (in an app's ``ready``)."""
    _by[:] = [(function, may)]


def can_suggest(actor: Actor) -> bool:
    """Whether somebody keeps suggestions here and this person may make one."""
    return any(may(actor) for _, may in _by)


def suggest(actor: Actor, row: Unclear, days: int) -> str:
    """Make a suggestion with these counts; its address."""
    return _by[0][0](actor, row, days)
