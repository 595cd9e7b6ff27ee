"""PagerDuty Events API v2: trigger, acknowledge and resolve under one ``dedup_key`` for each page.

Format: https://developer.pagerduty.com/docs/events-api-v2/overview/ (fields routing_key, event_action, dedup_key, payload with
summary, source and severity; answered by 202).
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from watchfloor.kernel.errors import BadInput
from watchfloor.oncall.pagers import Message, Sent
from watchfloor.oncall.pagers.posting import post

SEVERITY: Final = {5: "critical", 4: "error", 3: "warning"}


class PagerDuty:
    """An address is the integration (routing) key of a service: 32 letters and digits."""

    key: ClassVar[str] = "pagerduty"
    name: ClassVar[str] = "PagerDuty"
    follows: ClassVar[bool] = True

    def check(self, address: str) -> None:
        """It has the form of one."""
        if not re.fullmatch(r"[A-Za-z0-9]{32}", address.strip()):
            raise BadInput("bad_address", _("An integration key has 32 letters and digits."), where="address")

    def new_secret(self) -> str:
        """The key is all there is."""
        return ""

    def send(self, address: str, secret: str, message: Message) -> Sent:
        """One event."""
        event: dict[str, object] = {"routing_key": address, "event_action": message.what, "dedup_key": message.page}
        if message.what == "trigger":
            event["payload"] = {
                "summary": message.summary, "source": "watchfloor", "severity": SEVERITY.get(message.severity, "info"),
                "timestamp": message.raised_at,
            }  # fmt: skip
            event["links"] = [{"href": message.url, "text": "Watchfloor"}]
            if message.answer:
                event["payload"] = {**event["payload"], "custom_details": {"answer": message.answer}}  # type: ignore[dict-item]
        return post(settings.PAGERDUTY_EVENTS_URL, msgspec.json.encode(event), {})
