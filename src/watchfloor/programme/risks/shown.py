"""A risk as programs read it, the same for the JSON API and the command line."""

from __future__ import annotations

from typing import Any

from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.programme.risks import domain
from watchfloor.programme.risks.models import Indicator, Risk


def risk(row: Risk) -> dict[str, Any]:
    """A risk with its bands and indicators."""
    scales = domain.scales()
    names = ("id", "number", "title", "cause", "event", "effect", "likelihood", "impact", "residual_likelihood", "residual_impact",
             "treatment", "plan", "review_on")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names}, "owner": str(row.owner or ""), "market": row.market or "",
        "vendor": row.vendor_key or "", "band": scales.of(row.likelihood, row.impact).key, "closed": row.closed_at is not None,
        "residual_band": scales.of(row.residual_likelihood, row.residual_impact).key,
        "overdue": domain.overdue(row.review_on, clock.now().date()),
        "indicators": [indicator(each) for each in row.indicators.all() if each.removed_at is None],
    }  # fmt: skip


def indicator(row: Indicator) -> dict[str, Any]:
    """One of its indicators."""
    names = ("id", "metric", "filters", "span", "amber", "red", "page", "value", "state", "since")
    return {name: getattr(row, name) for name in names} | {"risk": row.risk_id}


def named(row: Risk) -> dict[str, Any]:
    """The same, with the name of its owner."""
    who = f"user:{row.owner}"
    return {**risk(row), "owner_name": names_of([who])[who] if row.owner else ""}


def whole(row: Risk) -> dict[str, Any]:
    """All of it: controls and history, too."""
    controls = row.controls.filter(removed_at=None).order_by("pk")
    versions = list(row.versions.order_by("number"))
    names = names_of(each.by for each in versions)
    return {
        **named(row),
        "controls": [{name: getattr(each, name) for name in ("text", "works", "tested_on", "test_by")} for each in controls],
        "history": [
            {"at": each.at, "what": each.what, "by": names.get(each.by, ""), "said": each.said, "likelihood": each.likelihood,
             "impact": each.impact, "residual_likelihood": each.residual_likelihood, "residual_impact": each.residual_impact}
            for each in versions
        ],
    }  # fmt: skip
