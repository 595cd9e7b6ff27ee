"""What surges say while they are on and nothing has to be put back afterwards: their steps are asked where they count."""

from __future__ import annotations

from typing import Any

from watchfloor.kernel.remembered import RememberedBy
from watchfloor.review.models import Surge


def _read(kind: str) -> list[dict[str, Any]]:
    found = Surge.objects.filter(ended_at__isnull=True).order_by("started_at", "pk").values_list("steps", flat=True)
    return [step for steps in found for step in steps if step.get("kind") == kind]


# The steps of one kind of all surges that are on, those of the latest last; remembered for a few seconds.
steps_on = RememberedBy(_read)
