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
    newest = Number.objects.filter(kind="report").order_by("-pk").values_list("row", flat=True)[:1]
    last = Report.objects.filter(pk__in=list(newest)).values_list("received_at", flat=True).first()
    known = Number.objects.filter(kind="report").values_list("row", flat=True).order_by("-pk")[:10_000]
    count = Report.objects.filter(pk__in=list(known), received_at__gte=since()).count()
    return State(last_used=last, count=count)


def _facts(base: str) -> list[tuple[StrOrPromise, str]]:
    return [
        (_("DID"), here().did),
        (_("Label key"), f"did:key:{public_key()}"),
        (_("Labels published"), str(Published.objects.count())),
    ]
