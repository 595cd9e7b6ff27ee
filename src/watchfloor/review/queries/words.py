"""Ledger events of a case in words: one sentence each, for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from watchfloor.review.queries import bench_words, effect_words, many_words

Data = dict[str, Any]


def of(type_name: str, data: Data) -> str:
    """What happened, as a clause that follows a name: "decided: violating, spam.bulk"."""
    tell = SENTENCES.get(type_name)
    return tell(data) if tell else type_name.replace(".", " ").replace("_", " ")


def span(ms: int) -> str:
    """A duration in one unit: "41 s", "12 min", "3 h", "2 days"."""
    seconds = ms / 1000
    for limit, unit, size in ((100, "s", 1), (6000, "min", 60), (172_800, "h", 3600)):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} days"


def _received(data: Data) -> str:
    who = data["reporter_kind"].replace("_", " ")
    again = {
        "opened": "", "open": ", joining the case", "reopened": ", reopening the case",
        "cooling": ", after the decision: recorded, not reopened", "muted": "; the reporter is muted: kept, and moves nothing",
    }[data["joined"]]  # fmt: skip
    return f"a report ({data['reason']}) came in from a {who} by {data['channel']}{again}" + (
        "" if data["counted"] or data["joined"] == "muted" else "; the same reporter again, not counted"
    )


def _finding(data: Data) -> str:
    return str(data["verdict"]) + (f", {data['violation']}" if data["violation"] else "")


def _released(data: Data) -> str:
    ended = {
        "released": "gave the job back",
        "skipped": "skipped the job",
        "expired": "let the lease run out",
        "idle": "looked elsewhere, and the job went back",
        "unaccepted": "did not accept the job",
        "stepped_back": "the job went back to its queue",
    }
    return ended[data["why"]] + (f" ({data['detail']})" if data["detail"] else "")


def _a(word: str) -> str:
    return f"{'an' if word[:1] in 'aeio' else 'a'} {word}"


def _decision(data: Data) -> str:
    how = {"human": "decided", "rule": "decided automatically", "appeal": "decided on appeal", "undo": "took back"}
    if data["origin"] == "undo":
        return "took the decision back"
    return f"{how[data['origin']]}: {_finding(data)}"


SENTENCES: dict[str, Callable[[Data], str]] = {
    **bench_words.SENTENCES,
    "case.opened": lambda d: f"the case was opened under {d['policy']}, severity {d['severity']}",
    "case.reopened": lambda d: (
        f"the case was reopened by a {d['why']}" if d["why"] != "undo" else "the case was reopened"
    ),
    "case.closed": lambda d: (
        f"the case was closed as {_finding(d)} after {span(d['age_ms'])}" + ("" if d["in_time"] else ", late")
    ),
    "report.received": _received,
    "signal.received": lambda d: "detection spoke up: " + ", ".join(d["sources"]),
    "job.ready": lambda d: f"{_a(d['kind'])} job entered {d['queue']} (rule: {d['routed_by']})",
    "job.transferred": lambda d: f"moved the job from {d['queue']} to {d['to_queue']}",
    "job.leased": lambda d: f"took the {d['kind']} job from {d['queue']} after {span(d['wait_ms'])}",
    "job.released": _released,
    "job.decided": lambda d: (
        f"finished the {d['kind']} job in {span(d['active_ms'])} of focus"
        + (f", {span(d['late_ms'])} late" if d["late_ms"] else "")
    ),
    "job.cancelled": lambda d: f"the {d['kind']} job in {d['queue']} ended ({d['why'].replace('_', ' ')})",
    "job.breached": lambda d: f"the {d['kind']} job in {d['queue']} passed its due time",
    "decision.made": _decision,
    "decision.superseded": lambda d: f"the decision ({_finding(d)}) fell",
    "appeal.filed": lambda d: f"the {d['by']} appealed {span(d['after_ms'])} after the decision",
    "appeal.ineligible": lambda d: f"the {d['by']}'s appeal cannot be heard",
    "appeal.queued": lambda d: f"the {d['by']}'s appeal waits in {d['queue']}",
    "appeal.decided": lambda d: f"the {d['by']}'s appeal was {d['outcome']}",
    "appeal.remedied": lambda d: "everything the fallen decision did is undone",
    "appeal.withdrawn": lambda d: f"the {d['by']} withdrew the appeal",
    "escalation.raised": lambda d: f"handed the case up to {d['to_queue']}",
    "escalation.acknowledged": lambda d: f"acknowledged the escalation after {span(d['after_ms'])}",
    "escalation.resolved": lambda d: f"the escalation was resolved after {span(d['after_ms'])}",
    "escalation.handed_back": lambda d: "handed the case back to the floor",
    "mark.made": lambda d: f"marked the video at {span(d['at_ms'])}",
    "mark.removed": lambda d: f"took the mark at {span(d['at_ms'])} off",
    "stream.ended": lambda d: "the stream ended; what is left is ordinary work",
    "release.asked": lambda d: f"asked a second person for a release ({d['kind']})",
    "release.judged": lambda d: f"{'agreed to' if d['agreed'] else 'refused'} the release ({d['kind']})",
    "release.used": lambda d: f"used the release ({d['kind']})",
    "note.added": lambda d: "added a note",
    **many_words.SENTENCES,
    **effect_words.SENTENCES,
}
