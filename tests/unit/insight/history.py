"""Small histories of a floor, as the events the review context writes, for tests of the numbers.

``History`` appends events, checked against the declared event types, and turns them into a fact file.
``play`` makes a legal history from a list of numbers, so that hypothesis can shrink it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from watchfloor.detection.banks import events as _of_banks  # noqa: F401
from watchfloor.enforcement import events as _of_actions  # noqa: F401  declares them
from watchfloor.insight.flatten import LedgerRow, ReviewerThen, flatten
from watchfloor.insight.schema import SCHEMA
from watchfloor.ledger.schema import decode, registry
from watchfloor.oncall import events as _of_pages  # noqa: F401
from watchfloor.review import events as _declared  # noqa: F401
from watchfloor.review import events_bench as _of_questions  # noqa: F401
from watchfloor.review import events_many as _of_joining  # noqa: F401
from watchfloor.training import events as _of_exams  # noqa: F401
from watchfloor.workforce import events as _of_people  # noqa: F401

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
QUEUES = ("spam.en", "hate.en", "escalations")
WORK = {"policy": "spam", "market": "US", "language": "en", "severity": 2, "channel": "user"}


class History:
    """Events in the order they were sequenced."""

    def __init__(self) -> None:
        self.events: list[LedgerRow] = []
        self.now = MONDAY

    def add(self, type_: str, subject: str, case: str | None, at: datetime | None = None, **data: Any) -> None:
        """One event; ``subject`` as ``"job:j1"``."""
        known = {name: value for name, value in data.items() if name != "changes"}
        declared = registry()[type_]
        assert set(known) <= set(declared.__struct_fields__), (
            f"{type_} has no {set(known) - set(declared.__struct_fields__)}"
        )
        decode(type_, {**WORK, **known})  # every field it must have is there
        row = LedgerRow(
            leaf=len(self.events), id=str(uuid.UUID(int=len(self.events))), type=type_, at=at or self.now,
            actor=data.pop("actor", "system:test"), subject=subject, case_id=case,
            data={**WORK, **known},
            changes=data.get("changes"),
        )  # fmt: skip
        self.events.append(row)

    def files(self, folder: Path, order: Sequence[int]) -> list[str]:
        """The same facts as they are after late exports: each in the file that ``order`` says, the files in that order too."""
        facts, found = self.facts(), []
        for number in dict.fromkeys(order):
            rows = [tuple(f.values()) for place, f in enumerate(facts) if order[place % len(order)] == number]
            path = folder / f"part-{number}.parquet"
            pl.DataFrame(rows, schema=SCHEMA, orient="row").write_parquet(path)
            found.append(str(path))
        return found

    def facts(self, reviewers: dict[str, ReviewerThen] | None = None) -> list[dict[str, Any]]:
        """Flat."""
        return [flatten(row, reviewers or {}) for row in self.events]

    def file(self, folder: Path) -> list[str]:
        """One Parquet file of everything."""
        path = folder / "facts.parquet"
        rows = [tuple(fact.values()) for fact in self.facts()]
        pl.DataFrame(rows, schema=SCHEMA, orient="row").write_parquet(path)
        return [str(path)]

    def figure(self, measure: str, vendor: str, **data: Any) -> None:
        """A published figure of a week of well-being."""
        self.add(
            "wellbeing.week", f"weekcell:{len(self.events)}", None, week="2026-10-26", measure=measure, vendor=vendor, team="",
            people=5, **data,
        )  # fmt: skip

    # -- what happens on a floor ---------------------------------------------------------------------------------------

    def open(self, case: str, **data: Any) -> None:
        self.add("case.opened", f"case:{case}", case, by="report", **{"manual": True, **data})

    def reopen(self, case: str, **data: Any) -> None:
        self.add("case.reopened", f"case:{case}", case, why="report", since_closed_ms=1, closed_how="manual", **data)

    def close(self, case: str, how: str, age_ms: int, verdict: str = "violating") -> None:
        self.add(
            "case.closed", f"case:{case}", case, how=how, verdict=verdict, violation="", age_ms=age_ms, total_ms=age_ms,
            reports=1, in_time=True,
        )  # fmt: skip

    def ready(self, job: str, case: str, queue: str, cause: str, allowed: timedelta, kind: str = "review") -> None:
        self.add(
            "job.ready", f"job:{job}", case, queue=queue, kind=kind, cause=cause, routed_by="r",
            allowed_ms=allowed // timedelta(milliseconds=1),
        )  # fmt: skip

    def transfer(self, job: str, case: str, queue: str, to: str) -> None:
        self.add("job.transferred", f"job:{job}", case, queue=queue, kind="review", to_queue=to)

    def lease(
        self, job: str, case: str, queue: str, reviewer: str, vendor: str, kind: str = "review", wait_ms: int = 0
    ) -> None:
        self.add(
            "job.leased", f"job:{job}", case, queue=queue, kind=kind, reviewer=reviewer, vendor=vendor, wait_ms=wait_ms, age_ms=0,
            touch=1,
        )  # fmt: skip

    def release(
        self,
        job: str,
        case: str,
        queue: str,
        reviewer: str,
        vendor: str,
        why: str,
        active_ms: int = 0,
        detail: str = "",
    ) -> None:
        self.add(
            "job.released", f"job:{job}", case, queue=queue, kind="review", reviewer=reviewer, vendor=vendor, why=why,
            active_ms=active_ms, detail=detail,
        )  # fmt: skip

    def decide(
        self, job: str, case: str, queue: str, reviewer: str, vendor: str, *, solves: bool, active_total_ms: int, age_ms: int,
        kind: str = "review", verdict: str = "violating", late_ms: int = 0,
    ) -> None:  # fmt: skip
        self.add(
            "job.decided", f"job:{job}", case, queue=queue, kind=kind, reviewer=reviewer, vendor=vendor, verdict=verdict,
            violation="", solves=solves, active_ms=active_total_ms, active_total_ms=active_total_ms, touches=1, held_ms=0,
            wait_ms=0, age_ms=age_ms, late_ms=late_ms,
        )  # fmt: skip

    def cancel(self, job: str, case: str, queue: str, why: str) -> None:
        self.add("job.cancelled", f"job:{job}", case, queue=queue, kind="review", why=why)

    def decision(self, decision: str, case: str, origin: str, verdict: str, **data: Any) -> None:
        decider = "rule:r1" if origin == "rule" else "user:r1"
        self.add(
            "decision.made",
            f"decision:{decision}",
            case,
            origin=origin,
            verdict=verdict,
            violation="",
            decider=decider,
            **data,
        )


def played(choices: Sequence[int]) -> History:
    """A legal history: each number picks what happens next and to what."""
    history = History()
    open_jobs: dict[str, tuple[str, str]] = {}  # job -> case, queue
    closed: list[str] = []
    made = 0
    for choice in choices:
        history.now += timedelta(minutes=choice % 97)
        act, pick = (choice // 97) % 9, choice // 873
        queue = QUEUES[pick % 3]
        if act == 0 or not open_jobs:
            made += 1
            case, job = f"c{made}", f"j{made}"
            if pick % 5 == 0 and closed:
                case = closed.pop(pick % len(closed))
                history.reopen(case)
                cause = "reopened"
            else:
                history.open(case)
                cause = "new"
            history.ready(job, case, queue, cause, timedelta(hours=1 + pick % 30))
            open_jobs[job] = (case, queue)
            continue
        job = list(open_jobs)[pick % len(open_jobs)]
        case, here = open_jobs[job]
        if act in (1, 2):
            history.lease(job, case, here, f"r{pick % 4}", "ab"[pick % 2])
            age = 1000 * (pick % 5000)
            history.decide(
                job,
                case,
                here,
                f"r{pick % 4}",
                "ab"[pick % 2],
                solves=True,
                active_total_ms=1000 * (pick % 300),
                age_ms=age,
            )
            history.close(case, "manual", age)
            closed.append(case)
            del open_jobs[job]
        elif act == 3:
            there = QUEUES[(QUEUES.index(here) + 1) % 3]
            history.transfer(job, case, here, there)
            open_jobs[job] = (case, there)
        elif act == 4:
            history.lease(job, case, here, f"r{pick % 4}", "ab"[pick % 2])
            history.release(job, case, here, f"r{pick % 4}", "ab"[pick % 2], "skipped")
        elif act == 6:  # its clock stands still for a while: it stays where it is
            what = {"queue": here, "kind": "review", "waits_for": "author"}
            history.add("job.paused", f"job:{job}", case, **what)
            history.now += timedelta(minutes=pick % 50)
            history.add("job.resumed", f"job:{job}", case, paused_ms=60_000 * (pick % 50), **what)
        elif act == 7:  # the case goes into another as its duplicate
            history.add("case.joined", f"case:{case}", case, into="c1", reports=1, signals=0, notes=0)
            history.cancel(job, case, here, "joined")
            history.close(case, "duplicate", 1000)
            closed.append(case)
            del open_jobs[job]
        elif act == 8:  # a part of it becomes a case of its own, with a job
            made += 1
            other = f"c{made}"
            history.add("case.split", f"case:{case}", case, into=other, reports=1, signals=0)
            history.open(other)
            history.ready(f"j{made}", other, queue, "new", timedelta(hours=2))
            open_jobs[f"j{made}"] = (other, queue)
        else:
            made += 1
            history.cancel(job, case, here, "escalated")
            del open_jobs[job]
            history.ready(f"j{made}", case, "escalations", "escalation", timedelta(hours=4), kind="escalation")
            open_jobs[f"j{made}"] = (case, "escalations")
    return history
