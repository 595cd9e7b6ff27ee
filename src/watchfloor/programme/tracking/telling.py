"""Who is told of what happens to the work, by mail, once: who is named, who watches, who is given something, who has something due.

A letter is a row with a key of its own, made in the transaction of what it tells (or of the reminder): killed anywhere, it is owed once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer, writing
from watchfloor.programme.stakeholders import letters
from watchfloor.programme.stakeholders.models import Letter
from watchfloor.programme.tracking import readers
from watchfloor.programme.tracking.after import Change
from watchfloor.programme.tracking.domain import dues, reminding
from watchfloor.programme.tracking.domain.states import LIVE
from watchfloor.programme.tracking.models import Action, Initiative, Watch
from watchfloor.review.domain.calendars import Hours

BY = "system:programme"
TOLD = frozenset({"state", "due", "owner"})  # what watchers hear of; a mended title is no news


def tell_people(w: Writer, change: Change) -> None:
    """Registered with ``after``: mail for who is named, who is given it, who watches it; never for who did it."""
    row: Action | Initiative | None = change.action or change.initiative
    if row is None:
        return
    now, done = clock.now(), {_person(w.actor)}
    if change.comment is not None:
        for who in change.comment.mentions:
            if who not in done:
                done.add(who)
                _write(w, who, f"mention:{change.comment.pk}:{who}", "mention", row, change.comment.text)
    elif (
        row.owner not in done
        and row.owner is not None
        and (change.what in ("added", "begun") or "owner" in change.fields)
    ):
        done.add(row.owner)
        _write(w, row.owner, f"given:{row.pk}:{row.owner}:{now.isoformat()}", "watch", row, "", given=True)
    news = change.comment is not None or bool(TOLD & set(change.fields)) or change.what == "added"
    if not news or change.what == "begun":
        return
    watching = _watching(change) - done
    if not watching:
        return
    readable = readers.names(row)
    for who in sorted(watching & set(readable), key=str):
        mark = change.comment.pk if change.comment is not None else now.isoformat()
        said = change.comment.text if change.comment is not None else ""
        _write(w, who, f"watch:{row.pk}:{mark}:{who}", "watch", row, said, change=change)


def remind(limit: int = 200) -> int:
    """Owe a reminder for each action that is due soon or late, once for each due time; returns how many were owed now."""
    now, done = clock.now(), 0
    rows = Action.objects.filter(
        state__in=LIVE, owner__isnull=False, due__gt=now - reminding.LOOK_BACK, due__lte=now + reminding.LOOK_AHEAD
    ).select_related("initiative")
    zones = dict(User.objects.filter(pk__in=rows.values("owner")).values_list("pk", "time_zone"))
    wanted: dict[str, tuple[str, Action]] = {}
    for row in rows.order_by("due"):
        if row.due is None or row.owner not in zones:
            continue
        why = reminding.cause(
            row.due, now, hours_of(zones[row.owner] or (row.initiative.zone if row.initiative else "UTC"))
        )
        if why:
            wanted[f"{why}:{row.pk}:{row.owner}:{row.due.isoformat()}"] = (why, row)
    known = set(Letter.objects.filter(key__in=wanted).values_list("key", flat=True))
    for key in [each for each in wanted if each not in known][:limit]:
        why, row = wanted[key]
        assert row.owner is not None
        with writing(BY) as w:
            done += _write(w, row.owner, key, why, row, "")
    return done


@lru_cache(64)
def hours_of(zone: str) -> Hours:
    """Working time where the house has no calendar of its own: Monday to Friday, nine to five by the clock of ``zone``."""
    return Hours(dues.plain_calendar(zone))


def _write(
    w: Writer,
    who: UUID,
    key: str,
    cause: str,
    row: Action | Initiative,
    said: str,
    *,
    given: bool = False,
    change: Change | None = None,
) -> int:
    user = User.objects.filter(pk=who, is_active=True).first()
    if user is None:
        return 0
    path = f"/programme/{'actions' if isinstance(row, Action) else 'initiatives'}/{row.pk}"
    with as_seen_by(user):
        subject = _subject(cause, given) % {"title": row.title}
        lines = [said] if said else []
        lines += _lines(change) if change is not None else []
        due = row.due if isinstance(row, Action) else None
        if due is not None:
            lines.append(_("Due: %(when)s") % {"when": when(due)})
        if isinstance(row, Action) and row.initiative is not None:
            lines.append(_("Part of: %(title)s") % {"title": row.initiative.title})
        made = letters.write(
            w, key, cause=cause, person=who, subject=subject, text="\n".join([subject, "", *lines]), path=path
        )
    return int(made is not None)


def _subject(cause: str, given: bool) -> str:
    if given:
        return _("You own this now: %(title)s")
    return {
        "soon": _("Due soon: %(title)s"), "late": _("Late: %(title)s"), "mention": _("You are named: %(title)s"),
    }.get(cause, _("News of: %(title)s"))  # fmt: skip


def _lines(change: Change) -> list[str]:
    lines = []
    if "state" in change.fields:
        lines.append(_("Now: %(state)s") % {"state": state_words().get(change.fields["state"][1], "")})
    if "due" in change.fields and change.fields["due"][0] is not None:
        lines.append(_("It was due: %(when)s") % {"when": when(change.fields["due"][0])})
    if change.why:
        lines.append(_("Why: %(why)s") % {"why": change.why})
    return lines


def state_words() -> dict[str, str]:
    """States as people read them."""
    return {
        "open": _("To do"), "doing": _("Doing"), "done": _("Done"), "dropped": _("Dropped"), "planned": _("Planned"),
        "running": _("Running"), "paused": _("Paused"),
    }  # fmt: skip


def when(at: datetime) -> str:
    """A moment by the clock that is set: ``Tue 24 Nov 2026, 14:00 CET``."""
    here = timezone.localtime(at)
    return f"{date_format(here, 'D j M Y')}, {here:%H:%M} {here.tzname() or ''}".strip()


@contextmanager
def as_seen_by(user: User) -> Iterator[None]:
    """Words and times as a person reads them."""
    with translation.override(user.language or "en"), timezone.override(dues.zone_of(user.time_zone or "UTC")):
        yield


def _watching(change: Change) -> set[UUID]:
    abouts = []
    if change.action is not None:
        abouts.append(f"action:{change.action.pk}")
    if change.initiative is not None:
        abouts.append(f"initiative:{change.initiative.pk}")
    found = set(Watch.objects.filter(about__in=abouts, on=True).values_list("person", flat=True))
    own = change.action.owner if change.action is not None else change.initiative.owner if change.initiative else None
    return found | ({own} if own is not None else set())


def _person(actor: str) -> UUID | None:
    kind, _sep, name = actor.partition(":")
    try:
        return UUID(name) if kind == "user" else None
    except ValueError:
        return None
