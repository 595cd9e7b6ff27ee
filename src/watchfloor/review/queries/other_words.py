"""Ledger events that other parts of the house write about a case, in words: clocks that stand, pages, legal clocks, holds, statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from watchfloor.review.domain.findings import WAITS_FOR
from watchfloor.review.queries.terms import term

Data = dict[str, Any]

PAUSED_FOR = {"cluster": N_("the decision on its cluster")}
CALLED = {"done": N_("reached"), "failed": N_("could not be reached")}


def waits_for(key: str) -> str:
    """For whom a job's clock stands still, in words: "the reporter's answer"."""
    known = WAITS_FOR.get(key) or PAUSED_FOR.get(key)
    return _(known) if known else term(key)


def _plain(message: str) -> Callable[[Data], str]:
    return lambda _data: _(message)


def _paused(data: Data) -> str:
    if data["waits_for"] in PAUSED_FOR:
        return _("the job stands by: it waits for %(whom)s") % {"whom": waits_for(data["waits_for"])}
    return _("stopped the job's clock: it waits for %(whom)s") % {"whom": waits_for(data["waits_for"])}


def _resumed(data: Data) -> str:
    return _("the job waits in its queue again; it had waited for %(whom)s") % {"whom": waits_for(data["waits_for"])}


def _moved(data: Data) -> str:
    later = data["moved_ms"] > 0
    if data["by"] == "pause":
        return _("the job is due later: its clock had stood still")
    if later:
        return _("the job is due later, by a new version of the due times")
    return _("the job is due sooner, by a new version of the due times")


def _rule(message: str) -> Callable[[Data], str]:
    """A sentence about a legal clock, by its rule's key in words."""
    return lambda data: _(message) % {"rule": term(str(data["rule"]).replace(".", " "))}


def _clock_stopped(data: Data) -> str:
    said = (
        N_("the legal clock “%(rule)s” stopped in time")
        if data["met"]
        else N_("the legal clock “%(rule)s” stopped, late")
    )
    return _rule(said)(data)


def _submitted(data: Data) -> str:
    if data["problems"]:
        return _("the statement for the EU's database is kept back: something in it is missing or names a person")
    return _("the statement for the EU's database waits to be sent")


SENTENCES: dict[str, Callable[[Data], str]] = {
    "job.paused": _paused,
    "job.resumed": _resumed,
    "job.rescheduled": _moved,
    "job.due_soon": _plain(N_("the job is due soon")),
    "media.revealed": _plain(N_("looked at restricted media")),
    "page.raised": _plain(N_("on-call was paged")),
    "page.repeated": _plain(N_("the page was repeated")),
    "page.fired": lambda data: (
        _("nobody answered the page") if data["exhausted"] else _("the page called the next people")
    ),
    "page.acknowledged": _plain(N_("took the page")),
    "page.handed_back": _plain(N_("handed the page back")),
    "page.resolved": _plain(N_("the page is over")),
    "call.done": lambda data: _("a call by %(pager)s: %(state)s") % {
        "pager": data["pager"], "state": _(CALLED[data["state"]]) if data["state"] in CALLED else term(data["state"]),
    },
    "clock.started": _rule(N_("the legal clock “%(rule)s” started")),
    "clock.paused": _rule(N_("the legal clock “%(rule)s” stands still")),
    "clock.resumed": _rule(N_("the legal clock “%(rule)s” runs again")),
    "clock.warned": _rule(N_("the legal clock “%(rule)s” is about to run out")),
    "clock.missed": _rule(N_("the legal clock “%(rule)s” ran out")),
    "clock.stopped": _clock_stopped,
    "clock.ended": _rule(N_("the legal clock “%(rule)s” no longer matters")),
    "hold.placed": _plain(N_("evidence is held: nothing of it may be erased")),
    "hold.lifted": _plain(N_("the hold on evidence was lifted")),
    "submission.queued": _submitted,
    "submission.sent": _plain(N_("the statement is in the EU's database")),
    "submission.refused": _plain(N_("the EU's database refused the statement")),
    "submission.edited": _plain(N_("mended the statement for the EU's database")),
    "submission.waived": _plain(N_("gave up sending the statement to the EU's database")),
    "tip.begun": _plain(N_("a report to NCMEC was begun")),
    "tip.changed": _plain(N_("changed the report to NCMEC")),
    "tip.prepared": _plain(N_("prepared the report to NCMEC")),
    "tip.released": _plain(N_("released the report to NCMEC")),
    "tip.dropped": _plain(N_("gave the report to NCMEC up")),
    "tip.stepped": _plain(N_("the report to NCMEC went on by a step")),
    "tip.file_sent": _plain(N_("a file of the report to NCMEC was sent")),
    "tip.finished": _plain(N_("the report to NCMEC is finished")),
    "tip.failed": _plain(N_("NCMEC did not take the report")),
    "tip.late": _plain(N_("the report to NCMEC is late")),
    "tip.resumed": _plain(N_("sends the report to NCMEC again")),
    "tip.returned": _plain(N_("the report to NCMEC is a draft again")),
    "tip.withdrawn": _plain(N_("the report to NCMEC was withdrawn")),
}  # fmt: skip
