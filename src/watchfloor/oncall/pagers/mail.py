"""E-mail, by Django's mail setting (``WATCHFLOOR_EMAIL_BACKEND``); the message id is the call's, so that a second try is the same mail."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from watchfloor.kernel.errors import BadInput
from watchfloor.oncall.pagers import Message, Sent


class Mail:
    """An address is an e-mail address."""

    key: ClassVar[str] = "email"
    name: ClassVar[str] = "E-mail"
    follows: ClassVar[bool] = False

    def check(self, address: str) -> None:
        """It looks like one."""
        try:
            validate_email(address.strip())
        except ValidationError:
            raise BadInput("bad_address", _("That is no e-mail address."), where="address") from None

    def new_secret(self) -> str:
        """None is needed."""
        return ""

    def send(self, address: str, secret: str, message: Message) -> Sent:
        """One plain mail with the sentence and the link."""
        open_ = _("Open:") if message.what == "silent" else _("Acknowledge:")
        body = f"{message.summary}\n\n{open_} {message.url}\n"
        headers = {"Message-ID": f"<{message.key.replace(':', '.')}@watchfloor>", "X-Priority": "1"}
        try:
            EmailMessage(message.summary, body, settings.DEFAULT_FROM_EMAIL, [address], headers=headers).send()
        except OSError as error:  # SMTP's own errors are OSErrors
            return Sent(False, f"{type(error).__name__}: {error}"[:300])
        return Sent(True)
