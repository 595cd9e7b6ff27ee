"""Events of pages and incidents in a sentence."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def of(type_: str, data: dict[str, Any]) -> str:
    """What happened, without who and when."""
    if type_ == "page.fired":
        return _fired(data)
    if type_ == "call.done":
        return _call(data)
    if type_ == "incident.updated" and data.get("state"):
        return update(str(data["audience"]), str(data["state"]))
    if type_ == "incident.updated":
        return {
            "room": _("wrote a note"), "internal": _("sent an update to colleagues"),
            "stakeholders": _("sent an update to stakeholders"),
        }.get(str(data["audience"]), _("wrote"))  # fmt: skip
    if type_ == "incident.evidence_held":
        return _("lifted the hold on evidence") if data.get("lifted") else _("had the evidence held")
    if type_ == "incident.correction":
        return _("a corrective action is done") if data.get("done") else _("agreed on a corrective action")
    if type_ == "incident.recurrence_checked":
        return _("looked: it has come back") if data.get("recurred") else _("looked: it has not come back")
    if type_ == "incident.role":
        return _("gave the role %(role)s") % {"role": role(str(data["role"]))}
    plain = {
        "page.raised": _("somebody must look: the page is raised"),
        "page.repeated": _("asked for again"),
        "page.acknowledged": _("acknowledged the page"),
        "page.handed_back": _("gave the page back"),
        "page.resolved": _("resolved the page"),
        "incident.opened": _("opened the incident"),
        "incident.changed": _("changed what the incident is"),
        "incident.closed": _("closed the incident"),
        "incident.reopened": _("opened the incident again"),
        "incident.reviewed": _("wrote the review"),
    }
    return plain.get(type_, type_)


def update(audience: str, state: str) -> str:
    """What became of an update for an audience."""
    whom = {"internal": _("colleagues"), "stakeholders": _("stakeholders")}.get(audience, audience)
    sentence = {
        "draft": _("drafted an update for %(whom)s"), "approved": _("approved the update for %(whom)s"),
        "sent": _("the update for %(whom)s was sent"), "failed": _("the update for %(whom)s could not be sent"),
        "dropped": _("dropped the update for %(whom)s"),
    }.get(state, state)  # fmt: skip
    return sentence % {"whom": whom}


def role(key: str) -> str:
    """A role of the room."""
    return {
        "lead": _("lead"), "communications": _("communications"), "scribe": _("scribe"), "legal": _("legal"),
    }.get(key, key)  # fmt: skip


def _fired(data: dict[str, Any]) -> str:
    people = int(data["people"])
    if not people:
        return _("step %(step)s: nobody is on call there") % {"step": int(data["step"]) + 1}
    count = ngettext("%(num)s person called", "%(num)s people called", people) % {"num": people}
    return _("step %(step)s: %(count)s") % {"step": int(data["step"]) + 1, "count": count}


def _call(data: dict[str, Any]) -> str:
    values = {"pager": data["pager"]}
    if data["state"] == "sent":
        return _("said by %(pager)s") % values
    return _("%(pager)s could not be reached") % values
