"""What a case shows of the mails its reporters wrote: who, whether it is proved, their words, what was attached."""

from __future__ import annotations

import re
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from watchfloor.identity.domain import Actor
from watchfloor.interop.mail import sealing
from watchfloor.interop.mail.models import MailMessage, MailReceipt
from watchfloor.kernel.ids import encode
from watchfloor.review.case_beside import Chip, Panel, Piece
from watchfloor.review.models import Case, Report

MOST: Final = 20
PEOPLE: Final = ("from", "to", "cc", "reply-to", "return-path")
_DOMAIN: Final = re.compile(r"@([A-Za-z0-9.-]{1,253})")
KINDS: Final = {
    "plain": gettext_lazy("Mail"), "arf": gettext_lazy("Feedback report"), "xarf": gettext_lazy("XARF by mail"),
    "reply": gettext_lazy("Reply"), "not_spam": gettext_lazy("Says it is not spam"), "": gettext_lazy("Not read yet"),
}  # fmt: skip


def panel(actor: Actor, case: Case) -> Panel | None:
    """The mails of a case; None where nobody wrote."""
    reports = list(
        Report.objects.filter(case=case, channel="email").order_by("-received_at").values_list("pk", flat=True)[:MOST]
    )
    ids = set(MailReceipt.objects.filter(report__in=reports).values_list("message", flat=True))
    ids |= set(MailMessage.objects.filter(case_id=case.pk).values_list("pk", flat=True)[:MOST])
    rows = MailMessage.objects.filter(pk__in=ids).defer("raw").order_by("-received_at")[:MOST]
    return Panel(_("Mails"), [_piece(actor, row) for row in rows]) if ids else None


def proof_chip(row: MailMessage) -> Chip:
    """How far the sender is known."""
    if row.proof == "proved":
        return Chip(_("Sender proved"), "green", "rosette-discount-check")
    if row.proof == "failed":
        return Chip(_("Not who it says"), "red", "alert-triangle")
    return Chip(_("Sender not proved"), "outline", "circle-dashed")


def facts(shown: dict[str, object], row: MailMessage, *, whole: bool = True) -> list[tuple[str, str]]:
    """The headers that matter, how the sender was proved, what was attached. ``whole``: with people's addresses."""
    headers = shown.get("headers")
    found = (
        [(name, str(value)) for name, value in headers.items() if name != "subject"]
        if isinstance(headers, dict)
        else []
    )
    if not whole:
        found = [
            (name, _masked(value) if name in PEOPLE else value) for name, value in found if name in (*PEOPLE, "date")
        ]
    if row.proof_how:
        found.append((_("Our server says"), row.proof_how))
    attached = shown.get("attachments")
    for each in attached if isinstance(attached, list) else []:
        words = f"{each['content_type']}, {each['bytes']:,} B, SHA-256 {each['sha256'][:16]}…"
        found.append((each["name"] or _("Attachment"), words))
    return found


def _masked(value: str) -> str:
    """Whose domain it is; who in it is the business of those alone who work on mails."""
    return ", ".join(f"…@{each}" for each in dict.fromkeys(_DOMAIN.findall(value))) or "…"


def _piece(actor: Actor, row: MailMessage) -> Piece:
    shown = sealing.shown_of(row)
    return Piece(
        title=str(shown.get("subject") or _("(no subject)")), at=row.received_at,
        chips=(Chip(str(KINDS.get(row.kind, row.kind))), proof_chip(row)), facts=facts(shown, row, whole=actor.has("intake.manage")),
        text=str(shown.get("text") or ""),
        url=reverse("interop-mail-one", args=[encode("mail", row.pk)]) if actor.has("intake.manage") else "",
    )  # fmt: skip
