"""The few values of events that sentences name, in the reader's language; what is not among them (keys, names) stays as it is."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

TERMS: dict[str, str] = {
    "violating": N_("violating"), "clean": N_("clean"), "unsure": N_("unsure"),
    "author": N_("author"), "reporter": N_("reporter"), "item": N_("item"), "account": N_("account"),
    "review": N_("review"), "second": N_("second opinion"), "appeal": N_("appeal"), "escalation": N_("escalation"),
    "qa": N_("look"), "golden": N_("review"),
    "cluster": N_("cluster"),
    "upheld": N_("upheld"), "overturned": N_("overturned"), "modified": N_("changed"),
    "report": N_("report"), "signal": N_("signal"), "undo": N_("undo"),
    "decided_elsewhere": N_("decided elsewhere"), "escalated": N_("escalated"), "handed_back": N_("handed back"),
    "auto": N_("decided by a rule"), "undone": N_("undone"), "restricted": N_("restricted"), "joined": N_("joined"), "bulk": N_("in bulk"),
    "withdrawn": N_("withdrawn"), "export": N_("export"), "authority": N_("for an authority"), "reversal": N_("reversal"),
    "user": N_("user"), "trusted_flagger": N_("trusted flagger"), "law_enforcement": N_("law enforcement"),
    "government": N_("government"), "partner": N_("partner"), "employee": N_("employee"), "detection": N_("detection"),
    "regulator": N_("regulator"), "drafted": N_("drafted"), "reading": N_("being read"), "done": N_("done"), "dropped": N_("dropped"),
    "waiting": N_("waiting"), "sent": N_("sent"), "queued": N_("queued"), "open": N_("open"), "closed": N_("closed"),
}  # fmt: skip


def term(value: str) -> str:
    """``second`` -> ``second opinion``, in the reader's language."""
    known = TERMS.get(value)
    return _(known) if known else value.replace("_", " ")
