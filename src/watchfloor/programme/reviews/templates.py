"""The reviews that come with the program, as data: what each is for, how often, and its blocks."""

from __future__ import annotations

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.words import N_
from watchfloor.programme.reviews.domain.document import Block, Spec


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One. every: the span it looks at by default (day | week | month). vendor: it is about one vendor, who reads it."""

    key: str
    title: str
    purpose: str
    every: str
    blocks: tuple[Block, ...]
    vendor: bool = False


def _blocks(*made: tuple[str, str, Spec] | tuple[str, str]) -> tuple[Block, ...]:
    return tuple(
        Block(id=f"b{number}", kind=each[0], title=each[1], spec=each[2] if len(each) == 3 else Spec())
        for number, each in enumerate(made, 1)
    )


def _of(*metrics: str, by: str = "", interval: str = "", compare: str = "") -> Spec:
    return Spec(metrics=metrics, by=by, interval=interval, compare=compare)


TEMPLATES: dict[str, Template] = {each.key: each for each in (
    Template(
        key="daily", title=N_("Daily review"), every="day",
        purpose=N_("The day before: what was out of the ordinary, why, what was done and whether it turned."),
        blocks=_blocks(
            ("spike", N_("What was out of the ordinary")),
            ("number", N_("The day"), _of("incoming_manual", "solved_manual", "backlog")),
            ("number", N_("Time and service"), _of("aas", "aht", "sla_completed")),
            ("chart", N_("What came in"), _of("incoming_manual", interval="hour")),
            ("decision", N_("Incidents")), ("measures", N_("What measures did")), ("text", N_("What comes next")),
        ),
    ),
    Template(
        key="weekly", title=N_("Weekly operations review"), every="week",
        purpose=N_("The week for whoever runs the floor: volume, time, quality, spikes with their causes, decisions, what is open."),
        blocks=_blocks(
            ("text", N_("In short")),
            ("number", N_("Volume"), _of("incoming_manual", "solved_manual", "backlog")),
            ("chart", N_("What came in"), _of("incoming_manual")),
            ("chart", N_("What was solved"), _of("solved_manual")),
            ("table", N_("Queues"), _of("incoming_manual", "solved_manual", "aht", "sla_completed", by="queue")),
            ("number", N_("Time and service"), _of("aas", "aht", "sla_completed")),
            ("spike", N_("What was out of the ordinary")),
            ("number", N_("Quality"), _of("overturn_rate", "reopen_rate", "escalation_rate")),
            ("table", N_("Vendors"), _of("solved_manual", "aht", "sla_completed", by="vendor")),
            ("decision", N_("Incidents")), ("go", N_("Go and no-go")), ("measures", N_("What measures did")),
            ("actions", N_("Actions")), ("risks", N_("Risks")), ("questions", N_("Open questions")), ("text", N_("What we do next")),
        ),
    ),
    Template(
        key="monthly", title=N_("Monthly business review"), every="month",
        purpose=N_("The month for whoever pays for it: what came in, what it took, how good it was, what changed it, what is at risk."),
        blocks=_blocks(
            ("text", N_("In short")),
            ("heading", N_("Volume")),
            ("number", N_("What came in and what was solved"), _of("incoming_total", "solved_total", "automation_share")),
            ("chart", N_("What came in"), _of("incoming_total")), ("chart", N_("Solved by people"), _of("solved_manual")),
            ("table", N_("By policy"), _of("incoming_manual", "solved_manual", by="policy")),
            ("table", N_("By market"), _of("incoming_manual", "solved_manual", by="market")),
            ("table", N_("By channel"), _of("incoming_manual", by="channel")),
            ("heading", N_("Time and service")),
            ("number", N_("Time"), _of("aas", "aht", "first_response")), ("chart", N_("Time to solve"), _of("aas")),
            ("number", N_("Service"), _of("sla_completed", "breaches", "backlog")), ("chart", N_("Handling time"), _of("aht")),
            ("table", N_("Service by queue"), _of("sla_completed", "aht", "breaches", by="queue")),
            ("table", N_("Vendors"), _of("solved_manual", "aht", "sla_completed", by="vendor")),
            ("heading", N_("Quality")),
            ("number", N_("Decisions that did not hold"), _of("overturn_rate", "appeal_rate", "reopen_rate")),
            ("table", N_("Appeals by policy"), _of("appeals", "overturn_rate", by="policy")),
            ("number", N_("Hand-overs"), _of("escalation_rate", "transfer_rate", "skip_rate")),
            ("heading", N_("Enforcement")),
            ("number", N_("What was done"), _of("actions_taken", "strikes", "notices")),
            ("chart", N_("Actions taken"), _of("actions_taken")),
            ("table", N_("Violations by policy"), _of("violation_rate", by="policy")),
            ("heading", N_("What changed it")),
            ("spike", N_("What was out of the ordinary")), ("decision", N_("Incidents")), ("go", N_("Go and no-go")),
            ("measures", N_("What measures did")), ("actions", N_("Actions")), ("risks", N_("Risks")), ("text", N_("What we ask for")),
        ),
    ),
    Template(
        key="vendor", title=N_("Vendor review"), every="month", vendor=True,
        purpose=N_("One vendor's month, for both sides: work, time, quality, what was agreed. The vendor reads it once it is published."),
        blocks=_blocks(
            ("text", N_("In short")),
            ("number", N_("Work"), _of("jobs_solved", "solved_manual")), ("chart", N_("Solved"), _of("solved_manual")),
            ("table", N_("Queues"), _of("jobs_solved", "aht", "sla_completed", by="queue")),
            ("number", N_("Time and service"), _of("aht", "sla_completed")), ("chart", N_("Handling time"), _of("aht")),
            ("number", N_("Quality"), _of("overturn_rate", "reopen_rate", "escalation_rate")),
            ("spike", N_("What was out of the ordinary")), ("agreed", N_("What was agreed")), ("questions", N_("Open questions")),
            ("text", N_("What we do next")),
        ),
    ),
    Template(
        key="launch", title=N_("Launch readout"), every="week",
        purpose=N_("A launch for whoever said go: what was decided, what the floor did since, what is open."),
        blocks=_blocks(
            ("text", N_("What went live")), ("go", N_("The decision")),
            ("number", N_("The floor since"), _of("incoming_manual", "aht", "overturn_rate")),
            ("chart", N_("What came in"), _of("incoming_manual")),
            ("table", N_("By policy"), _of("incoming_manual", "violation_rate", "overturn_rate", by="policy")),
            ("table", N_("By market"), _of("incoming_manual", "violation_rate", by="market")),
            ("spike", N_("What was out of the ordinary")), ("measures", N_("What it did")), ("actions", N_("Actions")),
            ("risks", N_("Risks")), ("text", N_("Lessons")),
        ),
    ),
    Template(
        key="abuse", title=N_("Abuse-trend brief"), every="week",
        purpose=N_("What people report and what rules find: what grows, where, and what was done against it."),
        blocks=_blocks(
            ("text", N_("In short")), ("number", N_("Reports and findings"), _of("reports", "incoming_auto", "violation_rate")),
            ("chart", N_("Reports"), _of("reports")), ("table", N_("Reports by reason"), _of("reports", by="reason")),
            ("table", N_("By policy"), _of("incoming_new", "violation_rate", by="policy")),
            ("table", N_("By market"), _of("incoming_new", by="market")), ("spike", N_("What was out of the ordinary")),
            ("number", N_("What was done"), _of("actions_taken", "strikes", "automatic_decisions")),
            ("measures", N_("What measures did")), ("text", N_("What to watch")),
        ),
    ),
    Template(
        key="transparency", title=N_("Transparency numbers"), every="month",
        purpose=N_("The month's numbers as public reports ask for them: notices, decisions, appeals, what automation did and got wrong."),
        blocks=_blocks(
            ("text", N_("What is counted")), ("number", N_("Notices and decisions"), _of("reports", "solved_total", "actions_taken")),
            ("table", N_("Reports by reason"), _of("reports", by="reason")),
            ("table", N_("Actions by policy"), _of("actions_taken", by="policy")),
            ("number", N_("Appeals"), _of("appeals", "overturn_rate", "appeals_in_time")),
            ("table", N_("Appeals by policy"), _of("appeals", by="policy")),
            ("number", N_("Automation"), _of("automatic_decisions", "automatic_decision_share", "auto_overturned")),
            ("number", N_("Time"), _of("first_response", "restore_lag")), ("text", N_("Remarks")),
        ),
    ),
)}  # fmt: skip


def one(key: str) -> Template:
    """A template.

    Raises:
        BadInput: there is none of that name.
    """
    if key not in TEMPLATES:
        raise BadInput(
            "unknown_template", f"There is no review {key[:40]!r}.", where="template", hint=", ".join(TEMPLATES)
        )
    return TEMPLATES[key]
