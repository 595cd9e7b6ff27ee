"""Gate: a what-if with the expected work was computed, and the floor meets its target in it."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from watchfloor.programme.launches.domain.gates import Fact, Part
from watchfloor.programme.launches.gathering.frame import Asked, address, percent
from watchfloor.staffing import running
from watchfloor.staffing.models import Run, WhatIf


def gather(asked: Asked) -> Fact:
    """Attainment in the what-if: of the launch's queues, each, else of the floor. The low end of its interval counts."""
    try:
        row = WhatIf.objects.filter(pk=UUID(asked.document.whatif), archived_at__isnull=True).first()
    except ValueError:
        row = None
    if row is None:
        return Fact(
            measured=None, say=_("No what-if of staffing stands for this launch."), href=address("staffing-whatif-new")
        )
    href = address("staffing-whatif", row.pk)
    run = running.latest("whatif", row.pk)
    found = running.found(run)
    if run is None or found is None:
        failed = run is not None and run.state == Run.State.FAILED
        say = _("The what-if could not be computed.") if failed else _("The what-if is still being computed.")
        return Fact(measured=None, say=say, href=href)
    wanted = set(asked.document.queues)
    parts = tuple(
        Part(name=queue.name, measured=_low(queue.attainment)) for queue in found.other.queues if queue.name in wanted
    )
    whole = _low(found.other.all.attainment)
    measured = min((part.measured for part in parts if part.measured is not None), default=whole)
    say = _("%(share)s in time in the what-if %(name)s.") % {"share": percent(measured), "name": row.name}
    return Fact(measured=measured, say=say, href=href, parts=parts)


def _low(of: object) -> float:
    low, value = getattr(of, "low", None), getattr(of, "value", 0.0)
    return float(value if low is None else low)
