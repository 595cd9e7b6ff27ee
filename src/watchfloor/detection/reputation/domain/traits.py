"""What of an event restrictions ask: where it came from, who did it, and what they did. Pure; worked out only as far as it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import msgspec

from watchfloor.engines.textmodels import addresses
from watchfloor.items.domain import Field, role

MEDIA_TYPES = ("image", "video", "audio")
_SIGN_UP = ("signup", "sign_up", "sign-up", "register", "account_created", "account.created", "account_opened")
_IP_NAMES, _ASN_NAMES = ("ip", "client_ip", "ip_address", "signup_ip"), ("asn", "client_asn")
_EMAIL_NAMES, _JA4_NAMES = ("email", "e_mail", "email_address"), ("ja4", "client_ja4", "ja4_fingerprint")
_DEVICE_NAMES, _BORN_NAMES = ("device_id", "device"), ("account_created_at", "author_created_at")


class Known(msgspec.Struct, frozen=True):
    """What the floor knows of an account: the band of its reputation, and since when it is there."""

    band: str = "new"
    since: datetime | None = None


class Traits:
    """One event, as restrictions read it. Fields of the event's own come first, then those of the item."""

    def __init__(
        self, *, name: str, item_type: str, kind: str, fields: Sequence[Field], data: Mapping[str, Any],
        event: Mapping[str, Any], account: tuple[str, str] | None, known: Callable[[], Known], seal: Callable[[str], str],
    ) -> None:  # fmt: skip
        self.name, self.item_type, self.kind = name, item_type, kind
        self.account = account
        self._fields, self._data, self._event = fields, data, event
        self._known, self._seal = known, seal

    @cached_property
    def actions(self) -> frozenset[str]:
        """Which of ``effects.ACTIONS`` it is: from the event's name, the kind of item, and what it carries."""
        name = self.name.casefold()
        found = set()
        if "follow" in name:
            return frozenset({"follow"})
        if "report" in name:
            return frozenset({"report"})
        if self.kind == "account":
            if any(word in name for word in _SIGN_UP):
                found.add("sign_up")
        elif self.kind == "content":
            found.add("message" if self.item_type == "message" or "message" in name else "post")
        for field in self._fields:
            value = self._data.get(field.name)
            if value and (field.type in MEDIA_TYPES or field.name in ("images", "media")):
                found.add("media")
            elif (value and (field.name == "links" or field.type == "url")) or (
                isinstance(value, str) and ("://" in value or "www." in value) and field.role == "text"
            ):
                found.add("link")
        return frozenset(found)

    @cached_property
    def ip(self) -> IPv4Address | IPv6Address | None:
        """The address it came from."""
        value = self._text(_IP_NAMES, "ip")
        try:
            found = ip_address(value.strip()) if value else None
        except ValueError:
            return None
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
            return found.ipv4_mapped
        return found

    @cached_property
    def asn(self) -> str:
        """The network's number as the platform tells it, ``AS64500``; "" where it does not."""
        for source in (self._event, self._data):
            for name in _ASN_NAMES:
                value = source.get(name)
                if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                    return f"AS{value}"
                if (
                    isinstance(value, str)
                    and (digits := value.upper().removeprefix("AS")).isdecimal()
                    and digits.isascii()
                ):
                    return f"AS{int(digits)}"
        return ""

    @cached_property
    def email(self) -> str:
        """In the form its provider compares it by; "" where none is told."""
        return addresses.canonical(self._text(_EMAIL_NAMES)) or ""

    @cached_property
    def typed_email(self) -> str:
        """As it was typed, in lower case: for patterns."""
        return self._text(_EMAIL_NAMES).strip().casefold()

    @cached_property
    def ja4(self) -> str:
        """The TLS client's fingerprint."""
        return self._text(_JA4_NAMES).strip().casefold()

    @cached_property
    def device(self) -> str:
        """The device as a keyed hash; "" where none is told."""
        value = self._text(_DEVICE_NAMES, "deviceId")
        return self._seal(value) if value else ""

    @cached_property
    def known(self) -> Known:
        """What the floor knows of the account."""
        return self._known() if self.account is not None else Known()

    @cached_property
    def born(self) -> datetime | None:
        """Since when the account is there: as the event tells it, as the account itself does, or as the floor knows."""
        for name in _BORN_NAMES:
            if (found := _moment(self._event.get(name))) or (found := _moment(self._data.get(name))):
                return found
        field = role(list(self._fields), "createdAt") if self.kind == "account" else ""
        if field and (found := _moment(self._data.get(field))):
            return found
        return self.known.since

    def _text(self, names: tuple[str, ...], with_role: str = "") -> str:
        for name in names:
            value = self._event.get(name)
            if isinstance(value, str) and value:
                return value
        if with_role and (field := role(list(self._fields), with_role)):
            value = self._data.get(field)
            if isinstance(value, str) and value:
                return value
        for name in names:
            value = self._data.get(name)
            if isinstance(value, str) and value:
                return value
        return ""


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
