"""What every gate's reader is given, and the few things they share."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.urls import NoReverseMatch, reverse

from watchfloor.policy.models import PolicyVersion
from watchfloor.programme.launches.domain.document import Document
from watchfloor.programme.launches.models import Launch


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A launch whose gates are read. ``need``: what the gate at hand asks for; ``version``: the policy's, where there is one."""

    launch: Launch
    document: Document
    version: PolicyVersion | None
    now: datetime
    need: float = 1.0

    @property
    def edit(self) -> str:
        """Where the launch is changed."""
        return reverse("launch-edit", args=[self.launch.number])


def address(name: str, *args: object) -> str:
    """A page of another part; empty where it is not installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def percent(value: float) -> str:
    """A share for people, never rounded up to all."""
    return f"{int(value * 1000) / 10:g} %"
