"""Gates: what the loop saw, what people say of them, and who lets a launch pass one that is not green."""

from __future__ import annotations

from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import Writer
from watchfloor.programme.launches import access
from watchfloor.programme.launches.actions.planning import document_of
from watchfloor.programme.launches.domain import gates, kinds, states
from watchfloor.programme.launches.events import GateSaid, GateTurned, GateWaived
from watchfloor.programme.launches.models import GateRow, Launch, Said

LONGEST = 2_000


def turn(w: Writer, row: Launch, found: dict[str, tuple[str, float | None, float]]) -> int:
    """Write down the verdicts that are others than before: gate -> (verdict, measured, need). How many turned."""
    row = access.by_id(row.pk)  # another worker may look at the same moment
    if row.state not in states.WATCHED:
        return 0
    known = {each.key: each for each in GateRow.objects.select_for_update().filter(launch=row)}
    turned = 0
    for key, (verdict, measured, need) in found.items():
        gate = known.get(key)
        before = "" if gate is None else gate.verdict
        if before == verdict:
            continue
        values = {"verdict": verdict, "since": clock.now(), "measured": measured, "need": need}
        if gate is None:
            w.create(GateRow, launch=row, key=key, **values)
        else:
            w.update(gate, **values)
        w.event(
            GateTurned(launch=row.number, gate=key, before=before, after=verdict, measured=measured, need=need), row
        )
        turned += 1
    return turned


def say(w: Writer, launch_id: UUID, gate_key: str, *, holds: bool, words: str) -> Said:
    """A person says that a gate holds, or does not, for what is entered now.

    Raises:
        Conflict: there is nothing entered to say it of.
    """
    row, gate = _gate(launch_id, gate_key)
    document = document_of(row)
    if not gate.said:
        raise BadInput("not_said", "This gate goes by facts alone.", where="gate", hint="Mend what it measures.")
    if not words.strip() or len(words) > LONGEST:
        raise BadInput("no_words", f"Say what you looked at, in 1 to {LONGEST:,} characters.", where="words")
    if (gate_key == "abuse" and not document.abuse) or (gate_key == "rollback" and not document.rollback.strip()):
        raise Conflict(
            "nothing_there", "There is nothing to look at yet.", where="words", hint="Enter it in the launch first."
        )
    if gate_key == "abuse" and w.actor == row.made_by and w.actor == row.owner:
        raise Conflict("own_work", "Somebody else than the launch's owner reviews it.", where="words")
    said = w.create(
        Said, launch=row, gate=gate_key, by=w.actor, at=clock.now(), digest=document.digest(gate_key), holds=holds,
        words=words.strip(),
    )  # fmt: skip
    w.event(GateSaid(launch=row.number, gate=gate_key, holds=holds), row)
    return said


def waive(w: Writer, launch_id: UUID, gate_key: str, why: str) -> GateRow:
    """Let the launch pass a gate that is not green, for a reason everyone sees."""
    row, gate = _gate(launch_id, gate_key)
    if not why.strip() or len(why) > LONGEST:
        raise BadInput("no_reason", f"Say why it may pass, in 1 to {LONGEST:,} characters.", where="why")
    found = GateRow.objects.select_for_update().filter(launch=row, key=gate_key).first()
    values = {"waived_by": w.actor, "waived_at": clock.now(), "waived_why": why.strip()}
    if found is None:
        need = document_of(row).need(gate)
        found = w.create(
            GateRow, launch=row, key=gate_key, verdict=gates.UNKNOWN, since=clock.now(), need=need, **values
        )
    else:
        w.update(found, **values)
    w.event(GateWaived(launch=row.number, gate=gate_key, on=True), row)
    return found


def insist(w: Writer, launch_id: UUID, gate_key: str) -> None:
    """Take a waiver back."""
    row, _ = _gate(launch_id, gate_key)
    found = GateRow.objects.select_for_update().filter(launch=row, key=gate_key).exclude(waived_by="").first()
    if found is None:
        raise Conflict("not_waived", "Nobody waived this gate.")
    w.update(found, waived_by="", waived_at=None, waived_why="")
    w.event(GateWaived(launch=row.number, gate=gate_key, on=False), row)


def _gate(launch_id: UUID, key: str) -> tuple[Launch, kinds.Gate]:
    row = access.by_id(launch_id)
    gate = next((each for each in kinds.gates_of(row.kind, document_of(row).gates) if each.key == key), None)
    if gate is None:
        raise BadInput("unknown_gate", "The launch has no such gate.", where="gate")
    if row.state not in states.WATCHED:
        raise Conflict("wrong_state", "The gates of this launch are history.")
    return row, gate
