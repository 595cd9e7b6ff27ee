"""Strata by what a policy's text model thinks of an item: what it finds likely is rare, and drawn apart it is seen often enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from watchfloor.detection import models_in_force
from watchfloor.items import queries as items
from watchfloor.items.models import ItemVersion
from watchfloor.kernel.errors import BadInput
from watchfloor.policy import queries as policies

PREFIX: Final = "model:"  # of a study's ``by``: ``model:spam``
BANDS: Final = ((0.1, "0-0.1"), (0.5, "0.1-0.5"), (0.9, "0.5-0.9"), (2.0, "0.9-1"))
MOST: Final = 100_000  # each is read and scored by itself
AT_ONCE: Final = 2_000


def names() -> dict[str, str]:
    """Policies whose model is at work, by key; none that needs a clearance."""
    at_work = set(models_in_force.at_work())
    return {row.key: row.name for row in policies.all_policies() if row.key in at_work and not row.clearance}


def bands(by: str, wanted: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Of item versions, given as (type, version), the band of their score; those without a text are missing.

    Raises:
        BadInput: no such model is at work, or there are too many to score.
    """
    policy = by.removeprefix(PREFIX)
    if policy not in names():
        raise BadInput("no_model", f"No model of {policy[:60]!r} is at work.", where="by", hint=", ".join(names()))
    kinds = {version: kind for kind, version in wanted}
    if len(kinds) > MOST:
        raise BadInput(
            "too_many", f"More than {MOST:,} items would have to be scored.", where="by", hint="Shorten the span."
        )
    found: dict[str, str] = {}
    versions = list(kinds)
    for start in range(0, len(versions), AT_ONCE):
        rows = ItemVersion.objects.filter(pk__in=versions[start : start + AT_ONCE], erased_at__isnull=True)
        for version, data in rows.values_list("pk", "data"):
            text = items.text_of(kinds[version], data) if isinstance(data, dict) else ""
            if text:
                found[version] = band(models_in_force.score(policy, text))
    return found


def band(score: float) -> str:
    """0.93 -> ``0.9-1``."""
    return next(name for below, name in BANDS if score < below)
