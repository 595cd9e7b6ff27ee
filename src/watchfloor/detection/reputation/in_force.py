"""The restrictions in force, ready to be asked: read again as soon as one changed, at most once a second."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from django.db.models import Count, Max, Q

from watchfloor.detection.lists_in_force import LISTS
from watchfloor.detection.reputation.domain.matching import Matcher, Row
from watchfloor.detection.reputation.models import Restriction
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.kernel.remembered import Remembered

log = logging.getLogger(__name__)
_lock = threading.Lock()
_made: tuple[object, Matcher] | None = None


def matcher() -> Matcher:
    """What is in force, looked at once a second."""
    return _with(_mark())


def kept() -> Matcher:
    """As it was when somebody last looked; nothing is asked of the database, but for the first time."""
    made = _made
    return made[1] if made is not None else look()


def look() -> Matcher:
    """What is in force now."""
    return _with(_read())


def _with(mark: object) -> Matcher:
    global _made
    with _lock:
        if _made is None or _made[0] != mark:
            _made = (mark, Matcher([row_of(each) for each in live()], listed))
        return _made[1]


def forget() -> None:
    """Look again at the next question."""
    _mark.forget()


def live() -> list[Restriction]:
    """The restrictions that hold now."""
    rows = Restriction.objects.filter(state=Restriction.State.ON)
    return list(rows.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now())))


def row_of(row: Restriction) -> Row:
    """As it is asked."""
    return Row(
        id=str(row.pk), subject=row.subject, value=row.value, actions=frozenset(row.actions), effect=row.effect, limit=row.limit,
        window=row.window, per=row.per, policy=row.policy_key, ends=row.expires_at,
    )  # fmt: skip


def listed(name: str, address: str, at: datetime) -> bool:
    """Whether the list of domains has an e-mail address's domain; a list that is not there has none."""
    try:
        return LISTS.table(name).find(address, at) is not None
    except NotFound:
        return False


def _read() -> object:
    on = Restriction.objects.filter(state=Restriction.State.ON)
    return tuple(sorted(on.aggregate(n=Count("pk"), at=Max("changed_at"), v=Max("version")).items()))


_mark: Remembered[object] = Remembered(_read, seconds=1.0)
