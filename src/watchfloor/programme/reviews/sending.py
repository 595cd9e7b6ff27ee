"""Reviews that compose themselves: what is due is claimed once, made with its owner's rights, and sent under one id.

A run is a row unique for its schedule and moment, made in the transaction that moves the schedule on: killed anywhere, it is made once.
Its id is the mail's Message-ID, so a second try after a crash is the same mail of the same review.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for
from watchfloor.insight.boards.domain.cadence import EVERY, next_due
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound, WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.programme.reviews import access, actions, exports, letters, templates
from watchfloor.programme.reviews.actions import Wanted
from watchfloor.programme.reviews.domain.document import Block
from watchfloor.programme.reviews.domain.spans import last_whole
from watchfloor.programme.reviews.events import (
    ReviewRunClaimed,
    ReviewRunDone,
    ReviewScheduled,
    ReviewScheduleStopped,
)
from watchfloor.programme.reviews.models import Review, ReviewRun, ReviewSchedule
from watchfloor.vendors import access as vendors

LEASE: Final = timedelta(minutes=15)  # after so long a try that said nothing is taken for dead
AGAIN: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
BY: Final = "system:reviews"
MOST_ADDRESSES: Final = 20


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule as somebody asks for it. ``addresses``: one a line; nobody: the review only appears among the others."""

    template: str
    vendor: str = ""
    addresses: str = ""
    format: str = "pptx"
    publish: bool = False
    every: str = "monday"
    minute: int = 480
    zone: str = "UTC"
    language: str = "en"
    blocks: tuple[Block, ...] = ()


def listed(actor: Actor) -> QuerySet[ReviewSchedule]:
    """One's own schedules; those of who approves in Programme are everyone's."""
    rows = ReviewSchedule.objects.filter(archived_at__isnull=True).order_by("made_at")
    if actor.all_powerful or actor.has("programme.approve"):
        allowed = vendors.rows(actor, "vendor_key", vendors.VIEW)
        return rows.filter(allowed | Q(vendor_key="")) if allowed else rows
    return rows.filter(owner=UUID(actor.id)) if actor.kind == "user" else rows.none()


def save(actor: Actor, asked: Planned) -> ReviewSchedule:
    """A review is composed by itself from now on.

    Raises:
        BadInput: a rhythm, time, zone or address that is none.
        Forbidden: not for who may not write reviews.
    """
    if actor.kind != "user" or not actor.has(access.EDIT):
        raise Forbidden("no_permission", "Your roles do not include writing reviews.", hint="It needs programme.edit.")
    template = templates.one(asked.template)
    if template.vendor != bool(asked.vendor):
        words = (
            _("Choose the vendor this review is about.")
            if template.vendor
            else _("This review is about the whole floor.")
        )
        raise BadInput("vendor", words, where="vendor")
    if asked.vendor:
        vendors.side(actor, asked.vendor, vendors.VIEW)
    addresses = _addresses(asked)
    now = clock.now()
    with writing(actor) as w:
        row = w.create(
            ReviewSchedule, template=template.key, vendor_key=asked.vendor, owner=UUID(actor.id),
            blocks=msgspec.to_builtins(_bare(asked.blocks)), addresses="\n".join(addresses), format=asked.format, publish=asked.publish,
            every=asked.every, minute=asked.minute, zone=asked.zone, language=asked.language,
            next_at=next_due(now, asked.every, asked.minute, ZoneInfo(asked.zone)), made_at=now,
        )  # fmt: skip
        w.event(ReviewScheduled(template=template.key, every=asked.every), row)
    return row


def stop(actor: Actor, schedule_id: UUID) -> None:
    """End a schedule by hand."""
    row = listed(actor).filter(pk=schedule_id).first()
    if row is None:
        raise NotFound("no_schedule", "There is no such schedule.")
    with writing(actor) as w:
        w.update(row, next_at=None, archived_at=clock.now())
        w.event(ReviewScheduleStopped(because="by hand"), row)


def work(limit: int = 2) -> int:
    """Claim what is due and make what is claimed; returns how much was done. Several processes may do it at once."""
    return _claim_due(limit) + _make_claimed(limit)


def _bare(blocks: tuple[Block, ...]) -> list[Block]:
    """Blocks as they are asked for, without what they said."""
    return [Block(id=each.id, kind=each.kind, title=each.title, spec=each.spec) for each in blocks]


def _addresses(asked: Planned) -> list[str]:
    if asked.every not in EVERY:
        raise BadInput("unknown_cadence", f"{asked.every[:20]!r} is no rhythm.", where="every", hint=", ".join(EVERY))
    if not 0 <= asked.minute < 24 * 60:
        raise BadInput("bad_time", _("That is no time of the day."), where="time")
    if asked.format not in exports.TYPES:
        raise BadInput(
            "unknown_format", f"{asked.format[:10]!r} is no format.", where="format", hint=", ".join(exports.TYPES)
        )
    try:
        ZoneInfo(asked.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput("unknown_zone", _("There is no such time zone."), where="zone", hint="Europe/Madrid") from None
    found = list(dict.fromkeys(asked.addresses.replace(",", " ").split()))
    if len(found) > MOST_ADDRESSES:
        raise BadInput("too_many", _("At most %(num)s addresses.") % {"num": MOST_ADDRESSES}, where="addresses")
    for each in found:
        try:
            validate_email(each)
        except ValidationError:
            raise BadInput(
                "bad_address", _("%(address)s is no e-mail address.") % {"address": each[:80]}, where="addresses"
            ) from None
    return found


def _claim_due(limit: int) -> int:
    now = clock.now()
    with writing(BY) as w:
        due = list(
            ReviewSchedule.objects.select_for_update(skip_locked=True)
            .filter(next_at__lte=now, archived_at__isnull=True)
            .order_by("next_at")[:limit]
        )
        for row in due:
            at = row.next_at
            w.update(
                row, next_at=next_due(now, row.every, row.minute, ZoneInfo(row.zone))
            )  # what was missed is not made up for
            w.event(ReviewScheduled(template=row.template, every=row.every), row)
            made = w.create_unless_known(ReviewRun, schedule=row, due_at=at, try_at=at)
            if made is not None:
                w.event(ReviewRunClaimed(template=row.template), made)
    return len(due)


def _make_claimed(limit: int) -> int:
    done = 0
    for _number in range(limit):
        with writing(BY) as w:
            row = (
                ReviewRun.objects.select_for_update(skip_locked=True)
                .filter(state=ReviewRun.State.CLAIMED, try_at__lte=clock.now())
                .order_by("try_at")
                .first()
            )
            if row is None:
                return done
            w.update(row, tries=row.tries + 1, try_at=clock.now() + LEASE)
            w.event(ReviewRunDone(state="trying", tries=row.tries), row)
        _make(row)
        done += 1
    return done


def _make(row: ReviewRun) -> None:
    """Compose it if that was not done yet, publish, send; whatever goes wrong is written down in a sentence."""
    schedule = ReviewSchedule.objects.get(pk=row.schedule_id)
    owner = _owner(schedule)
    if isinstance(owner, str):
        _stopped(row, schedule, owner)
        return
    problem, final = "", False
    try:
        review = row.review or _composed(owner, schedule, row)
        if schedule.publish and not review.published:
            review = actions.publish(owner, review.pk)
        problem = letters.send(owner, schedule, row, review)
    except WatchfloorError as refused:
        problem, final = refused.message, True
    with writing(BY) as w:
        if not problem:
            w.update(row, state=ReviewRun.State.DONE, done_at=clock.now(), try_at=None, problem="")
        elif final or row.tries > len(AGAIN):
            w.update(row, state=ReviewRun.State.FAILED, done_at=clock.now(), try_at=None, problem=problem[:300])
        else:
            w.update(row, try_at=clock.now() + AGAIN[row.tries - 1], problem=problem[:300])
        w.event(ReviewRunDone(state=row.state, tries=row.tries), row)


def _composed(owner: Actor, schedule: ReviewSchedule, row: ReviewRun) -> Review:
    """The run's review; the run names it in the transaction that makes it, so it is made once."""
    with writing(BY) as w:
        held = ReviewRun.objects.select_for_update().get(pk=row.pk)
        if held.review_id is not None:
            row.review_id = held.review_id
            return Review.objects.get(pk=held.review_id)
        every = templates.one(schedule.template).every
        start, end = last_whole(
            row.due_at, every, ZoneInfo(schedule.zone)
        )  # the span of its moment, however late it is made
        wanted = Wanted(
            template=schedule.template, vendor=schedule.vendor_key, zone=schedule.zone, language=schedule.language, origin="schedule",
            blocks=msgspec.convert(schedule.blocks, tuple[Block, ...]), start=start, end=end,
        )  # fmt: skip
        review = actions.compose(owner, wanted)
        assert review is not None
        w.update(row, review=review)
        w.event(ReviewRunDone(state="composed", tries=row.tries), row)
    return review


def _owner(schedule: ReviewSchedule) -> Actor | str:
    """Who composes it, with the rights they have now; or a sentence why nobody does any more."""
    user = User.objects.filter(pk=schedule.owner, is_active=True).first()
    if user is None:
        return "Its owner has left."
    actor = actor_for(user)
    return actor if actor.has(access.EDIT) else "Its owner may no longer write reviews."


def _stopped(row: ReviewRun, schedule: ReviewSchedule, why: str) -> None:
    with writing(BY) as w:
        w.update(row, state=ReviewRun.State.FAILED, done_at=clock.now(), try_at=None, problem=why)
        w.event(ReviewRunDone(state=row.state, tries=row.tries), row)
        w.update(schedule, next_at=None, stopped_why=why)
        w.event(ReviewScheduleStopped(because=why), schedule)
