"""The only writers of the floor: what comes in, leases, findings, appeals, escalations. One transaction each."""

from watchfloor.review.actions.again import decide_once
from watchfloor.review.actions.appeals import file_appeal, remedy_done, withdraw
from watchfloor.review.actions.claim_case import claim_case
from watchfloor.review.actions.claims import accept, extend, heartbeat, release, skip, sweep_leases
from watchfloor.review.actions.clocks import sweep_breaches
from watchfloor.review.actions.decisions import decide, decide_by_rule, undo
from watchfloor.review.actions.escalations import escalate, hand_back
from watchfloor.review.actions.inquiries import answer, ask, withdraw_inquiry
from watchfloor.review.actions.macros import archive_macro, save_macro
from watchfloor.review.actions.marks import mark
from watchfloor.review.actions.notes import note
from watchfloor.review.actions.queues import archive_queue, save_queue
from watchfloor.review.actions.reports import receive_report, receive_signals
from watchfloor.review.actions.routing import transfer
from watchfloor.review.actions.routing_versions import change_draft, drop_draft, go_live, restore_routing, save_routing
from watchfloor.review.actions.stepping_back import step_back
from watchfloor.review.actions.taking import claim

__all__ = [
    "accept",
    "answer",
    "archive_macro",
    "archive_queue",
    "ask",
    "change_draft",
    "claim",
    "claim_case",
    "decide",
    "decide_by_rule",
    "decide_once",
    "drop_draft",
    "escalate",
    "extend",
    "file_appeal",
    "go_live",
    "hand_back",
    "heartbeat",
    "mark",
    "note",
    "receive_report",
    "receive_signals",
    "release",
    "remedy_done",
    "restore_routing",
    "save_macro",
    "save_queue",
    "save_routing",
    "skip",
    "step_back",
    "sweep_breaches",
    "sweep_leases",
    "transfer",
    "undo",
    "withdraw",
    "withdraw_inquiry",
]
