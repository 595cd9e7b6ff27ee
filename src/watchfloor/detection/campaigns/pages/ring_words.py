"""What rings and brigades are called, and why chance does not explain a tie, in words."""

from __future__ import annotations

import math

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from watchfloor.detection.campaigns.models import Ring, RingTie


def kinds() -> dict[str, str]:
    """The two kinds."""
    return {
        "ring": pgettext("accounts that act together", "Ring"),
        "brigade": pgettext("accounts that report together", "Brigade"),
    }  # fmt: skip


def title(row: Ring) -> str:
    """One of them, by its size."""
    if row.kind == Ring.Kind.BRIGADE:
        return ngettext(
            "%(num)s account that reports together", "%(num)s accounts that report together", row.members
        ) % {"num": f"{row.members:,}"}  # fmt: skip
    return ngettext(
        "%(num)s account that acts together: %(what)s", "%(num)s accounts that act together: %(what)s", row.members
    ) % {"num": f"{row.members:,}", "what": row.action.replace("_", " ")}  # fmt: skip


def purpose(row: Ring) -> str:
    """What it rests on."""
    text = ngettext(
        "On %(num)s thing two or more of them acted within %(window)s of each other.",
        "On %(num)s things two or more of them acted within %(window)s of each other.", row.objects_shared,
    )  # fmt: skip
    return text % {"num": f"{row.objects_shared:,}", "window": span(row.window)}


def span(seconds: int) -> str:
    """A window in words."""
    if seconds % 60 == 0 and seconds > 60:
        return ngettext("%(num)s minute", "%(num)s minutes", seconds // 60) % {"num": seconds // 60}
    return ngettext("%(num)s second", "%(num)s seconds", seconds) % {"num": seconds}


def chance(p: float) -> str:
    """A probability as one says it: one in so many."""
    if p <= 0 or p < 1e-12:
        return _("less than one in a trillion")
    if p > 0.1:
        return _("%(share)s %%") % {"share": f"{p * 100:.0f}"}
    power = math.floor(-math.log10(p))
    return _("one in %(many)s") % {"many": f"{round(1 / p, 1 - power - 1):,.0f}"}


def sentence(row: RingTie, ring: Ring) -> str:
    """Why these two are tied."""
    text = _(
        "On %(met)s things within %(window)s; by how busy both are %(expected)s would be expected, the chance of so many is %(chance)s. "
        "Of %(near)s things on which both acted at much the same time, chance would bring %(close)s so close (%(timing)s)."
    )  # fmt: skip
    return text % {
        "met": row.objects_met, "window": span(ring.window), "expected": _number(row.expected),
        "chance": chance(row.p_activity), "near": row.near, "close": _number(row.near_expected), "timing": chance(row.p_timing),
    }  # fmt: skip


def _number(value: float) -> str:
    return f"{value:.1f}" if value >= 0.1 else f"{value:.1g}"
