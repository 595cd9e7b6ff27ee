"""A webhook signed by Standard Webhooks 1.0: the ``webhook-id`` is the call's, so a receiver that counts by it is called once."""

from __future__ import annotations

import base64
import os
from datetime import UTC
from typing import ClassVar

import msgspec
from standardwebhooks import Webhook as Signer

from watchfloor.kernel import clock
from watchfloor.oncall.pagers import Message, Sent
from watchfloor.oncall.pagers.posting import post
from watchfloor.platform import targets


class Webhook:
    """An address is an https:// address; its secret is ``whsec_...``."""

    key: ClassVar[str] = "webhook"
    name: ClassVar[str] = "Webhook"
    follows: ClassVar[bool] = True

    def check(self, address: str) -> None:
        """It may be called at all."""
        targets.check_url(address.strip())

    def new_secret(self) -> str:
        """32 random bytes in the standard's form."""
        return "whsec_" + base64.b64encode(os.urandom(32)).decode()

    def send(self, address: str, secret: str, message: Message) -> Sent:
        """``{"type": "page.trigger", "timestamp": ..., "data": {...}}``"""
        moment = clock.now().astimezone(UTC)
        data: dict[str, object] = {
            "page": message.page, "summary": message.summary, "url": message.url, "severity": message.severity,
            "raised_at": message.raised_at,
        }  # fmt: skip
        if message.answer:
            data["answer"] = message.answer
        body = msgspec.json.encode({"type": f"page.{message.what}", "timestamp": moment.isoformat(), "data": data})
        signed = {
            "webhook-id": message.key, "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Signer(secret).sign(message.key, moment, body.decode()),
        }  # fmt: skip
        return post(address, body, signed)
