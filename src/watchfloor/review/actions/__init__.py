"""The only writers of the floor: what comes in, leases, findings, appeals, escalations. One transaction each."""

from watchfloor.review.actions.appeals import file_appeal, remedy_done, withdraw
from watchfloor.review.actions.claims import claim, extend, heartbeat, release, skip, sweep_leases
from watchfloor.review.actions.clocks import sweep_breaches
from watchfloor.review.actions.decisions import decide, decide_by_rule, undo
from watchfloor.review.actions.escalations import escalate, hand_back
from watchfloor.review.actions.notes import note
from watchfloor.review.actions.reports import receive_report, receive_signals
from watchfloor.review.actions.routing import save_queue, save_routing, transfer

__all__ = [
    "claim",
    "decide",
    "decide_by_rule",
    "escalate",
    "extend",
    "file_appeal",
    "hand_back",
    "heartbeat",
    "note",
    "receive_report",
    "receive_signals",
    "release",
    "remedy_done",
    "save_queue",
    "save_routing",
    "skip",
    "sweep_breaches",
    "sweep_leases",
    "transfer",
    "undo",
    "withdraw",
]
