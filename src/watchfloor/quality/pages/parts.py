"""What the quality pages share: tabs, filters, words for findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.identity.domain import Actor
from watchfloor.policy import queries as policies
from watchfloor.quality.queries.figures import Filters
from watchfloor.quality.queries.seen import visible
from watchfloor.workforce.models import Vendor

SEE = ("quality.view",)
MANAGE = ("quality.manage",)
OWN = ("review.work", "review.appeal", "review.escalation")
DAYS = (7, 28, 90, 365)


def tabs(actor: Actor, current: str) -> list[dict[str, Any]]:
    """The parts of quality this person may open."""
    known = [
        ("figures", _("How right we are"), "quality", SEE),
        ("looks", _("Looks"), "quality-looks", MANAGE),
        ("people", _("People"), "quality-people", MANAGE),
        ("graders", _("People who look"), "quality-graders", MANAGE),
        ("rounds", _("Calibration"), "quality-rounds", (*MANAGE, *OWN)),
        ("card", _("Scorecard"), "quality-card", MANAGE),
        ("plan", _("Sampling plan"), "quality-plan", MANAGE),
        ("mine", _("My results"), "quality-mine", OWN),
    ]
    return [
        {"label": label, "href": reverse(url), "current": key == current}
        for key, label, url, needed in known
        if any(actor.has(name) for name in needed)
    ]


def filters_of(request: HttpRequest) -> Filters:
    """``?days=&policy=&market=&vendor=``."""
    asked = request.GET.get("days", "28")
    days = int(asked) if asked.isdecimal() and int(asked) in DAYS else 28
    return Filters(
        days=days, policy=request.GET.get("policy", "")[:60], market=request.GET.get("market", "")[:12],
        vendor=request.GET.get("vendor", "")[:60],
    )  # fmt: skip


def filter_fields(actor: Actor) -> list[dict[str, Any]]:
    """The bar above the figures."""

    def values(name: str) -> list[tuple[str, str]]:
        found = visible(actor).exclude(**{name: ""}).order_by(name).values_list(name, flat=True).distinct()[:100]
        return [(value, value) for value in found]

    names = policy_names()
    return [
        {"name": "days", "label": _("28 days"), "chip": _("Days"),
         "options": [(str(days), ngettext("%(num)s day", "%(num)s days", days) % {"num": days}) for days in DAYS if days != 28]},
        {"name": "policy", "label": _("All policies"), "chip": _("Policy"), "options": list(names.items())},
        {"name": "market", "label": _("All markets"), "chip": _("Market"), "options": values("market")},
        {"name": "vendor", "label": _("All vendors"), "chip": _("Vendor"), "options": values("vendor")},
    ]  # fmt: skip


def policy_names() -> dict[str, str]:
    """What policies are called."""
    return {row.key: row.name for row in policies.all_policies()}


def finding_names() -> dict[str, str]:
    """What findings are called: violation types, clean, unsure."""
    found = {
        kind.key: f"{kind.clause} {kind.name}".strip()
        for row in policies.all_policies()
        for kind in policies.all_violations(row.key)
    }
    return {**found, "clean": _("Clean"), "unsure": _("Unsure"), "violating": _("Violating")}


def strata_words() -> Callable[[str], str]:
    """Tells what a stratum is called, by the names of its parts."""
    names = dict(Vendor.objects.values_list("key", "name")) | policy_names() | finding_names()
    return lambda stratum: " · ".join(names.get(part, part) for part in stratum.split(" / "))
