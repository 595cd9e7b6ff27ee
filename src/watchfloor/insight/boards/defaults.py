"""The boards that are shipped, one for each thing a floor is run by. What is not measured yet is said on the board, not faked."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext_noop as N_

from watchfloor.insight.boards import keeping
from watchfloor.insight.boards.domain.document import Document, Panel
from watchfloor.insight.boards.models import Board
from watchfloor.insight.catalogue import shipped
from watchfloor.ledger.writer import Writer

NUMBERS = {"form": "number", "width": 1}


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A shipped board: key, name, purpose, panels, and for which roles it is the first one."""

    key: str
    name: str
    purpose: str
    panels: list[dict[str, Any]]
    span: str = "7d"
    roles: tuple[str, ...] = ()


READY = (
    Ready(
        key="floor", name=N_("Floor"), purpose=N_("The day so far: what came in, what was solved, what is late."), span="24h",
        roles=("program_manager",),
        panels=[
            {**NUMBERS, "metrics": ["backlog"]}, {**NUMBERS, "metrics": ["incoming_manual"]},
            {**NUMBERS, "metrics": ["solved_manual"]}, {**NUMBERS, "metrics": ["sla"]},
            {"form": "line", "metrics": ["incoming_manual", "solved_manual"], "width": 2, "title": N_("In and out")},
            {"form": "line", "metrics": ["backlog"], "width": 2},
            {"form": "bars", "metrics": ["backlog"], "by": "queue", "width": 2},
            {"form": "table", "metrics": ["incoming_manual", "solved_manual", "aas", "aht", "sla"], "by": "queue", "width": 2},
        ],
    ),
    Ready(
        key="abuse-trends", name=N_("Abuse trends"), purpose=N_("What people report and what is found, by policy, market and surface."),
        span="28d",
        panels=[
            {**NUMBERS, "metrics": ["reports"]}, {**NUMBERS, "metrics": ["incoming_total"]},
            {**NUMBERS, "metrics": ["violation_rate"]}, {**NUMBERS, "metrics": ["solved_items"]},
            {"form": "multiples", "metrics": ["incoming_total"], "by": "policy", "width": 4},
            {"form": "heat", "metrics": ["incoming_total"], "by": "policy", "then": "market", "width": 2},
            {"form": "bars", "metrics": ["reports"], "by": "reason", "width": 2},
            {"form": "line", "metrics": ["violation_rate"], "width": 2},
            {"form": "bars", "metrics": ["incoming_total"], "by": "surface", "width": 2},
        ],
    ),
    Ready(
        key="policy", name=N_("Policy"), purpose=N_("How each policy fares: volume, findings, appeals, time."), span="28d",
        roles=("policy_specialist",),
        panels=[
            {**NUMBERS, "metrics": ["incoming_total"]}, {**NUMBERS, "metrics": ["violation_rate"]},
            {**NUMBERS, "metrics": ["appeal_rate"]}, {**NUMBERS, "metrics": ["overturn_rate"]},
            {"form": "table", "by": "policy", "width": 4,
             "metrics": ["incoming_total", "solved_total", "violation_rate", "appeal_rate", "overturn_rate", "aht"]},
            {"form": "heat", "metrics": ["violation_rate"], "by": "policy", "then": "market", "width": 2},
            {"form": "line", "metrics": ["incoming_total"], "by": "policy", "width": 2},
        ],
    ),
    Ready(
        key="vendor", name=N_("Vendor"), purpose=N_("What each vendor solved, how fast, how well, and within its promises."), span="28d",
        roles=("vendor_manager",),
        panels=[
            {**NUMBERS, "metrics": ["solved_manual"]}, {**NUMBERS, "metrics": ["aht"]}, {**NUMBERS, "metrics": ["sla_completed"]},
            {**NUMBERS, "metrics": ["overturned_per_decision"]},
            {"form": "table", "by": "vendor", "width": 4,
             "metrics": ["solved_manual", "aht", "aht_p90", "sla_completed", "skip_rate", "overturned_per_decision"]},
            {"form": "multiples", "metrics": ["aht"], "by": "vendor", "width": 2},
            {"form": "heat", "metrics": ["aht"], "by": "vendor", "then": "policy", "width": 2},
        ],
    ),
    Ready(
        key="channel", name=N_("Channel"), span="28d",
        purpose=N_("Where work comes from: people, rules, models, trusted flaggers, authorities."),
        panels=[
            {"form": "bars", "metrics": ["incoming_total"], "by": "channel", "width": 2},
            {"form": "line", "metrics": ["incoming_total"], "by": "channel", "width": 2},
            {"form": "table", "by": "channel", "width": 4,
             "metrics": ["incoming_total", "incoming_manual", "automation_share", "aas", "violation_rate"]},
        ],
    ),
    Ready(
        key="quality", name=N_("Quality"), span="28d",
        purpose=N_("Whether decisions hold: reopened, overturned, escalated, done at one touch."),
        roles=("quality_lead",),
        panels=[
            {**NUMBERS, "metrics": ["reopen_rate"]}, {**NUMBERS, "metrics": ["one_touch"]},
            {**NUMBERS, "metrics": ["escalation_rate"]}, {**NUMBERS, "metrics": ["skip_rate"]},
            {"form": "line", "metrics": ["overturn_rate"], "width": 2}, {"form": "line", "metrics": ["reopen_rate"], "width": 2},
            {"form": "heat", "metrics": ["overturned_per_decision"], "by": "policy", "then": "vendor", "width": 4},
            {"form": "text", "width": 4, "title": N_("Not measured yet"),
             "text": N_("Accuracy and agreement need sampled second reviews. They are not guessed here.")},
        ],
    ),
    Ready(
        key="appeals", name=N_("Appeals"), purpose=N_("Who appeals, what falls, and how long people wait for an answer."), span="28d",
        panels=[
            {**NUMBERS, "metrics": ["appeal_rate"]}, {**NUMBERS, "metrics": ["overturn_rate"]},
            {**NUMBERS, "metrics": ["overturned_per_decision"]},
            {**NUMBERS, "metrics": ["backlog"], "filters": {"kind": "appeal"}, "title": N_("Appeals waiting")},
            {"form": "line", "metrics": ["overturn_rate"], "width": 2},
            {"form": "bars", "metrics": ["overturned_per_decision"], "by": "policy", "width": 2},
            {"form": "table", "metrics": ["appeal_rate", "overturn_rate", "overturned_per_decision"], "by": "violation", "width": 4},
        ],
    ),
    Ready(
        key="automation", name=N_("Automation"), purpose=N_("What rules and models do by themselves, and whether it holds."), span="28d",
        roles=("rule_author",),
        panels=[
            {**NUMBERS, "metrics": ["automation_share"]}, {**NUMBERS, "metrics": ["solved_auto"]},
            {**NUMBERS, "metrics": ["incoming_auto"]}, {**NUMBERS, "metrics": ["drift"]},
            {"form": "line", "metrics": ["solved_auto", "solved_manual"], "width": 2, "title": N_("By a rule, by a person")},
            {"form": "bars", "metrics": ["solved_auto"], "by": "policy", "width": 2},
            {"form": "table", "metrics": ["overturned_per_decision", "appeal_rate", "violation_rate"], "by": "origin", "width": 4,
             "title": N_("Does it hold, by who decided")},
        ],
    ),
    Ready(
        key="api-apps", name=N_("API apps"), purpose=N_("What comes through each client app."), span="28d",
        panels=[
            {"form": "text", "width": 4, "title": N_("What this board does not know yet"),
             "text": N_("Calls, write share and drift of an app are not measured yet. Below: what was reported of what came through it.")},
            {"form": "bars", "metrics": ["reports"], "by": "app", "width": 2},
            {"form": "line", "metrics": ["reports"], "by": "app", "width": 2},
            {"form": "table", "metrics": ["reports", "incoming_total"], "by": "app", "then": "policy", "width": 4},
        ],
    ),
)  # fmt: skip


def documents() -> dict[str, Document]:
    """The shipped documents by key; a panel whose metrics the catalogue does not have (any more) is left out."""
    known = shipped()
    found = {}
    for ready in READY:
        panels = [
            msgspec.convert({"id": f"p{number}", **each}, Panel)
            for number, each in enumerate(ready.panels, 1)
            if all(key in known for key in each.get("metrics", ()))
        ]
        found[ready.key] = Document(span=ready.span, panels=tuple(panels))
    return found


def install(w: Writer) -> None:
    """Make the shipped boards that do not exist yet; one that somebody changed or put away is left alone."""
    existing = set(Board.objects.exclude(key="").values_list("key", flat=True))
    made = documents()
    for ready in READY:
        if ready.key not in existing:
            keeping.put(
                w,
                key=ready.key,
                name=ready.name,
                purpose=ready.purpose,
                shared=True,
                roles=ready.roles,
                document=made[ready.key],
            )
