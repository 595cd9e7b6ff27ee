"""Plays a fortnight through the floor's own doors, each step at its own moment.

Arrivals go the way of the spool's rows; simulated reviewers claim, take their time and decide as people do. The clock stands
at the step's moment, so every event, due time and number is what it would have been.
"""

from __future__ import annotations

import gc
import hashlib
import heapq
import itertools
import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from watchfloor.demo.clockwork import Clockwork, InStep
from watchfloor.demo.scenario import Scenario
from watchfloor.demo.steps import (
    Account,
    CohortJoined,
    MessagePosted,
    Reported,
    RulePaused,
    RuleResumed,
    ShiftEnded,
    ShiftStarted,
)
from watchfloor.demo.world import REASON, RULE_NAME, SOURCE, VIOLATION, World
from watchfloor.detection import hits, ruleset
from watchfloor.detection.actions import set_rule_state
from watchfloor.identity.domain import system
from watchfloor.insight import changes
from watchfloor.insight.changes import ChangeIn
from watchfloor.intake import drain, lake
from watchfloor.intake.models import Spooled
from watchfloor.intake.rows import EVENT, REPORT
from watchfloor.items import actions as items
from watchfloor.items.contracts import ItemSeen
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import writing
from watchfloor.review import actions as review
from watchfloor.review.contracts import AppealIn, DecisionIn
from watchfloor.review.models import Decision, Job
from watchfloor.workforce import actions as workforce
from watchfloor.workforce.models import Presence

Progress = Callable[[datetime, dict[str, int]], None]
LEASE = 2 * 3600.0
SWEEP = timedelta(minutes=30)  # simulated time between deliveries, expiries and breach marks
# Tables that grow from nothing within a minute keep the plans of empty ones (whole-table reads) until they are analysed.
ANALYZE_AT = frozenset({100, 400, 1600, 4000})
# The last hours are short-staffed (simulated), so that whoever opens the console finds a queue to work.
SHORT_STAFFED = timedelta(hours=14)
SHORT_SHARE = 0.8  # of looks at the queue that nobody is free for
LOOK_AGAIN = timedelta(hours=1)  # an idle reviewer looks by themselves this often; an arrival calls one sooner
INTAKE = system("intake")


class Replay:
    """One run over a scenario. ``counts`` says what was done so far."""

    def __init__(self, scenario: Scenario, world: World, clockwork: Clockwork | InStep, progress: Progress) -> None:
        self.scenario, self.world, self.progress = scenario, world, progress
        self._clockwork = clockwork
        self.counts = {"messages": 0, "reports": 0, "decisions": 0, "appeals": 0, "delivered": 0}
        self._order = itertools.count()
        self._agenda: list[tuple[datetime, int, Callable[..., None], tuple[Any, ...]]] = []
        self._on_until: dict[str, datetime] = {}
        self._busy: set[str] = set()  # those with something planned: work, or a look at the queue
        self._idle: dict[str, int] = {}  # looked and found nothing -> the number of the look that is planned
        self._accounts: set[str] = set()
        self._chance = random.Random(scenario.seed)
        self._spooled: list[Spooled] = []

    def run(self) -> dict[str, int]:
        """Play everything up to the scenario's end; what still waits then is the floor's present backlog."""
        with connection.cursor() as cursor:  # a replay that dies is begun anew: it need not survive a power cut
            cursor.execute("SET synchronous_commit = off")
        gc.set_threshold(50_000, 50, 50)  # a minute of many small, short-lived rows: the usual 700 costs a tenth of it
        self._plan(self.scenario.start + SWEEP, self._sweep)
        steps = iter(self.scenario.steps)
        step = next(steps, None)
        if self.scenario.end - SHORT_STAFFED > self.scenario.start:
            short = "Most shifts of the last hours are empty (simulated)."
            self._plan(self.scenario.end - SHORT_STAFFED, self._note, short, {}, "short-staffed")
        while step is not None or self._agenda:
            if step is not None and (not self._agenda or step.at <= self._agenda[0][0]):
                moment, act, arguments = step.at, self._arrive, (step,)
                step = next(steps, None)
            else:
                moment, _, act, arguments = heapq.heappop(self._agenda)
            if moment > self.scenario.end:
                break
            with clock.at(moment):
                act(moment, *arguments)
        with clock.at(self.scenario.end):
            self._sweep(self.scenario.end)
            self._keep_receipts()
        self.counts["delivered"] += self._clockwork.wait()
        hits.flush()
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = on")
        return self.counts

    def plan(self, at: datetime, act: Callable[[datetime], None]) -> None:
        """Something else that happens at a moment of the fortnight."""
        self._plan(at, act)

    def also(self, rows: Iterable[tuple[str, str, dict[str, Any], datetime]]) -> int:
        """Take further rows in (kind, key, row, moment) once the fortnight is played: nobody works on what they bring."""
        count = 0
        for kind, key, row, moment in rows:
            with clock.at(moment):
                self._take_in(kind, key, row, moment)
            count += 1
        with clock.at(self.scenario.end):
            self._keep_receipts()
        return count

    def record(self, rows: Iterable[tuple[str, str, dict[str, Any], datetime]]) -> int:
        """Rows (kind, key, row, moment) that nothing has to be done about, such as reads and likes: receipts and the lake hold them."""
        count = 0
        for kind, key, row, moment in rows:
            with clock.at(moment):
                self._spool(kind, key, row, moment)
            count += 1
        with clock.at(self.scenario.end):
            self._keep_receipts()
        return count

    def _plan(self, at: datetime, act: Callable[..., None], *arguments: Any) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), act, arguments))

    # -- arrivals -----------------------------------------------------------------------------------------------------

    def _arrive(self, moment: datetime, step: Any) -> None:
        if isinstance(step, MessagePosted):
            if self.counts["messages"] in ANALYZE_AT:
                with connection.cursor() as cursor:
                    cursor.execute("ANALYZE")
            self._know_account(step.account_id, moment)
            self._take_in(EVENT, f"post-{step.message_id}", message_row(step), moment)
            self.counts["messages"] += 1
        elif isinstance(step, Reported):
            row = report_row(step, self.scenario.posts[step.message_id])
            self._take_in(REPORT, step.report_id, row, moment)
            self.counts["reports"] += 1
            self._call_someone(moment, self.scenario.posts[step.message_id].market)
        elif isinstance(step, (RulePaused, RuleResumed)):
            after = "paused" if isinstance(step, RulePaused) else "on"
            with writing(system("demo")) as w:
                set_rule_state(w, RULE_NAME, after, why=step.why)
            ruleset.forget()
        elif isinstance(step, CohortJoined):
            self._note(moment, step.why, {"vendor": [step.vendor.lower()]}, "cohort")
        elif isinstance(step, ShiftStarted):
            self._on_until[step.reviewer_id] = step.until
            workforce.heartbeat(self.world.reviewers[step.reviewer_id], "available")
            if step.reviewer_id not in self._busy:
                self._busy.add(step.reviewer_id)
                self._plan(moment + timedelta(seconds=30), self._take_next, step.reviewer_id)
        elif isinstance(step, ShiftEnded):
            # A browser beats all the shift; here once, at its end.
            Presence.objects.filter(reviewer_id=self.world.users[step.reviewer_id]).update(seen_at=moment)
            workforce.heartbeat(self.world.reviewers[step.reviewer_id], "away")

    def _note(self, moment: datetime, title: str, scope: dict[str, list[str]], key: str) -> None:
        """Into the change log, as whoever plans shifts would."""
        known = ChangeIn(kind="staffing", title=title, starts_at=moment, scope=scope, source="api", key=f"demo:{key}")
        with writing(system("demo")) as w:
            changes.record(w, known)

    def _know_account(self, account_id: str, moment: datetime) -> None:
        if account_id in self._accounts:
            return
        self._accounts.add(account_id)
        account = self.scenario.accounts[account_id]
        with writing(INTAKE, on_behalf=f"source:{SOURCE}") as w:
            items.see(w, account_seen(account, moment))

    def _take_in(self, kind: str, key: str, row: dict[str, Any], moment: datetime) -> None:
        spooled = self._spool(kind, key, row, moment)
        with writing(INTAKE, on_behalf=f"source:{SOURCE}") as w:
            drain.HANDLERS[kind](w, spooled)
        if len(self._spooled) >= 2000:
            self._keep_receipts()

    def _spool(self, kind: str, key: str, row: dict[str, Any], moment: datetime) -> Spooled:
        body = msgspec.json.encode(row)
        spooled = Spooled(
            id=new_id(), kind=kind, source=SOURCE, key=key, body_hash=drain_hash(body), lane=1, state=Spooled.State.DONE,
            received_at=moment, body=body,
        )  # fmt: skip
        self._spooled.append(spooled)
        return spooled

    def _keep_receipts(self) -> None:
        """What the spool and the lake would hold of these rows."""
        if not self._spooled:
            return
        lake.write(lake.rows(self._spooled))
        for row in self._spooled:
            row.body = None
        Spooled.objects.bulk_create(self._spooled)
        self._spooled = []

    # -- people -------------------------------------------------------------------------------------------------------

    def _take_next(self, moment: datetime, reviewer: str) -> None:
        self._idle.pop(reviewer, None)
        if moment >= self._on_until.get(reviewer, moment):
            self._busy.discard(reviewer)
            return
        short = moment > self.scenario.end - SHORT_STAFFED and self._chance.random() < SHORT_SHARE
        lease = None if short else review.claim(self.world.reviewers[reviewer], lease_seconds=LEASE)
        if lease is None:
            self._idle[reviewer] = look = next(self._order)
            self._plan(moment + LOOK_AGAIN, self._look_again, reviewer, look)
            return
        message = Job.objects.filter(pk=lease.job_id).values_list("case__item__external_id", flat=True).get()
        seconds = self.scenario.handle_seconds(reviewer, message)
        self._plan(
            moment + timedelta(seconds=seconds), self._decide, reviewer, lease.job_id, lease.token, message, seconds
        )
        pause = seconds / self.scenario.reviewers[reviewer].share
        self._plan(moment + timedelta(seconds=pause), self._take_next, reviewer)

    def _look_again(self, moment: datetime, reviewer: str, look: int) -> None:
        if self._idle.get(reviewer) == look:  # not called in the meantime
            self._take_next(moment, reviewer)

    def _call_someone(self, moment: datetime, market: str) -> None:
        """One idle reviewer of the market, the one who has waited longest, takes a look a minute later."""
        for reviewer in self._idle:
            if market in self.scenario.reviewers[reviewer].markets:
                del self._idle[reviewer]
                self._plan(moment + timedelta(minutes=1), self._take_next, reviewer)
                return

    def _decide(self, moment: datetime, reviewer: str, job_id: UUID, token: int, message: str, seconds: float) -> None:
        actor = self.world.reviewers[reviewer]
        job = Job.objects.select_related("case").get(pk=job_id)
        active = int(seconds * 1000)
        found = self.scenario.finding(reviewer, message)
        try:
            if job.kind == "appeal":
                review.decide(actor, job_id, token, self._on_appeal(job, message, active))
                self.counts["decisions"] += 1
                return
            if found.escalate and job.kind == "review":
                review.escalate(
                    actor, job_id, token, "Not sure that the policy covers this", "escalations", active_ms=active
                )
                return
            policy = found.policy
            decision = DecisionIn(verdict="clean", active_ms=active)
            if policy is not None:
                decision = DecisionIn(verdict="violating", violation_key=VIOLATION[policy], active_ms=active)
            made = review.decide(actor, job_id, token, decision)
        except WatchfloorError as error:  # another decision on the case got there first: as on a real floor
            if error.code not in {"stale_lease", "case_closed", "job_gone"}:
                raise
            return
        self.counts["decisions"] += 1
        if made.verdict == "violating":
            self._maybe_appeal(moment, made.pk, message)

    def _on_appeal(self, job: Job, message: str, active: int) -> DecisionIn:
        wish = self.scenario.appeal_wish(message)
        if wish.should_overturn:
            return DecisionIn(
                verdict="clean", rationale="On a second reading this is an ordinary message.", active_ms=active
            )
        before = Decision.objects.filter(case=job.case, verdict="violating", superseded_at__isnull=True).latest("at")
        return DecisionIn(verdict="violating", violation_key=before.violation_key, active_ms=active)

    def _maybe_appeal(self, moment: datetime, decision_id: UUID, message: str) -> None:
        wish = self.scenario.appeal_wish(message)
        if wish.would_appeal:
            self._plan(moment + timedelta(hours=wish.hours_after), self._appeal, decision_id, message, wish.words)

    def _appeal(self, moment: datetime, decision_id: UUID, message: str, words: str) -> None:
        account = self.scenario.posts[message].account_id
        appeal = AppealIn(decision_id=decision_id, by="author", appellant=account, grounds=words, language="en")
        try:
            review.file_appeal(self.world.platform, appeal)
        except WatchfloorError:  # the decision fell in the meantime, or was appealed already
            return
        self.counts["appeals"] += 1
        self._call_someone(moment, self.scenario.posts[message].market)

    # -- the clockwork ------------------------------------------------------------------------------------------------

    def _sweep(self, moment: datetime) -> None:
        self.counts["delivered"] += self._clockwork.sweep(moment)
        self.progress(moment, self.counts)
        if moment < self.scenario.end:
            self._plan(moment + SWEEP, self._sweep)


def drain_hash(body: bytes) -> bytes:
    """The digest the spool keeps of a body."""
    return hashlib.sha256(body).digest()


def account_seen(account: Account, moment: datetime) -> ItemSeen:
    """An account of Parley as an item of the floor."""
    data = {
        "display_name": account.display_name, "handle": account.handle, "created_at": account.created_at.isoformat(),
        "followers": account.followers, "verified": False, "country": account.market,
    }  # fmt: skip
    return ItemSeen(
        type="account", id=account.id, data=data, seen_at=moment, market=account.market, language=account.language
    )


def message_row(step: MessagePosted) -> dict[str, Any]:
    """A platform event as Parley's back end sends it."""
    return {
        "name": "message_posted",
        "at": step.at.isoformat(),
        "item": item_of(step),
        "data": {"surface": step.surface, "reach": step.reach, "app": step.client_app},
        "market": step.market,
        "language": step.language,
    }


def item_of(step: MessagePosted) -> dict[str, Any]:
    """The message as an item of the floor."""
    data: dict[str, Any] = {
        "author_id": step.account_id, "text": step.text, "subject": step.subject, "created_at": step.at.isoformat(),
        "thread_id": step.thread, "links": list(step.links), "client_ip": step.relay_ip, "client_app": step.client_app,
        "headers": {"from": step.sender, "name": step.sender_name},
    }  # fmt: skip
    if step.media_id:
        data["media_id"] = step.media_id
    return {"type": "message", "id": step.message_id, "data": data}


def report_row(step: Reported, post: MessagePosted) -> dict[str, Any]:
    """A report as Parley's back end sends it."""
    kind = {"trusted_flagger": "trusted_flagger", "api_partner": "platform"}.get(step.channel, "user")
    channel = {"api_partner": "api"}.get(step.channel, step.channel)
    return {
        "item": item_of(post),
        "reason": REASON[step.reason],
        "reporter": {"kind": kind, "id": step.reporter_id},
        "channel": channel,
        "note": step.note,
        "market": post.market,
        "language": post.language,
        "surface": post.surface,
        "reach": post.reach,
        "reported_at": step.at.isoformat(),
    }
