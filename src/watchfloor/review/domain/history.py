"""The floor's history, read back and judged: a pure function over ledger events that finds what must never have happened.

It knows nothing of how jobs are handed out, only what was said: who took what when, how it ended, what was due to whom. So it can judge
a simulation, a benchmark or last week on a real floor. Five faults are looked for:

``double``: a job taken while another held it, or a second job taken by somebody who held one.
``stale``: a decision by somebody who did not hold the job at that moment.
``uncleared``: a job that needs a clearance taken by somebody who does not have it.
``avoided``: work under a policy that the person had opted out of.
``budget``: severe work taken after the day's budget for it was used up.
``starved``: a waiting job that was passed over too often: others took, from the same queue, jobs of the same kind that came after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

OPEN: Final = ("ready", "leased")
ALIKE: Final = ("queue_key", "kind", "market", "language", "policy_key", "severity", "clearance")


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One ledger event, as far as it matters here, in the order of the ledger."""

    type: str
    at: datetime
    subject: str  # "job:ID"
    data: Mapping[str, Any]
    changes: list[Any] = []


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What was due to people. ``budget_ms``: focus time a day (UTC) on severity ``severe`` or more, after which nothing of it is given.

    ``cleared`` and ``avoids`` are by reviewer, as events name them (``user:ID``). ``patience``: how often a job may be passed over by
    jobs that come after it, at most (claims in flight at one moment may pass each other).
    """

    cleared: Mapping[str, frozenset[str]] = {}
    avoids: Mapping[str, frozenset[str]] = {}
    severe: int = 4
    budget_ms: int | None = None
    patience: int = 0


class Fault(msgspec.Struct, frozen=True):
    """Something that must not have happened."""

    kind: str
    at: datetime
    job: str
    who: str
    words: str


class _Job(msgspec.Struct):
    """A job's row as its events leave it, and who holds it since when."""

    row: dict[str, Any]
    holder: str = ""
    passed: int = 0


def check(events: Iterable[Happened], rules: Rules) -> list[Fault]:
    """All faults, in the order in which they happened."""
    return _Reader(rules).read(events)


class _Reader:
    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.jobs: dict[str, _Job] = {}
        self.alike: dict[
            tuple[Any, ...], set[str]
        ] = {}  # waiting jobs that differ in nothing but their place in the order
        self.holds: dict[str, str] = {}  # reviewer -> job
        self.used: dict[tuple[str, str], int] = {}  # (reviewer, day) -> focus on severe work, in milliseconds
        self.faults: list[Fault] = []

    def read(self, events: Iterable[Happened]) -> list[Fault]:
        for event in events:
            kind, _, job_id = event.subject.partition(":")
            if kind == "job":
                self._of_job(event, job_id)
            self._rows(event)
        return self.faults

    def _of_job(self, event: Happened, job_id: str) -> None:
        who = str(event.data.get("reviewer") or "")
        if event.type == "job.leased":
            self._leased(event, job_id, who)
        elif event.type == "job.released":
            job = self.jobs.get(job_id)
            # A step back names nobody: it ends the hold of whoever had it.
            self._ended(event, job_id, who or (job.holder if job is not None else ""))
        elif event.type == "job.decided":
            held = self.jobs.get(job_id)
            if held is None or held.holder != who:
                self._fault(
                    event, "stale", job_id, who, f"decided by {who}, held by {(held and held.holder) or 'nobody'}"
                )
            self._ended(event, job_id, who)
        elif event.type == "job.cancelled":
            self._ended(event, job_id, who)

    def _leased(self, event: Happened, job_id: str, who: str) -> None:
        job = self.jobs.setdefault(job_id, _Job({}))
        if job.holder:
            self._fault(event, "double", job_id, who, f"taken while {job.holder} held it")
        elif self.holds.get(who):
            self._fault(event, "double", job_id, who, f"taken by one who held {self.holds[who]}")
        clearance = str(job.row.get("clearance") or "")
        if clearance and clearance not in self.rules.cleared.get(who, frozenset()):
            self._fault(event, "uncleared", job_id, who, f"needs the clearance {clearance}")
        if event.data.get("policy") in self.rules.avoids.get(who, frozenset()):
            self._fault(event, "avoided", job_id, who, f"{who} has opted out of {event.data['policy']}")
        budget, used = self.rules.budget_ms, self.used.get(self._day(event, who), 0)
        if budget is not None and int(event.data["severity"]) >= self.rules.severe and used >= budget:
            self._fault(event, "budget", job_id, who, f"{used} ms of {budget} were used up")
        self._pass_over(event, job_id, job, who)
        job.holder, job.passed = who, 0
        self.holds[who] = job_id

    def _pass_over(self, event: Happened, job_id: str, taken: _Job, who: str) -> None:
        """Jobs just like this one that come before it and wait, and that this person could have had as well."""
        person = who.removeprefix("user:")
        for other_id in self.alike.get(_alike(taken.row), ()):
            other = self.jobs[other_id]
            if other_id == job_id or other.holder or not _before(other, other_id, taken, job_id):
                continue
            if person in (other.row.get("excluded") or ()) or other.row.get("needs") != taken.row.get("needs"):
                continue
            if event.data.get("waived") and not _waived(other, event.at):
                continue  # its extra need is not waived yet: this person could not have had it
            other.passed += 1
            if other.passed == self.rules.patience + 1:
                self._fault(event, "starved", other_id, who, f"passed over by {job_id}, which comes after it")

    def _ended(self, event: Happened, job_id: str, who: str) -> None:
        job = self.jobs.setdefault(job_id, _Job({}))
        if int(event.data["severity"]) >= self.rules.severe and who:
            day = self._day(event, who)
            self.used[day] = self.used.get(day, 0) + int(event.data.get("active_ms") or 0)
        if job.holder == who:
            job.holder = ""
            self.holds.pop(who, None)

    def _rows(self, event: Happened) -> None:
        for table, row_id, columns in event.changes:
            if table != "review_job":
                continue
            job = self.jobs.setdefault(row_id, _Job({}))
            self.alike.get(_alike(job.row), set()).discard(row_id)
            job.row.update(columns)
            if job.row.get("state") == "ready":
                self.alike.setdefault(_alike(job.row), set()).add(row_id)

    def _day(self, event: Happened, who: str) -> tuple[str, str]:
        return who, event.at.date().isoformat()

    def _fault(self, event: Happened, kind: str, job: str, who: str, words: str) -> None:
        self.faults.append(Fault(kind, event.at, job, who, words))


def _alike(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in ALIKE)


def _waived(job: _Job, at: datetime) -> bool:
    relax_at = job.row.get("relax_at")
    return bool(relax_at) and datetime.fromisoformat(str(relax_at)) <= at


def _before(one: _Job, one_id: str, other: _Job, other_id: str) -> bool:
    return _place(one, one_id) < _place(other, other_id)


def _place(job: _Job, job_id: str) -> tuple[float, str, str]:
    return -float(job.row.get("priority") or 0.0), str(job.row.get("due_at") or ""), job_id
