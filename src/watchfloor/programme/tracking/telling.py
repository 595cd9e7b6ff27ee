"""Who is told of what happens to the work, by mail, once: who is named, who watches, who is given something.

A letter is a row with a key of its own, made in the transaction of what it tells: killed anywhere, it is owed once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.programme.stakeholders import letters
from watchfloor.programme.tracking import readers
from watchfloor.programme.tracking.after import Change
from watchfloor.programme.tracking.domain import dues
from watchfloor.programme.tracking.models import Action, Initiative, Watch

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
    action = row if isinstance(row, Action) else None
    return write(
        w, who, key, cause, title=row.title, path=f"/programme/{'actions' if action else 'initiatives'}/{row.pk}", said=said,
        due=action.due if action else None, part_of=action.initiative.title if action and action.initiative else "", given=given,
        change=change,
    )  # fmt: skip


def write(
    w: Writer,
    who: UUID,
    key: str,
    cause: str,
    *,
    title: str,
    path: str,
    said: str = "",
    due: datetime | None = None,
    part_of: str = "",
    given: bool = False,
    change: Change | None = None,
) -> int:
    """Owe a letter to a person in their own language and by their own clock; 0 when it is owed already."""
    user = User.objects.filter(pk=who, is_active=True).first()
    if user is None:
        return 0
    with as_seen_by(user):
        subject = _subject(cause, given) % {"title": title}
        lines = [said] if said else []
        lines += _lines(change) if change is not None else []
        if due is not None:
            lines.append(_("Due: %(when)s") % {"when": when(due)})
        if part_of:
            lines.append(_("Part of: %(title)s") % {"title": part_of})
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
