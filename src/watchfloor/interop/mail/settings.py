"""The door's settings from the environment.

``WATCHFLOOR_MAIL_AUTHSERV``: names under which our own mail servers write what they found of a sender (Authentication-Results).
``WATCHFLOOR_MAIL_RELAYS``: networks of those servers (127.0.0.0/8, ::1). ``WATCHFLOOR_MAIL_QUEUE``: mails that may wait to be worked
(10,000). ``WATCHFLOOR_MAIL_DAYS``: how long a worked mail is kept (90). ``WATCHFLOOR_MAIL_ANSWERS``: answers to one sender in a day (10).
"""

from __future__ import annotations

import os
from ipaddress import ip_address, ip_network

import msgspec

from watchfloor.intake.settings import number
from watchfloor.kernel.errors import BadInput


class Settings(msgspec.Struct, frozen=True):
    """As the environment states them."""

    authserv: tuple[str, ...]
    relays: tuple[str, ...]
    queue: int
    days: int
    answers: int

    def is_relay(self, peer: str) -> bool:
        """Whether this host is one of our own mail servers."""
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in ip_network(each) for each in self.relays)


def current() -> Settings:
    """Read now. ``BadInput`` names the variable."""
    relays = _list("WATCHFLOOR_MAIL_RELAYS", "127.0.0.0/8,::1/128")
    for each in relays:
        try:
            ip_network(each)
        except ValueError:
            raise BadInput("bad_setting", f"{each[:60]!r} is no network.", where="WATCHFLOOR_MAIL_RELAYS",
                           hint="Like 10.0.0.0/8,::1/128.") from None  # fmt: skip
    return Settings(
        authserv=_list("WATCHFLOOR_MAIL_AUTHSERV", ""), relays=relays, queue=number("WATCHFLOOR_MAIL_QUEUE", 10_000),
        days=number("WATCHFLOOR_MAIL_DAYS", 90), answers=number("WATCHFLOOR_MAIL_ANSWERS", 10),
    )  # fmt: skip


def _list(name: str, default: str) -> tuple[str, ...]:
    text = os.environ.get(name, default)
    return tuple(each.strip() for each in text.split(",") if each.strip())
