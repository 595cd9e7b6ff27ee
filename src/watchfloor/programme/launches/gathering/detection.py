"""Gate: the rules the launch counts on were held against the past as they read now, and ran in shadow."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from watchfloor.detection.domain.steps import COUNTING
from watchfloor.detection.models import Evidence, Rule
from watchfloor.programme.launches.domain.gates import Fact, Part, share
from watchfloor.programme.launches.gathering.frame import Asked, address

PROVES = (Evidence.Kind.BACKTEST, Evidence.Kind.ATTESTED)


def gather(asked: Asked) -> Fact:
    """Share of the rules that were tried. A launch without any rule has nothing to try."""
    rules = list(_rules(asked).order_by("name"))
    href = address("rules") + (f"?policy={asked.document.policy_key}" if asked.document.policy_key else "")
    missing = sorted(set(asked.document.rules) - {rule.name for rule in rules})
    if missing:
        return Fact(measured=0, say=_("There is no rule %(rule)s.") % {"rule": missing[0]}, href=asked.edit)
    if not rules:
        if asked.document.policy_key:
            return Fact(measured=1, say=_("No rule finds this policy's violations; people do."), href=href)
        return Fact(measured=None, say=_("Say which rules the launch counts on."), href=asked.edit)
    proved = set(
        Evidence.objects.filter(rule__in=[rule.name for rule in rules], kind__in=PROVES).values_list("rule", "meaning")
    )
    parts = []
    for rule in rules:
        newest = rule.next_meaning or rule.meaning
        parts.append(Part(name=rule.name, measured=float((rule.name, newest) in proved and rule.state in COUNTING)))
    ready = sum(part.measured or 0 for part in parts)
    say = _("%(ready)d of %(all)d rules are backtested as they read now and run in shadow or beyond.")
    return Fact(measured=share(ready, len(parts)), say=say % {"ready": ready, "all": len(parts)}, href=href,
                parts=tuple(part for part in parts if not part.measured) if asked.need >= 1 else ())  # fmt: skip


def _rules(asked: Asked) -> QuerySet[Rule]:
    rows = Rule.objects.exclude(state=Rule.State.RETIRED)
    if asked.document.rules:
        return rows.filter(name__in=asked.document.rules)
    return rows.filter(policy_key=asked.document.policy_key) if asked.document.policy_key else rows.none()
