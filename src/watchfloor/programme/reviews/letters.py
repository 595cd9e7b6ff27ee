"""A review as a mail: its first sentences, a link, and the file; in the review's language and zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone, translation

from watchfloor.identity.domain import Actor
from watchfloor.insight.boards.exports import File
from watchfloor.kernel import ids
from watchfloor.kernel.errors import MissingExtra
from watchfloor.programme.reviews import exports, queries, shown
from watchfloor.programme.reviews.models import Review, ReviewRun, ReviewSchedule
from watchfloor.programme.reviews.shown import Shown

SENTENCES = 12


def send(owner: Actor, schedule: ReviewSchedule, run: ReviewRun, review: Review) -> str:
    """Send it; ``""`` when it went (or nobody is named), else why not."""
    to = schedule.addresses.split()
    if not to:
        return ""
    with translation.override(schedule.language), timezone.override(ZoneInfo(schedule.zone)):
        document, title, number = queries.read_by(owner, review)
        drawn = shown.of(owner, review, document, title=title, number=number)
        url = f"{settings.PUBLIC_URL}{reverse('programme-review', args=[ids.encode(queries.PREFIX, review.pk)])}"
        body = "\n".join([drawn.span, "", *sentences(drawn), "", url, "", drawn.source])
        headers = {"Message-ID": f"<review.{run.pk}@watchfloor>", "Auto-Submitted": "auto-generated"}
        message = EmailMultiAlternatives(title, body, settings.DEFAULT_FROM_EMAIL, bcc=to, headers=headers)
        made = _file(drawn, schedule.format)
        message.attach(made.name, made.body, made.type)
    try:
        message.send()
    except (OSError, ValueError) as problem:  # SMTP's own errors are OSErrors
        return f"{type(problem).__name__}: {problem}"[:300]
    return ""


def sentences(drawn: Shown) -> list[str]:
    """What the review says first."""
    found = [words for part in drawn.parts for words in (*part.said, *(each.title for each in part.entries[:2]))]
    return found[:SENTENCES]


def _file(drawn: Shown, kind: str) -> File:
    """As it was asked for; where the part that makes it is not installed, as a page."""
    try:
        return exports.make(drawn, kind)
    except MissingExtra:
        return exports.make(drawn, "html")
