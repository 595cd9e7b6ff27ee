"""Ledger events of a case in words: one sentence each, for people, in the language of whoever reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.utils.translation import ngettext

from watchfloor.review.queries import appeal_words, bench_words, effect_words, many_words, names, other_words
from watchfloor.review.queries.terms import term

Data = dict[str, Any]


def of(type_name: str, data: Data) -> str:
    """What happened, as a clause that follows a name: "decided: violating, spam.bulk"."""
    tell = SENTENCES.get(type_name)
    return tell(data) if tell else type_name.replace(".", " ").replace("_", " ")


def span(ms: int) -> str:
    """A duration in one unit: "41 s", "12 min", "3 h", "2 days"."""
    seconds = ms / 1000
    for limit, unit, size in ((100, N_("s"), 1), (6000, N_("min"), 60), (172_800, N_("h"), 3600)):
        if seconds < limit:
            return f"{seconds / size:.0f} {_(unit)}"
    days = round(seconds / 86_400)
    return ngettext("%(num)s day", "%(num)s days", days) % {"num": days}


def _plain(message: str) -> Callable[[Data], str]:
    """A sentence without values."""
    return lambda _data: _(message)


def _with(message: str, **values: Callable[[Data], Any]) -> Callable[[Data], str]:
    """A sentence with values, each read from the event."""
    return lambda data: _(message) % {name: read(data) for name, read in values.items()}


def _value(name: str) -> Callable[[Data], Any]:
    return lambda data: data[name]


def _named(of_key: Callable[[str], str], name: str) -> Callable[[Data], str]:
    return lambda data: of_key(data[name])


def _term(name: str) -> Callable[[Data], str]:
    return lambda data: term(data[name])


def _span(name: str) -> Callable[[Data], str]:
    return lambda data: span(data[name])


QUEUE, TO_QUEUE = _named(names.queue, "queue"), _named(names.queue, "to_queue")
POLICY = _named(names.policy, "policy")

RECEIVED = {
    "opened": N_("a report (%(reason)s) came in from: %(who)s, by %(channel)s"),
    "open": N_("a report (%(reason)s) came in from: %(who)s, by %(channel)s, joining the case"),
    "reopened": N_("a report (%(reason)s) came in from: %(who)s, by %(channel)s, reopening the case"),
    "cooling": N_("a report (%(reason)s) came in from: %(who)s, by %(channel)s, after the decision: recorded, not reopened"),
    "muted": N_("a report (%(reason)s) came in from: %(who)s, by %(channel)s; the reporter is muted: kept, and moves nothing"),
}  # fmt: skip
RELEASED = {
    "released": N_("gave the job back"), "skipped": N_("skipped the job"), "expired": N_("let the lease run out"),
    "idle": N_("looked elsewhere, and the job went back"), "unaccepted": N_("did not accept the job"),
    "stepped_back": N_("the job went back to its queue"),
}  # fmt: skip
DECIDED = {
    "human": N_("decided: %(finding)s"), "rule": N_("decided automatically: %(finding)s"),
    "appeal": N_("decided on appeal: %(finding)s"), "undo": N_("took the decision back"),
}  # fmt: skip


def _received(data: Data) -> str:
    said = _(RECEIVED[data["joined"]]) % {
        "reason": names.reason(data["reason"]), "who": term(data["reporter_kind"]), "channel": term(data["channel"]),
    }  # fmt: skip
    if data["counted"] or data["joined"] == "muted":
        return said
    return _("%(report)s; the same reporter again, not counted") % {"report": said}


def _finding(data: Data) -> str:
    return term(data["verdict"]) + (f", {names.violation(data['violation'])}" if data["violation"] else "")


def _closed(data: Data) -> str:
    said = N_("the case was closed as %(finding)s after %(span)s")
    late = N_("the case was closed as %(finding)s after %(span)s, late")
    return _(said if data["in_time"] else late) % {"finding": _finding(data), "span": span(data["age_ms"])}


def _reopened(data: Data) -> str:
    why = {"report": N_("the case was reopened by a report"), "signal": N_("the case was reopened by a signal"),
           "appeal": N_("the case was reopened by an appeal"), "undo": N_("the case was reopened")}  # fmt: skip
    return _(why.get(data["why"], why["undo"]))


def _released(data: Data) -> str:
    return _(RELEASED[data["why"]]) + (f" ({data['detail']})" if data["detail"] else "")


def _decided_job(data: Data) -> str:
    values = {"kind": term(data["kind"]), "active": span(data["active_ms"]), "late": span(data["late_ms"])}
    if data["late_ms"]:
        return _("finished the job (%(kind)s) in %(active)s of focus, %(late)s late") % values
    return _("finished the job (%(kind)s) in %(active)s of focus") % values


def _decision(data: Data) -> str:
    return _(DECIDED[data["origin"]]) % {"finding": _finding(data)}


def _release_judged(data: Data) -> str:
    said = N_("agreed to the release (%(kind)s)") if data["agreed"] else N_("refused the release (%(kind)s)")
    return _(said) % {"kind": term(data["kind"])}


def _of_party(by_author: str, by_reporter: str, **values: Callable[[Data], Any]) -> Callable[[Data], str]:
    """A sentence whose subject is the author or a reporter."""

    def tell(data: Data) -> str:
        said = by_author if data["by"] == "author" else by_reporter
        return _(said) % {name: read(data) for name, read in values.items()}

    return tell


SENTENCES: dict[str, Callable[[Data], str]] = {
    **bench_words.SENTENCES,
    "case.opened": _with(
        N_("the case was opened under %(policy)s, severity %(severity)s"), policy=POLICY, severity=_value("severity")
    ),
    "case.reopened": _reopened,
    "case.closed": _closed,
    "report.received": _received,
    "signal.received": _with(N_("detection spoke up: %(sources)s"), sources=lambda data: ", ".join(map(names.source, data["sources"]))),
    "bank.matched": _with(N_("known content was recognised (%(bank)s)"), bank=lambda data: names.source(f"match:{data['bank']}")),
    "job.ready": _with(
        N_("a job (%(kind)s) entered %(queue)s (rule: %(rule)s)"), kind=_term("kind"), queue=QUEUE, rule=_value("routed_by"),
    ),
    "job.transferred": _with(N_("moved the job from %(before)s to %(after)s"), before=QUEUE, after=TO_QUEUE),
    "job.leased": _with(
        N_("took the job (%(kind)s) from %(queue)s after %(span)s"), kind=_term("kind"), queue=QUEUE, span=_span("wait_ms"),
    ),
    "job.released": _released,
    "job.decided": _decided_job,
    "job.cancelled": _with(
        N_("the job (%(kind)s) in %(queue)s ended (%(why)s)"), kind=_term("kind"), queue=QUEUE, why=_term("why")
    ),
    "job.breached": _with(N_("the job (%(kind)s) in %(queue)s passed its due time"), kind=_term("kind"), queue=QUEUE),
    "decision.made": _decision,
    "decision.superseded": _with(N_("the decision (%(finding)s) fell"), finding=_finding),
    "appeal.filed": _of_party(
        N_("the author appealed %(span)s after the decision"), N_("the reporter appealed %(span)s after the decision"),
        span=_span("after_ms"),
    ),
    "appeal.ineligible": _of_party(N_("the author's appeal cannot be heard"), N_("the reporter's appeal cannot be heard")),
    "appeal.queued": _of_party(
        N_("the author's appeal waits in %(queue)s"), N_("the reporter's appeal waits in %(queue)s"), queue=QUEUE
    ),
    "appeal.decided": _of_party(
        N_("the author's appeal was %(outcome)s"), N_("the reporter's appeal was %(outcome)s"), outcome=_term("outcome")
    ),
    "appeal.remedied": _plain(N_("everything the fallen decision did is undone")),
    "appeal.withdrawn": _of_party(N_("the author withdrew the appeal"), N_("the reporter withdrew the appeal")),
    "escalation.raised": _with(N_("handed the case up to %(queue)s"), queue=TO_QUEUE),
    "escalation.acknowledged": _with(N_("acknowledged the escalation after %(span)s"), span=_span("after_ms")),
    "escalation.resolved": _with(N_("the escalation was resolved after %(span)s"), span=_span("after_ms")),
    "escalation.handed_back": _plain(N_("handed the case back to the floor")),
    "mark.made": _with(N_("marked the video at %(span)s"), span=_span("at_ms")),
    "mark.removed": _with(N_("took the mark at %(span)s off"), span=_span("at_ms")),
    "stream.matched": _with(
        N_("known content came up in the stream after %(span)s"), span=lambda data: span(int(1000 * data["second"]))
    ),
    "stream.clip_kept": _plain(N_("kept what was shown around it as evidence")),
    "stream.ended": _plain(N_("the stream ended; what is left is ordinary work")),
    "release.asked": _with(N_("asked a second person for a release (%(kind)s)"), kind=_term("kind")),
    "release.judged": _release_judged,
    "release.used": _with(N_("used the release (%(kind)s)"), kind=_term("kind")),
    "note.added": _plain(N_("added a note")),
    **many_words.SENTENCES,
    **effect_words.SENTENCES,
    **appeal_words.SENTENCES,
    **other_words.SENTENCES,
}  # fmt: skip
