"""JSON for programs: vendors, their scorecard, contract, questions and invoices."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.vendors import access, agenda, contracts
from watchfloor.vendors.access import Side
from watchfloor.vendors.actions import contracts as contract_verbs
from watchfloor.vendors.actions import invoices as invoice_verbs
from watchfloor.vendors.actions import workspace
from watchfloor.vendors.models import Contract, Invoice, Question

router = Router(tags=["vendors"])
EITHER = (access.VIEW, access.WORK)


class VendorOut(Schema):
    """A vendor; ``contract``: the version in force, 0 without one; ``questions``: those that wait for an answer."""

    key: str
    name: str
    site: str
    time_zone: str
    contract: int
    questions: int


class VendorsOut(Schema):
    """By name."""

    vendors: list[VendorOut]


class VendorFigureOut(Schema):
    """A figure with its 95 % interval, by default of a contract's target. Times in milliseconds, shares of one.

    ``outcome``: met, missed, unclear (the interval holds the goal) or nothing (no work); empty for a figure without a target.
    ``by``: the miss, percent of the goal or points; ``percent``: of the fee that is owed.
    """

    figure: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    days: int
    counted: int
    clause: str
    goal: float | None
    outcome: str
    by: str
    percent: str


class VendorPeopleOut(Schema):
    """Heads now; joined and left within 90 days; growing into their work; seats agreed."""

    now: int
    joined: int
    ramping: int
    left: int
    seats: int


class VendorGapOut(Schema):
    """A policy for which some have no certificate."""

    policy: str
    people: int
    certified: int


class ScorecardOut(Schema):
    """Whole days (UTC), both included. Money is text, exact; empty where there is no invoice to take it from."""

    start: date
    end: date
    contract: int
    targets: list[VendorFigureOut]
    others: list[VendorFigureOut]
    credit_percent: str
    credit_capped: str
    credit_amount: str
    currency: str
    people: VendorPeopleOut
    gaps: list[VendorGapOut]


class ContractOut(Schema):
    """A version: its terms as the form has them; ``sheet`` is CSV: kind, name, clause, value, credits."""

    number: int
    starts_on: date | None
    currency: str
    confidence: str
    cap: str
    tolerance: str
    least_days: str
    least: str
    answer_hours: str
    every_days: str
    sheet: str


class ContractIn(Schema):
    """A new version. What is left out stays as in the newest; ``seen``: its number, so that nobody's version is written over unseen."""

    starts_on: date
    sheet: str
    seen: int
    note: str = ""
    currency: str = ""
    confidence: str = ""
    cap: str = ""
    tolerance: str = ""
    least_days: str = ""
    least: str = ""
    answer_hours: str = ""
    every_days: str = ""


class VendorQuestionOut(Schema):
    """A question and its clock."""

    id: UUID
    text: str
    policy: str
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None
    answer: str


class VendorQuestionsOut(Schema):
    """Those that wait first, by their clock."""

    questions: list[VendorQuestionOut]


class VendorQuestionIn(Schema):
    """What is asked, and of which policy (its key)."""

    text: str
    policy: str = ""


class VendorAnswerIn(Schema):
    """The answer; ``article``: the title of a draft of knowledge made from it (the question names a policy)."""

    answer: str
    article: str = ""


class InvoiceDifferenceOut(Schema):
    """What differs from the log in a line: hours, rate, sum, role, twice, outside, unknown_person; ``amount`` is too much by so much."""

    line: int
    kind: str
    billed: str
    ours: str
    amount: str


class InvoiceOut(Schema):
    """An invoice: received, disputed or accepted. ``agreed``: what the log supports."""

    id: UUID
    reference: str
    starts_on: date
    ends_on: date
    state: str
    total: str
    agreed: str
    paid: str
    credit: str
    currency: str
    differences: list[InvoiceDifferenceOut]


class InvoicesOut(Schema):
    """The newest first, at most 200."""

    invoices: list[InvoiceOut]


class InvoiceIn(Schema):
    """``lines`` is CSV with the columns person, role, from, to, hours, rate, amount."""

    reference: str
    starts_on: date
    ends_on: date
    lines: str


@router.get("/vendors", response=VendorsOut, summary="List vendors", operation_id="vendors")
def listed(request: HttpRequest) -> Any:
    """Those one may see. Needs ``vendor.view`` or ``vendor.work``."""
    today = clock.now().date()
    found = []
    for each in access.vendors(needs(request, *EITHER)):
        held = contracts.in_force(each.key, today)
        waiting = Question.objects.filter(vendor_key=each.key, answered_at=None).count()
        found.append(
            {
                "key": each.key, "name": each.name, "site": each.site, "time_zone": each.time_zone,
                "contract": held.number if held else 0, "questions": waiting,
            }
        )  # fmt: skip
    return {"vendors": found}


@router.get(
    "/vendors/{vendor}/scorecard", response=ScorecardOut, summary="Read a scorecard", operation_id="vendor_scorecard"
)
def scorecard(request: HttpRequest, vendor: str, start: date | None = None, end: date | None = None) -> Any:
    """Targets against actual; by default the last 28 days. Needs ``vendor.view`` or ``vendor.work``."""
    actor, side = _side(request, vendor)
    last = end or clock.now().date() - timedelta(days=1)
    first = start or last - timedelta(days=27)
    return card(actor, side, first, last)


@router.get(
    "/vendors/{vendor}/contract", response=ContractOut, summary="Read a contract", operation_id="vendor_contract"
)
def contract(request: HttpRequest, vendor: str, number: int = 0) -> Any:
    """The newest version, or the one with this number. Needs ``vendor.view`` or ``vendor.work``."""
    _actor, side = _side(request, vendor)
    rows = contracts.versions(side.vendor.key)
    row = rows.filter(number=number).first() if number else rows.first()
    if row is None:
        raise NotFound("unknown_contract", "There is no such version of a contract.")
    return _contract(row)


@router.post(
    "/vendors/{vendor}/contract", response={201: ContractOut}, summary="Write a new version of a contract",
    operation_id="vendor_contract_save",
)  # fmt: skip
def contract_save(request: HttpRequest, vendor: str, body: ContractIn) -> Any:
    """What stood before holds for the periods it held in. Needs ``vendor.manage``."""
    actor, side = _managed(request, vendor)
    newest = contracts.typed(contracts.terms_of(contracts.versions(side.vendor.key).first()))
    given = {name: value for name, value in body.dict().items() if isinstance(value, str) and value}
    terms = contracts.read({**newest, **given, "sheet": body.sheet})
    with writing(actor) as w:
        row = contract_verbs.save_contract(w, side.vendor.key, terms, body.starts_on, note=body.note, seen=body.seen)
    return Status(201, _contract(row))


@router.get(
    "/vendors/{vendor}/questions", response=VendorQuestionsOut, summary="List a vendor's questions",
    operation_id="vendor_questions",
)  # fmt: skip
def questions(request: HttpRequest, vendor: str, state: Literal["all", "open"] = "all") -> Any:
    """With their clocks, at most 200. Needs ``vendor.view`` or ``vendor.work``."""
    _actor, side = _side(request, vendor)
    rows = Question.objects.filter(vendor_key=side.vendor.key)
    waiting = rows.filter(answered_at=None).order_by("due_at")
    answered = rows.exclude(answered_at=None).order_by("-answered_at") if state == "all" else rows.none()
    return {"questions": [_question(row) for row in [*waiting[:200], *answered[:200]][:200]]}


@router.post(
    "/vendors/{vendor}/questions", response={201: VendorQuestionOut}, summary="Ask the house", operation_id="vendor_ask"
)
def ask(request: HttpRequest, vendor: str, body: VendorQuestionIn) -> Any:
    """The contract's clock begins. Needs ``vendor.work``."""
    actor, side = _side(request, vendor, access.WORK)
    with writing(actor) as w:
        row = workspace.ask(w, side.vendor.key, body.text, policy_key=body.policy)
    return Status(201, _question(row))


@router.post(
    "/vendors/{vendor}/questions/{question}/answer", response=VendorQuestionOut, summary="Answer a vendor's question",
    operation_id="vendor_answer",
)  # fmt: skip
def answer(request: HttpRequest, vendor: str, question: UUID, body: VendorAnswerIn) -> Any:
    """Once; the vendor reads it in its workspace. Needs ``vendor.manage``."""
    actor, side = _managed(request, vendor)
    with writing(actor) as w:
        row = workspace.answer(w, side.vendor.key, question, body.answer, article=body.article)
    return _question(row)


@router.get(
    "/vendors/{vendor}/invoices",
    response=InvoicesOut,
    summary="List a vendor's invoices",
    operation_id="vendor_invoices",
)
def invoices(request: HttpRequest, vendor: str) -> Any:
    """Each held against the log. Needs ``vendor.view`` or ``vendor.work``."""
    _actor, side = _side(request, vendor)
    rows = Invoice.objects.filter(vendor_key=side.vendor.key).order_by("-starts_on", "-taken_in_at")[:200]
    return {"invoices": [_invoice(side, row) for row in rows]}


@router.post(
    "/vendors/{vendor}/invoices",
    response={201: InvoiceOut},
    summary="Take an invoice in",
    operation_id="vendor_invoice_add",
)
def invoice_add(request: HttpRequest, vendor: str, body: InvoiceIn) -> Any:
    """From either side; it is held against the hours that were logged. Needs ``vendor.manage`` or ``vendor.work``."""
    actor, side = _side(request, vendor, access.MANAGE, access.WORK)
    with writing(actor) as w:
        row = invoice_verbs.take_in(
            w,
            side.vendor.key,
            reference=body.reference,
            starts_on=body.starts_on,
            ends_on=body.ends_on,
            text=body.lines,
        )
    return Status(201, _invoice(side, row))


def card(actor: Actor, side: Side, start: date, end: date) -> dict[str, Any]:
    """A scorecard as ``ScorecardOut`` has it.

    Raises:
        BadInput: the period ends before it begins, or is longer than a year.
    """
    if not timedelta(0) <= end - start <= timedelta(days=366):
        raise BadInput("bad_period", "The period ends on or after its first day, within a year.", where="end")
    found = agenda.fill(actor, side, start, end)
    return {
        "start": start, "end": end, "contract": found.contract, "targets": [_figure(each) for each in found.targets],
        "others": [_figure(each) for each in found.others], "credit_percent": found.credit_percent,
        "credit_capped": found.credit_capped, "credit_amount": found.credit_amount, "currency": found.currency,
        "people": {name: getattr(found.people, name) for name in VendorPeopleOut.model_fields},
        "gaps": [{"policy": each.policy, "people": each.people, "certified": each.certified} for each in found.gaps],
    }  # fmt: skip


def _side(request: HttpRequest, vendor: str, *permissions: str) -> tuple[Actor, Side]:
    actor = needs(request, *(permissions or EITHER))
    return actor, access.side(actor, vendor, *permissions)


def _managed(request: HttpRequest, vendor: str) -> tuple[Actor, Side]:
    actor = needs(request, access.MANAGE)
    side = access.side(actor, vendor)
    if not side.manages:
        raise NotFound("unknown_vendor", "There is no such vendor.")
    return actor, side


def _figure(line: agenda.TargetLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in VendorFigureOut.model_fields}


def _contract(row: Contract) -> dict[str, Any]:
    return {"number": row.number, "starts_on": row.starts_on, **contracts.typed(contracts.terms_of(row))}


def _question(row: Question) -> dict[str, Any]:
    return {
        "id": row.pk, "text": row.text, "policy": row.policy_key, "asked_at": row.asked_at, "due_at": row.due_at,
        "answered_at": row.answered_at, "answer": row.answer or "",
    }  # fmt: skip


def _invoice(side: Side, row: Invoice) -> dict[str, Any]:
    found = invoice_verbs.compared(side, row)
    return {
        "id": row.pk, "reference": row.reference, "starts_on": row.starts_on, "ends_on": row.ends_on, "state": str(row.state),
        "total": str(row.total), "agreed": str(found.agreed), "paid": "" if row.paid is None else str(row.paid),
        "credit": "" if row.credit is None else str(row.credit),
        "currency": contracts.terms_of(contracts.in_force(side.vendor.key, row.ends_on)).currency,
        "differences": [
            {"line": each.number, "kind": each.kind, "billed": each.billed, "ours": each.ours, "amount": str(each.amount)}
            for each in found.differences
        ],
    }  # fmt: skip
