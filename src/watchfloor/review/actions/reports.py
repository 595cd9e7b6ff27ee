"""What comes in: reports of people and bodies, findings of detection. Each joins its case, or opens one with a job."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import msgspec

from watchfloor.items import protected
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.ledger import rows
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.review import standing
from watchfloor.review.actions import cases, jobs, muted, receipts, reporters
from watchfloor.review.actions.people import of_case
from watchfloor.review.contracts import ReportIn, SignalIn
from watchfloor.review.domain import clocks
from watchfloor.review.events import ReportReceived, SignalReceived
from watchfloor.review.models import Case, Decision, Report, Signal

TRUSTED = frozenset({"trusted_flagger", "government", "law_enforcement"})


def receive_report(w: Writer, report: ReportIn, *, item: Item | None = None) -> Case:
    """A report whose item has been seen: it joins the open case of its item and harm group, or opens or reopens one.

    The same receipt twice changes nothing. A further report of the same reporter on the same open case is recorded, but not
    counted. On a case closed less than the cool-down ago, with the item unchanged, it is recorded and gets that case's outcome.

    A muted reporter's report is kept and moves nothing. Unknown reasons are ``BadInput``.
    ``item`` is the report's item where the caller has it in hand.
    """
    known = rows.one(Report, "WHERE id = %s", [report.id])
    if known is not None:
        return known.case
    kind = standing.of(report.reporter_kind, report.reporter)
    if kind != report.reporter_kind:
        report = msgspec.structs.replace(report, reporter_kind=kind)
    policy = policies.policy(policies.reason(report.reason_key).policy_key)
    now = clock.now()
    item = item or Item.objects.get(pk=report.item)
    arrival = cases.Arrival(
        item=item, version=report.item_version, policy=policy, by="report", channel=report.channel,
        severity=policy.severity, at=min(report.received_at, now), reporter_kind=report.reporter_kind,
        market=report.market or item.market, language=report.language or item.language, surface=report.surface,
        reach=report.reach,
    )  # fmt: skip
    if reporters.is_muted(report.reporter_kind, report.reporter, policy):
        return muted.keep(w, report, arrival)
    case, joined = cases.take_in(w, cases.find(arrival), arrival, manual=True)
    counted = not (
        report.reporter
        and joined != "opened"
        and Report.objects.filter(
            case=case, reporter=report.reporter, reporter_kind=report.reporter_kind, outcome=""
        ).exists()
    )
    w.create(
        Report, id=report.id, case=case, item=item, item_version=report.item_version, source=report.source,
        channel=report.channel, reporter_kind=report.reporter_kind, reporter=report.reporter,
        reason_key=report.reason_key, note=report.note, language=arrival.language, market=arrival.market,
        received_at=report.received_at, counted=counted, outcome=_outcome(case) if joined == "cooling" else "",
        representative=protected.speaks_for(report.reporter),
    )  # fmt: skip
    live = False
    if joined != "cooling":
        if counted:
            trusted = case.trusted_count + (report.reporter_kind in TRUSTED)
            points = reporters.points_of(report.reporter_kind, report.reporter, report.channel, case.policy_key)
            credit = round(case.credit + points, 3)
            w.update(case, report_count=case.report_count + 1, trusted_count=trusted, credit=credit)
        live = jobs.hurry(w, case) if joined == "open" else False
    event = ReportReceived(
        **{**of_case(case), "channel": report.channel}, reason=report.reason_key, reporter_kind=report.reporter_kind,
        source=report.source, joined=joined, counted=counted, wait_ms=clocks.milliseconds(now - report.received_at),
    )  # fmt: skip
    w.event(event, ("report", report.id), case_id=case.pk, item_version=report.item_version)
    receipts.acknowledge(w, case, report, arrival)
    if joined != "cooling" and not live:
        _first_job(w, case, joined, arrival)
    return case


def receive_signals(
    w: Writer,
    item_id: UUID,
    version: str,
    signals: Iterable[SignalIn],
    *,
    channel: str = "rule",
    open_case: bool,
    reach: int = 0,
    make_job: bool = True,
    item: Item | None = None,
    queue: str = "",
) -> Case | None:
    """Findings on an item version join the open case of their harm group; with ``open_case`` they open one.

    A source says a thing of an item version once: said again, only its score is brought up to date, and where nothing is new
    nothing is written.

    Returns the gravest case touched, or None when there is none and none may be opened. ``make_job=False`` is for a rule that
    decides in the same transaction: no job is put before people. ``item`` is the item itself where the caller has it in hand.
    ``queue`` is where a new job goes whatever the routing table says, if that queue may take it (``queries.why_not_queue``).
    """
    item = item or Item.objects.get(pk=item_id)
    touched: list[Case] = []
    for arrival, group in _by_group(item, version, signals, channel, reach, queue):
        case = cases.find(arrival)
        if case is None and not open_case:
            continue
        if case is not None and case.state == Case.State.CLOSED and not open_case:
            joined = "cooling"
        else:
            case, joined = cases.take_in(w, case, arrival, manual=make_job)
        fresh = _fresh(w, case, version, group)
        w.create_many(
            Signal,
            [
                {
                    "case": case, "item_version": version, "source": signal.source, "policy_key": signal.policy_key,
                    "score": signal.score, "reason": signal.reason, "details": signal.details, "at": clock.now(),
                }
                for signal in fresh
            ],
        )  # fmt: skip
        w.update(case, signal_count=case.signal_count + len(fresh))
        live = jobs.hurry(w, case) if joined == "open" else False
        if w.has_changes or joined in ("opened", "reopened"):
            sources = sorted({signal.source for signal in fresh or group})
            event = SignalReceived(**{**of_case(case), "channel": channel}, sources=sources, joined=joined)
            w.event(event, case, case_id=case.pk, item_version=version)
        if make_job and not live and joined != "cooling":
            _first_job(w, case, joined, arrival)
        touched.append(case)
    return max(touched, key=lambda case: case.severity, default=None)


def _fresh(w: Writer, case: Case, version: str, group: list[SignalIn]) -> list[SignalIn]:
    """The signals that say something new of this version; those that were said before get their present score."""
    once: dict[str, SignalIn] = {}
    for signal in group:  # of two findings of one source the higher score counts
        known = once.get(signal.source)
        if known is None or (signal.score or 0) > (known.score or 0):
            once[signal.source] = signal
    said = "WHERE case_id = %s AND item_version = %s AND source = ANY(%s)"
    for row in rows.select(Signal, said, [case.pk, version, sorted(once)]) if case.signal_count else []:
        again = once.pop(row.source, None)
        if again is not None and again.score is not None:
            w.update(row, score=again.score)
    return list(once.values())


def _by_group(
    item: Item, version: str, signals: Iterable[SignalIn], channel: str, reach: int, queue: str
) -> list[tuple[cases.Arrival, list[SignalIn]]]:
    groups: dict[str, list[SignalIn]] = {}
    for signal in signals:
        groups.setdefault(policies.policy(signal.policy_key).harm_group, []).append(signal)
    result = []
    for harm_group in sorted(groups):  # always in one order: two writers never wait for each other's lock
        group = groups[harm_group]
        found = [(policies.policy(signal.policy_key), signal) for signal in group]
        policy, _ = max(found, key=lambda pair: pair[0].severity)
        severity = max(p.severity if s.severity is None else s.severity for p, s in found)
        arrival = cases.Arrival(
            item=item, version=version, policy=policy, by="signal", channel=channel, severity=severity, at=clock.now(),
            market=item.market, language=item.language, reach=reach, queue=queue,
        )  # fmt: skip
        result.append((arrival, group))
    return result


def _first_job(w: Writer, case: Case, joined: str, arrival: cases.Arrival) -> None:
    if (
        case.state == Case.State.ESCALATED
    ):  # its escalation lost its job to a restriction; the lead's queue takes it again
        target = jobs.route_case(case, kind="escalation", reporter_kind=arrival.reporter_kind)
        jobs.make(w, case, kind="escalation", cause="escalation", where=target, due_at=case.due_at)
        return
    cause = {"opened": "new", "reopened": "reopened"}.get(joined, "transfer")
    target = cases.where(case, arrival)
    jobs.make(w, case, kind="review", cause=cause, where=target, due_at=case.due_at)


def _outcome(case: Case) -> str:
    if case.last_decision_id is None:
        return ""
    verdict = Decision.objects.values_list("verdict", flat=True).get(pk=case.last_decision_id)
    return {"violating": "upheld", "clean": "rejected"}.get(verdict, "")
