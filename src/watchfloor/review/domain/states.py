"""Transition tables of case, job, appeal and escalation: the only places that say what may follow what."""

from __future__ import annotations

from typing import Final

import msgspec

from watchfloor.kernel.errors import Conflict


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A small state machine: ``moves[state][verb]`` is the state that follows."""

    thing: str
    moves: dict[str, dict[str, str]]

    def after(self, state: str, verb: str) -> str:
        """The state after ``verb``; ``Conflict("bad_transition")`` where the table has no such move."""
        follows = self.moves.get(state, {}).get(verb)
        if follows is None:
            allowed = ", ".join(sorted(self.moves.get(state, {}))) or "nothing"
            raise Conflict(
                "bad_transition",
                f"A {self.thing} that is {state} cannot be {PAST.get(verb, verb)}.",
                hint=f"From here: {allowed}.",
            )
        return follows

    def can(self, state: str, verb: str) -> bool:
        """True when the table has the move."""
        return verb in self.moves.get(state, {})

    @property
    def states(self) -> frozenset[str]:
        """Every state the table names."""
        found = set(self.moves)
        for verbs in self.moves.values():
            found.update(verbs.values())
        return frozenset(found)


PAST: Final = {
    "claim": "claimed", "decide": "decided", "release": "released", "expire": "expired", "skip": "skipped",
    "cancel": "cancelled", "supersede": "superseded", "close": "closed", "reopen": "reopened", "escalate": "escalated",
    "hand_back": "handed back", "acknowledge": "acknowledged", "resolve": "resolved", "transfer": "transferred",
    "queue": "queued", "refuse": "refused", "uphold": "upheld", "overturn": "overturned", "modify": "modified",
    "remedy": "remedied", "withdraw": "withdrawn", "pause": "paused", "resume": "resumed",
}  # fmt: skip

CASE: Final = Machine(
    thing="case",
    moves={
        "open": {"close": "closed", "escalate": "escalated"},
        "escalated": {"close": "closed", "hand_back": "open", "escalate": "escalated"},
        "closed": {"reopen": "open"},
    },
)

JOB: Final = Machine(
    thing="job",
    moves={
        "ready": {
            "claim": "leased", "cancel": "cancelled", "supersede": "superseded", "transfer": "ready", "pause": "waiting",
        },
        "leased": {
            "decide": "decided", "release": "ready", "skip": "ready", "expire": "ready", "supersede": "superseded",
            "claim": "leased",  # by another, when the lease has run out and nobody has swept it yet
            "pause": "waiting",
        },
        "waiting": {"resume": "ready", "cancel": "cancelled", "supersede": "superseded"},
        "decided": {},
        "cancelled": {},
        "superseded": {},
    },
)  # fmt: skip

APPEAL: Final = Machine(
    thing="appeal",
    moves={
        "filed": {"refuse": "ineligible", "queue": "queued"},
        "ineligible": {},
        "queued": {"uphold": "upheld", "overturn": "overturned", "modify": "modified", "withdraw": "withdrawn"},
        "upheld": {},
        "overturned": {"remedy": "remedied"},
        "modified": {"remedy": "remedied"},
        "remedied": {},
        "withdrawn": {},
    },
)

ESCALATION: Final = Machine(
    thing="escalation",
    moves={
        "raised": {"acknowledge": "acknowledged", "resolve": "resolved", "hand_back": "handed_back"},
        "acknowledged": {"acknowledge": "acknowledged", "resolve": "resolved", "hand_back": "handed_back"},
        "resolved": {},
        "handed_back": {},
    },
)
