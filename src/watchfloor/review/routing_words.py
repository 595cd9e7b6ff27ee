"""Routing in words: facts, conditions, rules and what changed between versions, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from watchfloor.policy import queries as policies
from watchfloor.review.domain.routing_changes import Change


def fact_words() -> dict[str, str]:
    """What each fact is called, those that are asked most first."""
    return {
        "policy": _("Policy"), "severity": _("Severity"), "language": _("Language"), "market": _("Market"),
        "reporter_kind": _("Reporter"), "kind": _("Kind of job"), "clearance": _("Clearance"), "reach": _("Reach"),
        "reports": _("Reports"), "harm_group": _("Harm group"), "channel": _("Channel"), "surface": _("Surface"),
        "item_type": _("Item type"), "media": _("Medium"), "signals": _("Signals and labels"), "protected": _("Protected"),
        "hour": _("Hour there"), "weekday": _("Weekday there"), "vendors": _("Vendors with people"),
        "sites": _("Sites with people"),
    }  # fmt: skip


def part_words() -> dict[str, str]:
    """What the parts of a rule are called."""
    return {
        "when": _("conditions"), "queue": _("queue"), "needs": _("skills"), "relax_after": _("waiving of skills"),
        "vendor": _("vendor"), "off": _("on or off"), "note": _("note"),
    }  # fmt: skip


def sentence(rule: Mapping[str, Any], queues: Mapping[str, str]) -> str:
    """The whole rule."""
    queue = queues.get(str(rule["queue"]), str(rule["queue"]))
    when = conditions(rule)
    if not when:
        return _("Everything else goes to %(queue)s.") % {"queue": queue}
    return _("Where %(conditions)s: to %(queue)s.") % {"conditions": _(" and ").join(when), "queue": queue}


def conditions(rule: Mapping[str, Any]) -> list[str]:
    """Each condition as a phrase."""
    return [condition(key, wanted) for key, wanted in (rule.get("when") or {}).items()]


def condition(key: str, wanted: Any) -> str:
    """One condition: "Policy is Hate or Spam"."""
    fact = fact_words().get(key, key)
    if isinstance(wanted, Mapping) and "not" in wanted:
        return _("%(fact)s is not %(values)s") % {"fact": fact, "values": _values(key, wanted["not"])}
    if isinstance(wanted, Mapping):
        low, high = wanted.get("min"), wanted.get("max")
        if high is None:
            return _("%(fact)s is at least %(low)s") % {"fact": fact, "low": low}
        if low is None:
            return _("%(fact)s is at most %(high)s") % {"fact": fact, "high": high}
        return _("%(fact)s is %(low)s to %(high)s") % {"fact": fact, "low": low, "high": high}
    return _("%(fact)s is %(values)s") % {"fact": fact, "values": _values(key, wanted)}


def outputs(rule: Mapping[str, Any]) -> list[str]:
    """What a rule asks beside the queue."""
    said = []
    if rule.get("needs"):
        said.append(_("needs %(skills)s") % {"skills": ", ".join(rule["needs"])})
    if rule.get("vendor"):
        said.append(_("for %(vendor)s") % {"vendor": rule["vendor"]})
    if said and rule.get("relax_after") is not None:
        said.append(_("waived after %(minutes)s min") % {"minutes": round(rule["relax_after"] / 60)})
    return said


def change(row: Change) -> str:
    """What became of one rule, as a sentence."""
    values = {"rule": row.name, "before": row.place_before, "after": row.place_after}
    if row.kind == "added":
        return _("%(rule)s is new, at place %(after)s.") % values
    if row.kind == "removed":
        return _("%(rule)s is gone; it stood at place %(before)s.") % values
    if row.kind == "moved":
        return _("%(rule)s moved from place %(before)s to %(after)s.") % values
    words = part_words()
    return _("%(rule)s has other: %(parts)s.") % {
        **values,
        "parts": ", ".join(words.get(part, part) for part in row.parts),
    }


def tried(fails: Sequence[str]) -> str:
    """Why a rule does not match."""
    words = fact_words()
    return _("Not so: %(facts)s") % {"facts": ", ".join(words.get(key, key) for key in fails)}


def _values(key: str, values: Sequence[Any]) -> str:
    names = {policy.key: policy.name for policy in policies.all_policies()} if key == "policy" else {}
    return _(" or ").join(_("none") if value == "" else str(names.get(value, value)) for value in values)
