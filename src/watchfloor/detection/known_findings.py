"""What rules may ask of earlier work: the live models' scores, the signals an item already has, the key of device hashes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from functools import cache

from django.conf import settings

from watchfloor.detection import beside, models_in_force
from watchfloor.engines import sml
from watchfloor.review.models import Signal

MOST = 200  # the newest signals of an item that are looked at


class LiveFindings:
    """The findings of this installation, as ``ModelScore``, ``HasSignal`` and ``DeviceKey`` ask them."""

    def score(self, policy: str, text: str) -> float:
        """By the policy's live model; ``NotFound`` when none is at work."""
        return models_in_force.score(policy, text)

    def device_key(self) -> bytes:
        """Derived from the installation's secret key: another key gives other hashes."""
        return _device_key(settings.SECRET_KEY)

    def signals(self, event: sml.Event) -> Sequence[sml.Seen]:
        """The signals on the cases of the item the event is about, the newest first."""
        item = event.data.get("item")
        if not isinstance(item, dict):
            return ()
        rows = Signal.objects.filter(
            case__item__type_key=str(item.get("type", "")), case__item__external_id=str(item.get("id", ""))
        ).order_by("-at")
        return [
            sml.Seen(source=source, policy=policy, score=score, at=at)
            for source, policy, score, at in rows.values_list("source", "policy_key", "score", "at")[:MOST]
        ]

    def band(self, event: sml.Event) -> str:
        """By the platform's name of the event's account."""
        author = event.data.get("author")
        if not isinstance(author, dict) or not author.get("id"):
            return "unknown"
        return beside.band(str(author.get("type", "")), str(author["id"]))


FINDINGS = LiveFindings()


@cache
def _device_key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"watchfloor.rules.device", hashlib.sha256).digest()
