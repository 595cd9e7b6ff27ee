"""What may be done: the plans, the pages, the incidents."""

from watchfloor.oncall.actions.incidents import (
    add_case,
    change,
    check_recurrence,
    close,
    correct,
    corrected,
    hold_evidence,
    lift_hold,
    open_incident,
    reopen,
    review,
    take_role,
    write,
)
from watchfloor.oncall.actions.outside import add_routing_key, remove_routing_key
from watchfloor.oncall.actions.paging import acknowledge, acknowledge_for, hand_back, page, resolve, resolve_for
from watchfloor.oncall.actions.plans import (
    add_contact,
    archive_schedule,
    override,
    remove_contact,
    remove_override,
    save_matrix,
    save_policy,
    save_schedule,
)
from watchfloor.oncall.actions.swaps import answer_swap, ask_swap

__all__ = [
    "acknowledge", "acknowledge_for", "add_case", "add_contact", "add_routing_key", "answer_swap", "archive_schedule", "ask_swap",
    "change", "check_recurrence", "close", "correct",
    "corrected", "hand_back", "hold_evidence", "lift_hold", "open_incident", "override", "page", "remove_contact", "remove_override",
    "remove_routing_key",
    "reopen", "resolve", "resolve_for", "review", "save_matrix", "save_policy", "save_schedule", "take_role", "write",
]  # fmt: skip
