"""JSON for programs: launches, how each stands, and its gates as they are this moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.programme.launches import access, asking, listing
from watchfloor.programme.launches.models import Launch

router = Router(tags=["launches"])


class LaunchOut(Schema):
    """A launch. ``state``: planned, gated, go, no_go, hypercare, done, rolled_back or dropped."""

    number: int
    kind: str
    title: str
    state: str
    owner: str
    zone: str
    policy: str
    markets: list[str]
    vendors: list[str]
    revision: int
    started_at: datetime | None
    ended_at: datetime | None


class LaunchLine(LaunchOut):
    """With its gates as they were last looked at: how many are open, and which is next."""

    gates: int
    passed: int
    next_gate: str
    next_stage_at: datetime | None


class LaunchStage(Schema):
    """A stage of the roll-out; ``state``: waiting, on or off."""

    number: int
    markets: list[str]
    percent: int
    starts_at: datetime
    in_force: bool
    state: str
    on_at: datetime | None


class LaunchDecision(Schema):
    """A go or no-go, with the verdict of every gate then."""

    number: int
    go: bool
    by: str
    at: datetime
    why: str
    gates: dict[str, str]


class LaunchWhole(LaunchOut):
    """A launch with its stages, its decisions and how it was stopped."""

    stages: list[LaunchStage]
    decisions: list[LaunchDecision]
    stopped_why: str
    lessons: str


class LaunchGatePart(Schema):
    """One part of a gate's fact, as a site."""

    name: str
    measured: float | None
    of: float | None


class LaunchGate(Schema):
    """A gate now. ``verdict``: green, red, unknown or waived; ``unit``: share, number or yes."""

    key: str
    title: str
    owner: str
    verdict: str
    measured: float | None
    need: float
    unit: str
    fact: str
    parts: list[LaunchGatePart]
    mend_at: str
    since: datetime | None
    waived_by: str
    waived_why: str


class LaunchList(Schema):
    """Launches, newest first."""

    launches: list[LaunchLine]


class LaunchGates(Schema):
    """The gates of a launch; ``open``: all are green or waived."""

    open: bool
    gates: list[LaunchGate]


@router.get("/launches", response=LaunchList, summary="List launches", operation_id="launches")
def listed(request: HttpRequest, state: str = "", kind: str = "") -> Any:
    """Newest first, within one's markets and vendors. Needs ``programme.view``."""
    actor = needs(request, access.VIEW)
    rows = listing.lines(actor, state=state, kind=kind)
    return {
        "launches": [
            {**_plain(line.row), "gates": line.gates, "passed": line.passed, "next_gate": line.next_gate, "next_stage_at": line.next_at}
            for line in rows
        ]
    }  # fmt: skip


@router.get("/launches/{number}", response=LaunchWhole, summary="Read a launch", operation_id="launch")
def one(request: HttpRequest, number: int) -> Any:
    """One launch with its stages and decisions. Needs ``programme.view``."""
    row = access.one(needs(request, access.VIEW), number)
    decisions = [
        {
            "number": each.number, "go": each.go, "by": each.by, "at": each.at, "why": each.why,
            "gates": {gate["key"]: gate["verdict"] for gate in each.gates},
        }
        for each in row.decisions.order_by("number")
    ]  # fmt: skip
    return {
        **_plain(row), "stages": list(row.stages.order_by("number")), "decisions": decisions, "stopped_why": row.stopped_why,
        "lessons": row.lessons,
    }  # fmt: skip


@router.get(
    "/launches/{number}/gates", response=LaunchGates, summary="Read a launch's gates", operation_id="launch_gates"
)
def gates(request: HttpRequest, number: int) -> Any:
    """Computed now from the facts they are about. Needs ``programme.view``."""
    actor = needs(request, access.VIEW)
    found = asking.seen_by(actor, asking.gates_of(access.one(actor, number)))
    out = [
        {
            "key": gate.key, "title": gate.title, "owner": gate.owner, "verdict": gate.verdict, "measured": gate.fact.measured,
            "need": gate.need, "unit": gate.unit, "fact": gate.fact.say, "mend_at": gate.fact.href, "since": gate.since,
            "parts": [{"name": part.name, "measured": part.measured, "of": part.of} for part in gate.fact.parts],
            "waived_by": gate.waived_by if gate.verdict == "waived" else "",
            "waived_why": gate.waived_why if gate.verdict == "waived" else "",
        }
        for gate in found
    ]  # fmt: skip
    return {"open": all(gate.open for gate in found), "gates": out}


def _plain(row: Launch) -> dict[str, Any]:
    return {
        "number": row.number, "kind": row.kind, "title": row.title, "state": row.state, "owner": row.owner, "zone": row.zone,
        "policy": row.policy_key, "markets": row.markets, "vendors": row.vendors, "revision": row.revision,
        "started_at": row.started_at, "ended_at": row.ended_at,
    }  # fmt: skip
