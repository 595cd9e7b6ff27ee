"""A board as a mail or a webhook: a picture, each panel's sentence, a link; in the reader's language and zone, with the owner's rights."""

from __future__ import annotations

import base64
import os
from typing import Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from watchfloor.enforcement import sending as line
from watchfloor.identity.domain import Actor
from watchfloor.insight.boards import exports, keeping, looking, serving
from watchfloor.insight.boards.answers import Answer, answer
from watchfloor.insight.boards.drawing.picture import source_line
from watchfloor.insight.boards.models import Schedule, Sending
from watchfloor.kernel.errors import MissingExtra

GONE: Final = frozenset({400, 401, 403, 404, 410})  # trying again would not help
LARGEST: Final = 4_000_000  # bytes of a picture that goes with a webhook


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: ``picture`` as PNG, or as SVG where PNG cannot be made here."""

    name: str
    url: str
    lines: list[str]
    source: str
    picture: exports.File


def send(owner: Actor, schedule: Schedule, sending: Sending) -> tuple[str, bool]:
    """Make it and send it: ``("", False)`` when it arrived, else why not in a sentence and whether trying again is no use."""
    with translation.override(schedule.language), timezone.override(ZoneInfo(schedule.zone)):
        made = make(owner, schedule)
        return _mail(schedule, sending, made) if schedule.kind == "mail" else _webhook(schedule, sending, made)


def make(owner: Actor, schedule: Schedule) -> Made:
    """The board as its owner may see it now."""
    row = keeping.opened(owner, schedule.board_id)
    document, query = keeping.document_of(row), dict(parse_qsl(schedule.query))
    look = looking.read(document, query)
    answers = [answer(owner, panel, look) for panel in document.panels]
    name, purpose = serving.name_of(row), serving.purpose_of(row)
    url = f"{settings.PUBLIC_URL}{reverse('board', args=[row.pk])}" + (f"?{schedule.query}" if schedule.query else "")
    return Made(
        name=name, url=url, lines=sentences(answers), source=source_line(answers[0]) if answers else "",
        picture=_picture(name, purpose, answers),
    )  # fmt: skip


def sentences(answers: list[Answer]) -> list[str]:
    """What each panel says; a text panel says nothing here."""
    return [f"{each.title}: {each.sentence}" if each.sentence and not each.sentence.startswith(each.title) else each.sentence or each.title
            for each in answers if each.panel.form != "text"]  # fmt: skip


def _picture(name: str, purpose: str, answers: list[Answer]) -> exports.File:
    try:
        return exports.make(name, purpose, answers, "png")
    except MissingExtra:
        return exports.make(name, purpose, answers, "svg")


def _mail(schedule: Schedule, sending: Sending, made: Made) -> tuple[str, bool]:
    subject = _("Test: %(name)s") % {"name": made.name} if sending.test else made.name
    body = "\n".join([*made.lines, "", made.url, "", made.source])
    headers = {"Message-ID": f"<board.{sending.pk}@watchfloor>", "Auto-Submitted": "auto-generated"}
    message = EmailMultiAlternatives(subject, body, settings.DEFAULT_FROM_EMAIL, [schedule.address], headers=headers)
    message.attach(made.picture.name, made.picture.body, made.picture.type)
    try:
        message.send()
    except (OSError, ValueError) as problem:  # SMTP's own errors are OSErrors
        return f"{type(problem).__name__}: {problem}"[:300], False
    return "", False


def _webhook(schedule: Schedule, sending: Sending, made: Made) -> tuple[str, bool]:
    picture = None
    if len(made.picture.body) <= LARGEST:
        picture = {
            "type": made.picture.type,
            "name": made.picture.name,
            "base64": base64.b64encode(made.picture.body).decode(),
        }
    data = {
        "board": made.name,
        "url": made.url,
        "lines": made.lines,
        "source": made.source,
        "picture": picture,
        "test": sending.test,
    }
    body = msgspec.json.encode({"type": "board.sent", "timestamp": sending.due_at.isoformat(), "data": data})
    parcel = line.Parcel(
        delivery=0,
        endpoint_id=schedule.pk,
        url=schedule.address,
        secrets=(schedule.secret,),
        key=f"board_{sending.pk.hex}",
        body=body,
    )
    [answered] = line.send_all([[parcel]])
    return answered.error, answered.status in GONE


def new_secret() -> str:
    """32 random bytes in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()
