"""The life of a launch as a table: which verb leads from which state to which, and nothing else does."""

from __future__ import annotations

from typing import Final

from watchfloor.kernel.errors import Conflict
from watchfloor.kernel.words import N_

PLANNED, GATED, GO, NO_GO = "planned", "gated", "go", "no_go"
HYPERCARE, DONE, ROLLED_BACK, DROPPED = "hypercare", "done", "rolled_back", "dropped"
TITLES: Final = {
    PLANNED: N_("Planned"), GATED: N_("At its gates"), GO: N_("Go"), NO_GO: N_("No-go"), HYPERCARE: N_("Hypercare"),
    DONE: N_("Done"), ROLLED_BACK: N_("Rolled back"), DROPPED: N_("Dropped"),
}  # fmt: skip

# (state, verb) -> state. "start" puts a stage on; "stop" takes back what is on.
MOVES: Final[dict[tuple[str, str], str]] = {
    (PLANNED, "submit"): GATED,
    (GATED, "withdraw"): PLANNED,
    (GATED, "go"): GO,
    (GATED, "no_go"): NO_GO,
    (NO_GO, "again"): GATED,
    (GO, "withdraw"): PLANNED,
    (GO, "start"): HYPERCARE,
    (HYPERCARE, "start"): HYPERCARE,
    (HYPERCARE, "stop"): ROLLED_BACK,
    (HYPERCARE, "close"): DONE,
    (ROLLED_BACK, "again"): PLANNED,
    (DROPPED, "again"): PLANNED,
    (PLANNED, "drop"): DROPPED,
    (GATED, "drop"): DROPPED,
    (NO_GO, "drop"): DROPPED,
}
EDITABLE: Final = frozenset({PLANNED, GATED, NO_GO})  # what is decided on does not change under the decision
WATCHED: Final = frozenset({PLANNED, GATED, NO_GO, GO})  # gates are looked at by themselves


def after(state: str, verb: str) -> str:
    """The state ``verb`` leads to; ``Conflict`` where it leads nowhere."""
    found = MOVES.get((state, verb))
    if found is None:
        raise Conflict(
            "wrong_state", f"The launch is {TITLES[state].lower()}; that is not possible now.",
            hint="Look at the launch again: somebody may have moved it.",
        )  # fmt: skip
    return found


def may(state: str, verb: str) -> bool:
    """Whether ``verb`` leads anywhere from here."""
    return (state, verb) in MOVES
