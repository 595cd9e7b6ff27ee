"""What the pages of spikes share: places to go, a spike from its address, who may act."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.insight.spikes import queries
from watchfloor.insight.spikes.models import Spike
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound

MANAGE = "spike.manage"


def tabs(current: str) -> list[dict[str, Any]]:
    """The places of this part of insight."""
    known = (
        ("numbers", _("Numbers"), "insight-kpis"),
        ("spikes", _("Spikes"), "spikes"),
        ("changes", _("Change log"), "changes"),
        ("yesterday", _("Yesterday"), "spike-morning"),
        ("attention", _("Alarms"), "spike-attention"),
    )
    return [{"label": label, "href": reverse(url), "current": key == current} for key, label, url in known]


def spike_of(request: HttpRequest, spike_id: str) -> Spike:
    """The spike of an address; what is none, or may not be seen, is not found."""
    try:
        found = ids.decode("spk", spike_id)
    except BadInput as error:
        raise NotFound("unknown_spike", "There is no such spike.") from error
    return queries.spike(actor_of(request), found)


def must_manage(actor: Actor) -> None:
    """``Forbidden`` for those who may look and not act."""
    if not actor.has(MANAGE):
        raise Forbidden("no_permission", _("Your roles do not include answering spikes."))
