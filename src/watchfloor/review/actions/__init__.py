"""The only writers of the floor: what comes in, leases, findings, appeals, escalations. One transaction each."""

from watchfloor.review.actions import looks
from watchfloor.review.actions.again import decide_once
from watchfloor.review.actions.appeal_terms import restore_terms, save_terms
from watchfloor.review.actions.appeals import remedy_done
from watchfloor.review.actions.boosts import boost, end_boost, sweep_boosts
from watchfloor.review.actions.claim_case import claim_case
from watchfloor.review.actions.claims import accept, extend, heartbeat, release, skip, sweep_leases
from watchfloor.review.actions.clocks import sweep_breaches, sweep_warnings
from watchfloor.review.actions.decisions import decide, decide_by_rule, undo
from watchfloor.review.actions.edge import flag_edge_case, rule, withdraw_edge_case
from watchfloor.review.actions.escalations import escalate, hand_back
from watchfloor.review.actions.filing import add_text, file_appeal, withdraw
from watchfloor.review.actions.inquiries import answer, ask, withdraw_inquiry
from watchfloor.review.actions.joining import join, split, undo_joining
from watchfloor.review.actions.live import stream_changed
from watchfloor.review.actions.macros import archive_macro, save_macro
from watchfloor.review.actions.marks import mark, mark_found, mark_in_hand, unmark
from watchfloor.review.actions.moves import move, preview_move, undo_move
from watchfloor.review.actions.notes import note
from watchfloor.review.actions.opening import open_case
from watchfloor.review.actions.pauses import pause, resume
from watchfloor.review.actions.queues import archive_queue, save_queue
from watchfloor.review.actions.reporters import mute, unmute
from watchfloor.review.actions.reports import receive_report, receive_signals
from watchfloor.review.actions.routing import transfer
from watchfloor.review.actions.routing_versions import change_draft, drop_draft, go_live, restore_routing, save_routing
from watchfloor.review.actions.service import restore_plan, save_plan, settle_plan
from watchfloor.review.actions.stepping_back import step_back
from watchfloor.review.actions.tags import tag
from watchfloor.review.actions.taking import claim
from watchfloor.review.actions.taking_back import take_back, withdraw_case

__all__ = [
    "accept",
    "add_text",
    "answer",
    "archive_macro",
    "archive_queue",
    "ask",
    "boost",
    "change_draft",
    "claim",
    "claim_case",
    "decide",
    "decide_by_rule",
    "decide_once",
    "drop_draft",
    "end_boost",
    "escalate",
    "extend",
    "file_appeal",
    "flag_edge_case",
    "go_live",
    "hand_back",
    "heartbeat",
    "join",
    "looks",
    "mark",
    "mark_found",
    "mark_in_hand",
    "move",
    "mute",
    "note",
    "open_case",
    "pause",
    "preview_move",
    "receive_report",
    "receive_signals",
    "release",
    "remedy_done",
    "restore_plan",
    "restore_routing",
    "restore_terms",
    "resume",
    "rule",
    "save_macro",
    "save_plan",
    "save_queue",
    "save_routing",
    "save_terms",
    "settle_plan",
    "skip",
    "split",
    "step_back",
    "stream_changed",
    "sweep_boosts",
    "sweep_breaches",
    "sweep_leases",
    "sweep_warnings",
    "tag",
    "take_back",
    "transfer",
    "undo",
    "undo_joining",
    "undo_move",
    "unmark",
    "unmute",
    "withdraw",
    "withdraw_case",
    "withdraw_edge_case",
    "withdraw_inquiry",
]
