"""What the page of doors says of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from watchfloor.interop.atproto.here import here, public_key
from watchfloor.interop.atproto.models import Number, Published
from watchfloor.interop.doors import Door, State, register, since
from watchfloor.review.models import Report

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


NEWEST = 10_000  # numbers looked at for the figure of the page


def install() -> None:
    """Called once, when the app is ready."""
    register(
        Door(
            key="atproto", name=_("AT Protocol"),
            purpose=_("Clients of the protocol report, moderate and read signed labels."), direction="both",
            addresses=("/xrpc", "/.well-known/did.json"), how_to="atproto", settings="atproto-settings", state=_state, facts=_facts,
        )
    )  # fmt: skip


def _state() -> State:
    """Of reports without a clearance: what needs one is in no count."""
    known = Number.objects.filter(kind="report").order_by("-pk").values_list("row", flat=True)[:NEWEST]
    rows = Report.objects.filter(pk__in=list(known), case__clearance="")
    last = rows.order_by("-received_at").values_list("received_at", flat=True).first()
    return State(last_used=last, count=rows.filter(received_at__gte=since()).count())


def _facts(base: str) -> list[tuple[StrOrPromise, str]]:
    return [
        (_("DID"), here().did),
        (_("Label key"), f"did:key:{public_key()}"),
        (_("Labels published"), str(Published.objects.count())),
    ]
