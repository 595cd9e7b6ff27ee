"""Go or no-go: a person decides in sight of every gate, and how each stood is kept with the decision."""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.writer import Writer
from watchfloor.programme.launches import access, asking
from watchfloor.programme.launches.actions import gating
from watchfloor.programme.launches.actions.planning import document_of, moved
from watchfloor.programme.launches.domain import gates, states
from watchfloor.programme.launches.domain.document import Document
from watchfloor.programme.launches.events import LaunchDecided
from watchfloor.programme.launches.models import GoNoGo, Launch, Stage

LONGEST = 2_000


def decide(w: Writer, actor: Actor, launch_id: UUID, *, go: bool, why: str, seen: int) -> GoNoGo:
    """Say go or no-go. The gates are computed now, whatever a page showed; ``seen``: the revision it was shown of.

    Raises:
        Conflict: a gate is in the way of a go, or the launch was changed meanwhile.
        Forbidden: a go puts a policy in force, and they may not.
    """
    if not why.strip() or len(why) > LONGEST:
        raise BadInput("no_reason", f"Say why, in 1 to {LONGEST:,} characters.", where="why")
    row = access.by_id(launch_id)
    after = states.after(row.state, "go" if go else "no_go")
    if row.revision != seen:
        raise Conflict(
            "changed_meanwhile", "Somebody changed the launch meanwhile.", where="seen", hint="Look at it again."
        )
    if go and row.kind == "policy" and not actor.may(access.PUBLISH):
        raise Forbidden(
            "no_permission", "A go puts the policy in force, and your roles do not include that.",
            hint="Ask somebody who may approve policies.",
        )  # fmt: skip
    now = asking.gates_of(row)
    closed = [gate for gate in now if not gate.open]
    if go and closed:
        names = ", ".join(gate.title for gate in closed[:4])
        raise Conflict(
            "gates_closed",
            f"Not yet: {names}.",
            where="go",
            hint="Mend what they measure, or waive them with a reason.",
        )
    gating.turn(
        w, row, asking.underneath(now)
    )  # so that the ledger knows how each stood, whenever the loop last looked
    document = document_of(row)
    number = (row.decisions.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    record = w.create(
        GoNoGo, launch=row, number=number, go=go, by=w.actor, at=clock.now(), why=why.strip(), revision=row.revision,
        gates=[asking.plain(gate) for gate in now],
    )  # fmt: skip
    before = row.state
    w.update(row, state=after)
    event = LaunchDecided(
        launch=row.number, launch_kind=row.kind, policy=row.policy_key, go=go,
        green=[gate.key for gate in now if gate.verdict == gates.GREEN],
        waived=[gate.key for gate in now if gate.verdict == gates.WAIVED], red=[gate.key for gate in closed],
    )  # fmt: skip
    if go:
        _make_stages(w, row, document)
    w.event(event, row)
    w.event(moved(row, before), row)
    return record


def _make_stages(w: Writer, row: Launch, document: Document) -> None:
    """What was planned becomes stages; without a plan there is one, from now on. Those of a former go that never began are gone."""
    last = row.stages.order_by("-number").values_list("number", flat=True).first() or 0
    for stage in row.stages.filter(state=Stage.State.WAITING):
        w.update(stage, state=Stage.State.OFF, off_at=clock.now())
    steps = document.steps
    for number, step in enumerate(steps, start=1):
        w.create(
            Stage, launch=row, number=last + number, markets=list(step.markets or document.markets), percent=step.percent,
            starts_at=step.starts_at, in_force=row.kind == "policy" and number == len(steps),
        )  # fmt: skip
    if not steps:
        w.create(
            Stage, launch=row, number=last + 1, markets=list(document.markets), percent=100,
            starts_at=clock.now(), in_force=row.kind == "policy",
        )  # fmt: skip
