"""Reviews that compose themselves, when a schedule says so, and go to its addresses (``insight.boards.standing`` keeps the clock)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.insight.boards.domain.cadence import next_due
from watchfloor.insight.boards.standing import Standing, check_rhythm
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
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
    return STANDING.work(limit)


def _bare(blocks: tuple[Block, ...]) -> list[Block]:
    """Blocks as they are asked for, without what they said."""
    return [Block(id=each.id, kind=each.kind, title=each.title, spec=each.spec) for each in blocks]


def _addresses(asked: Planned) -> list[str]:
    check_rhythm(asked.every, asked.minute, asked.zone)
    if asked.format not in exports.TYPES:
        raise BadInput(
            "unknown_format", f"{asked.format[:10]!r} is no format.", where="format", hint=", ".join(exports.TYPES)
        )
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


def _make(owner: Actor, schedule: ReviewSchedule, row: ReviewRun) -> tuple[str, bool]:
    """Compose it if that was not done yet, publish, send."""
    review = row.review or _composed(owner, schedule, row)
    if schedule.publish and not review.published:
        review = actions.publish(owner, review.pk)
    return letters.send(owner, schedule, row, review), False


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


STANDING: Final = Standing(
    by=BY, lease=timedelta(minutes=15), schedules=ReviewSchedule, runs=ReviewRun, done=ReviewRun.State.DONE,
    moved=lambda row: ReviewScheduled(template=row.template, every=row.every),
    claimed=lambda row, _test: ReviewRunClaimed(template=row.template),
    tried=lambda state, tries: ReviewRunDone(state=state, tries=tries), stopped=lambda why: ReviewScheduleStopped(because=why),
    may=lambda owner, _schedule: owner if owner.has(access.EDIT) else "Its owner may no longer write reviews.", make=_make,
)  # fmt: skip
