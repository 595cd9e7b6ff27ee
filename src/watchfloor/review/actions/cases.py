"""A case's life: opened or joined by what comes in, reopened after the cool-down, closed by a finding.

Two reports of one item at the same moment must meet in one case: an advisory lock on (item, harm group) lets one of them in
at a time, and the partial unique index would refuse a second open case even so.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from watchfloor.items.media.actions import restrict_version
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger import rows
from watchfloor.ledger.writer import Writer
from watchfloor.policy.contracts import PolicyRef
from watchfloor.review import plan, tongues
from watchfloor.review.actions import jobs
from watchfloor.review.actions.people import of_case
from watchfloor.review.domain import clocks
from watchfloor.review.domain.routing import Route
from watchfloor.review.domain.states import CASE
from watchfloor.review.events import CaseClosed, CaseOpened, CaseReopened
from watchfloor.review.models import Case

UNJUDGED = ("duplicate", "withdrawn", "muted")  # closed without a finding: what comes in opens it again
MOST_JOINED = 50  # cases in a row, each a duplicate of the next


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """What comes in on an item: a report, or findings of detection."""

    item: Item
    version: str
    policy: PolicyRef
    by: str  # report | signal
    channel: str
    severity: int
    at: datetime  # when the sender was given the receipt: ages begin here
    reporter_kind: str = ""
    market: str = ""
    language: str = ""
    surface: str = ""
    reach: int = 0
    queue: str = ""  # where a rule asks it to go


def find(arrival: Arrival, *, follow: bool = True) -> Case | None:
    """The one case of this item and harm group, locked; None when there is none yet. Nobody else can make it meanwhile.

    With ``follow``, one that was closed as a duplicate stands for the case it was joined to, as long as that is not closed.
    """
    name = f"{arrival.item.pk}\x1f{arrival.policy.harm_group}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 13))", [name])
    case = rows.one(
        Case, "WHERE item_id = %s AND harm_group = %s ORDER BY id LIMIT 1 FOR UPDATE",
        [arrival.item.pk, arrival.policy.harm_group],
    )  # fmt: skip
    own, steps = case, 0
    while follow and case is not None and case.duplicate_of is not None and case.state == Case.State.CLOSED:
        steps += 1
        case = lock(case.duplicate_of) if steps < MOST_JOINED else None
    return own if case is None or case.state == Case.State.CLOSED else case


def lock(case_id: UUID) -> Case:
    """The case, locked before any of its jobs (always in this order, so that nobody waits in a circle)."""
    case = rows.one(Case, "WHERE id = %s FOR UPDATE", [case_id])
    if case is None:
        raise NotFound("unknown_case", "There is no such case.")
    return case


def lock_of_job(job_id: UUID, holder: UUID) -> Case | None:
    """The case of a job that this person holds or held last, locked; None for any other job, there or not."""
    mine = "WHERE id = (SELECT case_id FROM review_job WHERE id = %s AND lease_holder = %s) FOR UPDATE"
    return rows.one(Case, mine, [job_id, holder])


def take_in(w: Writer, case: Case | None, arrival: Arrival, *, manual: bool) -> tuple[Case, str]:
    """Open the case, reopen it, or join it; says which: opened | reopened | open | cooling.

    An open or reopened case takes on the higher severity and reach and the earlier due time. Rows of a joined case are
    changed, but not yet said: the caller's event carries them.
    """
    clearance = arrival.policy.clearance or (case.clearance if case is not None else "")
    if clearance:
        restrict_version(w, arrival.version, clearance)
    if case is None:
        return _open(w, arrival, manual), "opened"
    if case.item_id == arrival.item.pk:  # else it is about a duplicate that was joined to this case
        case.item = arrival.item  # so that nobody reads it again
    if case.state != Case.State.CLOSED:
        soonest = jobs.due(case, where(case, arrival).queue, arrival.at, reporter_kind=arrival.reporter_kind)
        _raise(w, case, arrival, min(case.due_at, soonest))
        return case, "open"
    assert case.closed_at is not None
    fresh = clock.now() - case.closed_at < clocks.COOL_DOWN
    if fresh and case.item_version == arrival.version and case.closed_how not in UNJUDGED:
        return case, "cooling"
    reopen(w, case, why=arrival.by, at=arrival.at, arrival=arrival, manual=manual)
    return case, "reopened"


def where(case: Case, arrival: Arrival | None = None) -> Route:
    """The queue for the case's next ordinary job: the one a rule asks for, if it may take the case, or by the routing table."""
    if arrival is not None and arrival.queue:
        asked = plan.queue(arrival.queue)
        if asked is not None and asked.takes(case.clearance):
            return Route(asked.key, "asked for by a rule")
    return jobs.route_case(case, reporter_kind=arrival.reporter_kind if arrival else "")


def reopen(
    w: Writer, case: Case, *, why: str, at: datetime, arrival: Arrival | None = None, manual: bool = True
) -> None:
    """Closed -> open: the clock starts again, former reports stay counted as history only."""
    now = clock.now()
    assert case.closed_at is not None
    since, how = clocks.milliseconds(now - case.closed_at), case.closed_how
    w.update(
        case, state=CASE.after(case.state, "reopen"), reopened_at=at, closed_at=None, closed_how="",
        report_count=0, trusted_count=0, credit=0.0, duplicate_of=None,
    )  # fmt: skip
    if arrival is not None:
        _raise(w, case, arrival, None)
    queue = where(case, arrival).queue
    w.update(case, due_at=jobs.due(case, queue, at, reporter_kind=arrival.reporter_kind if arrival else ""))
    event = CaseReopened(**of_case(case), why=why, since_closed_ms=since, closed_how=how, manual=manual)
    w.event(event, case, case_id=case.pk, item_version=case.item_version)


def close(w: Writer, case: Case, *, how: str, verdict: str, violation: str) -> None:
    """Open or escalated -> closed."""
    now = clock.now()
    w.update(case, state=CASE.after(case.state, "close"), closed_at=now, closed_how=how)
    event = CaseClosed(
        **of_case(case), how=how, verdict=verdict, violation=violation, reports=case.report_count,
        age_ms=clocks.milliseconds(now - (case.reopened_at or case.opened_at)),
        total_ms=clocks.milliseconds(now - case.opened_at), in_time=now <= case.due_at,
    )  # fmt: skip
    w.event(event, case, case_id=case.pk, item_version=case.item_version)


def _open(w: Writer, arrival: Arrival, manual: bool) -> Case:
    case = Case(
        item=arrival.item, harm_group=arrival.policy.harm_group, policy_key=arrival.policy.key, state=Case.State.OPEN,
        item_version=arrival.version, market=arrival.market, surface=arrival.surface,
        language=arrival.language or tongues.of_item(arrival.item, arrival.version),
        channel=arrival.channel, severity=arrival.severity, clearance=arrival.policy.clearance, reach=arrival.reach,
        opened_at=arrival.at,
    )  # fmt: skip
    due_at = jobs.due(case, where(case, arrival).queue, arrival.at, reporter_kind=arrival.reporter_kind)
    values = {field.attname: getattr(case, field.attname) for field in Case._meta.concrete_fields}
    case = w.create(Case, **{**values, "due_at": due_at})
    case.item = arrival.item  # so that nobody reads it again
    event = CaseOpened(
        **of_case(case), by=arrival.by, harm_group=case.harm_group, reporter_kind=arrival.reporter_kind,
        surface=arrival.surface, manual=manual,
    )  # fmt: skip
    w.event(event, case, case_id=case.pk, item_version=arrival.version)
    return case


def _raise(w: Writer, case: Case, arrival: Arrival, due_at: datetime | None) -> None:
    # The gravest policy of the group names the case: it decides who may see it and where it goes.
    changes: dict[str, object] = {"reach": max(case.reach, arrival.reach)}
    if arrival.item.pk == case.item_id:  # else it is about a duplicate that was joined to this case
        changes["item_version"] = arrival.version
    if arrival.severity > case.severity:
        changes["severity"] = arrival.severity
        changes["policy_key"] = arrival.policy.key
    if arrival.policy.clearance and not case.clearance:
        changes["clearance"] = arrival.policy.clearance
    if due_at is not None:
        changes["due_at"] = due_at
    w.update(case, **changes)
