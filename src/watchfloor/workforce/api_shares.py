"""JSON for programs: how much of a full day's work people stand for, kept in step with a roster that stands outside."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.workforce import shares
from watchfloor.workforce.shares import MANAGE, Share

router = Router(tags=["people"])


class ShareIn(Schema):
    """``share`` of a full day (0.05 to 2); somebody new grows into it over ``ramp_days`` from ``started_on``, beginning at half."""

    share: float = 1.0
    ramp_days: int = 0
    started_on: date | None = None


class ShareOut(ShareIn):
    """A person's share; ``strength`` is what counts today."""

    person: str
    name: str
    vendor: str
    team: str
    strength: float


class SharesOut(Schema):
    """Shares, by name."""

    people: list[ShareOut]


@router.get("/people/shares", response=SharesOut, summary="Read people's shares of work", operation_id="shares")
def listed(request: HttpRequest, vendor: str = "") -> Any:
    """Of the active people of one's vendors. Needs ``people.manage``."""
    actor = needs(request, MANAGE)
    return {"people": [_out(each) for each in shares.shares(actor, vendor)]}


@router.put(
    "/people/{person}/share", response=ShareOut, summary="Set a person's share of work", operation_id="share_set"
)
def put(request: HttpRequest, person: str, body: ShareIn) -> ShareOut:
    """Every field is set to what the body says; it holds within seconds. Needs ``people.manage``."""
    actor = needs(request, MANAGE)
    found = shares.set_share(
        actor, ids.decode("usr", person), share=body.share, ramp_days=body.ramp_days, started_on=body.started_on
    )
    return _out(found)


def _out(each: Share) -> ShareOut:
    return ShareOut(
        person=ids.encode("usr", each.person), name=each.name, vendor=each.vendor, team=each.team, share=each.share,
        ramp_days=each.ramp_days, started_on=each.started_on, strength=each.strength,
    )  # fmt: skip
