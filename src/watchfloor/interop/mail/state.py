"""How the door is, for the page of all doors."""

from __future__ import annotations

from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from watchfloor.identity.models import ApiToken
from watchfloor.interop.doors import Door, State, register, since
from watchfloor.interop.mail.models import MailAddress, MailMessage


def install() -> None:
    """Called once, when the app is ready."""
    register(
        Door(
            key="mail", name=_("Mail"), purpose=_("People, bodies and feedback loops write to an address; their complaints become cases."),
            addresses=("/v1/mail", "smtp://…:2525"), how_to="mail-and-xarf", direction="both", settings="interop-mail", state=_mail,
        )
    )  # fmt: skip
    register(
        Door(
            key="xarf", name=_("XARF"), purpose=_("Networks and services report abuse in the format they use among each other."),
            addresses=("/v1/xarf",), how_to="mail-and-xarf", direction="both", settings="tokens", state=_xarf,
        )
    )  # fmt: skip


def _mail() -> State:
    if not MailAddress.objects.filter(ended_at__isnull=True).exists():
        return State("off", _("Say first which address takes mail."))
    found = MailMessage.objects.filter(received_at__gte=since()).aggregate(last=Max("received_at"), many=Count("pk"))
    aside = MailMessage.objects.filter(state="quarantined").count()
    words = ngettext("%(n)d mail could not be read.", "%(n)d mails could not be read.", aside) % {"n": aside}
    return State("failing" if aside else "open", words if aside else "", found["last"], found["many"])


def _xarf() -> State:
    live = ApiToken.objects.filter(revoked_at=None, permissions__contains=["report.submit"]).exists()
    return State() if live else State("off", _("Make a token first."))
