"""A review is composed: its blocks filled, their numbers frozen as facts, its first version kept, all in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import Writer, writing
from watchfloor.programme.facts import actions as facts
from watchfloor.programme.facts import rights
from watchfloor.programme.forms import plain
from watchfloor.programme.reviews import access, blocks, composing, templates
from watchfloor.programme.reviews.composing import Filled
from watchfloor.programme.reviews.domain import spans
from watchfloor.programme.reviews.domain.document import Block, Document, check
from watchfloor.programme.reviews.events import ReviewComposed, ReviewKept
from watchfloor.programme.reviews.models import Review, ReviewVersion
from watchfloor.vendors import access as vendors


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be composed. Without a span it is the last whole day, week or month of the template, by ``zone``.

    ``blocks``: instead of the template's. ``origin``: person | schedule | morning.
    """

    template: str
    start: datetime | None = None
    end: datetime | None = None
    vendor: str = ""
    about: str = ""
    title: str = ""
    zone: str = "UTC"
    language: str = "en"
    blocks: tuple[Block, ...] = ()
    origin: str = "person"


def compose(actor: Actor, wanted: Wanted) -> Review | None:
    """A review that wrote itself, as its first version; None where a morning's review is there already.

    Raises:
        Forbidden: the actor may not write reviews, or may see no numbers.
        NotFound: a vendor that is none of theirs.
        BadInput: an unknown template, zone or language, or a vendor where there must be one (or none).
    """
    row = _begun(actor, wanted)
    asked = wanted.blocks or templates.one(wanted.template).blocks
    with translation.override(row.language), timezone.override(ZoneInfo(row.zone)):
        named = [msgspec.structs.replace(block, title=_(block.title) if block.title else "") for block in asked]
        made = composing.fill(composing.context_of(actor, row), named)
    try:
        return _written(actor, row, made)
    except _Twice:
        return None


def _written(actor: Actor, row: Review, made: Sequence[Filled]) -> Review:
    with writing(actor) as w:
        values = {name: getattr(row, name) for name in _COPIED}
        document = _kept(w, actor, row, made)
        found = w.create_unless_known(Review, id=row.pk, document=document, **values)
        if found is None:
            raise _Twice
        w.create(
            ReviewVersion,
            review=found,
            number=1,
            title=found.title,
            document=document,
            saved_by=str(actor),
            saved_at=found.made_at,
        )
        count = sum(len(each.read) for each in made)
        w.event(ReviewComposed(template=found.template, blocks=len(made), facts=count, vendor=found.vendor_key), found)
    return found


_COPIED = (
    "template", "title", "vendor_key", "about", "starts_at", "ends_at", "zone", "language", "origin", "rights", "made_by", "made_at",
    "changed_by", "changed_at",
)  # fmt: skip


def filled(actor: Actor, row: Review, wanted: Sequence[Block]) -> list[Block]:
    """Blocks of a review filled now, their numbers frozen; for a draft, so the review itself does not change."""
    with translation.override(row.language), timezone.override(ZoneInfo(row.zone)):
        made = composing.fill(composing.context_of(actor, row), wanted)
    with writing(actor) as w:
        return list(_documented(w, actor, row, made).blocks)


def refresh(actor: Actor, row: Review) -> Review:
    """The same review read anew: numbers, sentences and lists of now beside the texts people wrote; a further version."""
    if not access.may_write(actor, row):
        raise Forbidden("not_yours", "You may read this review, but not change it.")
    document = msgspec.convert(row.document, Document)
    with translation.override(row.language), timezone.override(ZoneInfo(row.zone)):
        made = composing.fill(composing.context_of(actor, row), document.blocks)
    with writing(actor) as w:
        held = Review.objects.select_for_update().get(pk=row.pk)
        body = _kept(w, actor, held, made)
        number, now = held.version + 1, clock.now()
        w.update(
            held,
            document=body,
            version=number,
            changed_by=str(actor),
            changed_at=now,
            rights=msgspec.to_builtins(rights.reaches(actor)),
        )
        w.create(
            ReviewVersion,
            review=held,
            number=number,
            title=held.title,
            document=body,
            saved_by=str(actor),
            saved_at=now,
        )
        w.event(ReviewKept(number=number, blocks=len(made)), held)
    return held


def _begun(actor: Actor, wanted: Wanted) -> Review:
    """The row as it will be, checked; not kept yet."""
    template = templates.one(wanted.template)
    if not (actor.all_powerful or actor.has(access.EDIT)):
        raise Forbidden("no_permission", "Your roles do not include writing reviews.", hint="It needs programme.edit.")
    zone = _zone(wanted.zone)
    if wanted.language not in dict(settings.LANGUAGES):
        raise BadInput("unknown_language", f"{wanted.language[:12]!r} is no language of this floor.", where="language")
    if template.vendor != bool(wanted.vendor):
        words = (
            "Choose the vendor this review is about."
            if template.vendor
            else "This review is about the whole floor, not one vendor."
        )
        raise BadInput("vendor", words, where="vendor")
    side = vendors.side(actor, wanted.vendor, vendors.VIEW) if wanted.vendor else None
    now = clock.now()
    start, end = (
        (wanted.start, wanted.end) if wanted.start and wanted.end else spans.last_whole(now, template.every, zone)
    )
    if end <= start:
        raise BadInput("empty_span", "The span ends before it starts.", where="end", hint="Choose a later end.")
    with translation.override(wanted.language), timezone.override(zone):
        title = plain(wanted.title, 161) or _title(template, start, end, side.vendor.name if side else "")
    if len(title) > 160:
        raise BadInput("too_long", "A title has at most 160 characters.", where="title")
    check(Document(blocks=wanted.blocks), blocks.kinds())
    return Review(
        id=new_id(), template=template.key, title=title, vendor_key=wanted.vendor, about=plain(wanted.about, 120),
        starts_at=start, ends_at=end,
        zone=str(zone), language=wanted.language, origin=wanted.origin, rights=msgspec.to_builtins(rights.reaches(actor)),
        made_by=str(actor), made_at=now, changed_by=str(actor), changed_at=now,
    )  # fmt: skip


def _title(template: templates.Template, start: datetime, end: datetime, vendor: str) -> str:
    first, last = timezone.localtime(start), timezone.localtime(end - timedelta(seconds=1))
    if template.every == "day":
        span = date_format(first, "j F Y")
    elif template.every == "month" and first.day == 1:
        span = date_format(first, "F Y")
    else:
        span = f"{date_format(first, 'j M')} – {date_format(last, 'j M Y')}"
    return ": ".join(filter(None, (_(template.title), vendor, span)))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput("unknown_zone", "There is no such time zone.", where="zone", hint="Europe/Madrid") from None


def _documented(w: Writer, actor: Actor, row: Review, made: Sequence[Filled]) -> Document:
    found = []
    for each in made:
        names = [
            str(facts.keep(w, actor, read, title, about=f"review:{row.pk}").pk)
            for read, title in zip(each.read, each.titles, strict=True)
        ]
        found.append(msgspec.structs.replace(each.block, facts=tuple(names) if each.read else each.block.facts))
    return Document(blocks=tuple(found))


def _kept(w: Writer, actor: Actor, row: Review, made: Sequence[Filled]) -> dict[str, object]:
    body: dict[str, object] = msgspec.to_builtins(check(_documented(w, actor, row, made), blocks.kinds()))
    return body


class _Twice(Exception):
    """Another process composed this morning's review: what was read here is rolled back."""
