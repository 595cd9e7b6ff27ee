"""An indicator that turned is told to the risk's owner, as other alarms are; the words are made for whoever reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.insight import catalogue
from watchfloor.insight.spikes import telling
from watchfloor.programme.risks import access
from watchfloor.programme.risks.models import Indicator


def tell(row: Indicator) -> int:
    """Tell the owner; without one, those who keep risks and see it. Once a turn."""
    owner = str(row.risk.owner) if row.risk.owner else ""

    def sees(actor: Actor) -> bool:
        return (not owner or actor.id == owner) and access.risks(actor).filter(pk=row.risk_id).exists()

    told = telling.News(
        about="risk", subject=str(row.pk), permission=access.VIEW if owner else access.EDIT, sees=sees,
        again=timedelta(hours=1),
    )  # fmt: skip
    return telling.tell(told)


def read(actor: Actor, subject: str, _at: datetime) -> telling.Line | None:
    """An indicator as one line; None when it is green again or not for this reader."""
    row = Indicator.objects.select_related("risk").filter(pk=UUID(subject), removed_at=None).first()
    if row is None or row.since is None or row.state not in ("amber", "red"):
        return None
    if not access.risks(actor).filter(pk=row.risk_id).exists():
        return None
    state = _("red") if row.state == "red" else _("amber")
    said = _("Risk indicator %(state)s: %(metric)s (%(risk)s)") % {
        "state": state, "metric": _(catalogue.metric(row.metric).title), "risk": row.risk.title,
    }  # fmt: skip
    return telling.Line(said, row.since, reverse("programme-risk", args=[row.risk_id]))


telling.register("risk", read)
