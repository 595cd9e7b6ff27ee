"""What happened on the floor as the protocol's events: one of ours is one of theirs, or none. The number of an event is its place in the
ledger, which never changes.

Who decided is not told: an event is by the caller itself, or by the service. Who reported is told to whom may see reporters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from watchfloor.enforcement import queries as enforcement
from watchfloor.enforcement.models import Action
from watchfloor.identity.domain import Actor
from watchfloor.interop.atproto import subjects
from watchfloor.interop.atproto.asking import Caller, iso
from watchfloor.interop.atproto.domain import names
from watchfloor.interop.atproto.domain.names import Here
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.models import Event
from watchfloor.policy import queries as policies
from watchfloor.review.models import Appeal, Case, Decision, Escalation, Note, Report

EVENT: Final = "tools.ozone.moderation.defs#modEvent"
APPEAL: Final = "com.atproto.moderation.defs#reasonAppeal"
OTHER: Final = "com.atproto.moderation.defs#reasonOther"
OURS: Final = {  # the protocol's kinds, and which of ours may be one
    "Report": ("report.received", "appeal.filed"), "Takedown": ("decision.made",), "Label": ("decision.made", "action.reversed"),
    "Acknowledge": ("decision.made",), "ReverseTakedown": ("decision.superseded",), "Escalate": ("escalation.raised",),
    "Comment": ("note.added",), "Tag": ("case.tagged",), "ResolveAppeal": ("appeal.decided",), "Mute": ("job.paused",),
    "Unmute": ("job.resumed",),
}  # fmt: skip
TYPES: Final = tuple(sorted({each for kinds in OURS.values() for each in kinds}))
Told = dict[str, Any]


def told(events: Sequence[Event], actor: Actor, here: Here, caller: Caller) -> list[tuple[Event, Told]]:
    """Events of cases as views, in their order; those that are none of theirs are left out. The caller may know of the cases."""
    read = _Read(events)
    out = []
    for event in events:
        case = read.cases.get(event.case_id) if event.case_id else None
        what = _what(event, read) if case is not None else None
        if case is None or what is None:
            continue
        out.append((event, {
            "id": event.ordinal, "event": what, "subject": subjects.ref(here, case.item), "subjectBlobCids": [],
            "createdBy": _by(event, read, actor, here, caller), "createdAt": iso(event.at),
        }))  # fmt: skip
    return out


class _Read:
    """The rows behind events, each kind read once."""

    def __init__(self, events: Sequence[Event]) -> None:
        by: dict[str, list[UUID]] = defaultdict(list)
        for event in events:
            kind, _, pk = event.subject.partition(":")
            by[kind].append(UUID(pk))
        cases = {event.case_id for event in events if event.case_id}
        self.cases = {row.pk: row for row in Case.objects.select_related("item", "item__author").filter(pk__in=cases)}
        self.reports = {row.pk: row for row in Report.objects.filter(pk__in=by["report"])}
        self.appeals = {row.pk: row for row in Appeal.objects.filter(pk__in=by["appeal"])}
        self.decisions = {row.pk: row for row in Decision.objects.filter(pk__in=by["decision"])}
        self.notes = {row.pk: row for row in Note.objects.filter(pk__in=by["note"])}
        self.raised = {row.pk: row for row in Escalation.objects.filter(pk__in=by["escalation"])}
        self.actions: dict[UUID, list[Action]] = defaultdict(list)
        self.single = {row.pk: row for row in Action.objects.filter(pk__in=by["action"])}
        for row in Action.objects.filter(decision_id__in=by["decision"], inverse_of__isnull=True).order_by("pk"):
            self.actions[row.decision_id].append(row)


def _what(event: Event, read: _Read) -> Told | None:
    pk = UUID(event.subject.partition(":")[2])
    data = event.data
    match event.type:
        case "report.received":
            report = read.reports.get(pk)
            said = {"reportType": _reason(report.reason_key if report else data.get("reason", ""))}
            return _event(
                "Report", report.note if report else "", **said, isReporterMuted=data.get("joined") == "muted"
            )
        case "appeal.filed":
            appeal = read.appeals.get(pk)
            return _event("Report", appeal.grounds if appeal else "", reportType=APPEAL)
        case "decision.made":
            return _decided(read.decisions.get(pk), data, read.actions.get(pk, []))
        case "decision.superseded" if data.get("verdict") == "violating" and not _labels_only(read.actions.get(pk, [])):
            return _event("ReverseTakedown", event.reason, policies=[data.get("policy", "")])
        case "escalation.raised":
            raised = read.raised.get(pk)
            return _event("Escalate", raised.reason if raised else event.reason)
        case "note.added":
            note = read.notes.get(pk)
            return _event("Comment", note.text if note else "")
        case "case.tagged":
            return _event("Tag", event.reason, add=data.get("added", []), remove=data.get("removed", []))
        case "appeal.decided":
            return _event("ResolveAppeal", data.get("outcome", ""))
        case "job.paused":
            return _event("Mute", event.reason, durationInHours=0)
        case "job.resumed":
            return _event("Unmute", event.reason)
        case "action.reversed" if pk in read.single and _value(read.single[pk]):
            return _event("Label", event.reason, createLabelVals=[], negateLabelVals=[_value(read.single[pk])])
    return None


def _decided(row: Decision | None, data: dict[str, Any], actions: list[Action]) -> Told | None:
    comment = row.rationale if row else ""
    if data.get("verdict") == "clean":
        return _event("Acknowledge", comment)
    if data.get("verdict") != "violating":
        return None
    values = [value for value in map(_value, actions) if value]
    others = [each for each in actions if not _value(each)]
    if _labels_only(actions):
        return _event("Label", comment, createLabelVals=values, negateLabelVals=[])
    named = [each for each in (data.get("violation"), data.get("policy")) if each]
    ends = [each.expires_at for each in others if each.expires_at]
    hours = {}
    if row is not None and others and len(ends) == len(others):
        hours = {"durationInHours": max(1, round((max(ends) - row.at).total_seconds() / 3600))}
    return _event("Takedown", comment, policies=named, **hours)


def _event(kind: str, comment: str, **more: Any) -> Told:
    return {"$type": f"{EVENT}{kind}", **({"comment": comment} if comment else {}), **more}


def _labels_only(actions: list[Action]) -> bool:
    """Whether all a decision did was to put labels on (and to tell the author)."""
    real = [each for each in actions if not _warns(each)]
    return bool(real) and all(_value(each) for each in real)


def _warns(action: Action) -> bool:
    return action.kind_key == "warn" or action.state == Action.State.REJECTED


def _value(action: Action) -> str:
    """The label an action puts on, if it is one that does."""
    try:
        labels = enforcement.kind(action.kind_key).does == "label"
    except BadInput:  # its entry is gone from the catalogue
        return ""
    return str(action.params.get("value") or "") if labels else ""


def _reason(key: str) -> str:
    try:
        known = policies.reason(key).atproto
    except BadInput:
        return OTHER
    return next((each for each in known if each.startswith("com.atproto.")), known[0] if known else OTHER)


def _by(event: Event, read: _Read, actor: Actor, here: Here, caller: Caller) -> str:
    if event.actor == str(actor):
        return caller.did
    report = read.reports.get(UUID(event.subject.partition(":")[2])) if event.type == "report.received" else None
    if report is not None and report.reporter:
        return reporter_did(actor, here, report, caller)
    return here.did


def reporter_did(actor: Actor, here: Here, report: Report, caller: Caller) -> str:
    """Who reported, for whom may know; else nobody in particular. One's own reports one knows."""
    if report.reporter_kind == "platform" and caller.token is not None and report.reporter == caller.token.source:
        return caller.did
    if not actor.has("reporter.view"):
        return f"{here.root}:reporter"
    if report.reporter_kind == "user":
        return names.did_of(here, names.ACCOUNT_TYPE, report.reporter)
    return f"{here.root}:{names.camel(report.reporter_kind)}" if report.reporter else f"{here.root}:reporter"
