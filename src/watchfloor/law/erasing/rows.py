"""Emptying rows: which of every table are a person's, and how they are emptied without the ledger or its proofs taking harm.

Rows of the ledger's projections are never deleted. Their private columns are emptied and the seal, under which the ledger holds their
HMACs, is dropped: nothing is left to guess from (crypto-shredding), and ``ledger rebuild --check`` knows that such a row is erased. A row
that also holds what is somebody else's keeps that, under a new seal.

Tables are found by themselves: any projection with private columns that names an item, a case, a decision, a report or an appeal. Those
that need more are in ``MORE``, those that hold nothing of the platform's people in ``NOT_THEIRS``; a test insists that every table is
one or the other, so a new one cannot be forgotten.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.db.models import Q

from watchfloor.law.erasing.who import Person
from watchfloor.law.events import RowsErased
from watchfloor.law.models import Order
from watchfloor.ledger.models import Projected
from watchfloor.ledger.writer import Writer

CHUNK: Final = 500
NOT_THEIRS: Final = {
    "identity_break_glass": "why colleagues took rights in an emergency",
    "identity_signon_provider": "the sealed credentials of an identity provider",
    "interop_scim_person": "what the directory says of colleagues",
    "workforce_choices": "colleagues' own choices",
    "staffing_wishes": "what colleagues would rather work, and days they cannot",
    "appreview_app": "kept: what the house agreed with a developer about an app that uses its interface",
    "appreview_application": "kept: what a developer declared, which the agreement rests on",
    "appreview_decision": "kept: what was agreed or refused, and why",
    "appreview_developer": "kept: the other side of the agreement",
    "appreview_message": "kept: what both sides said of the agreement",
    "appreview_step": "kept: what was done when it was broken",
    "detection_restriction": "kept for safety: whom the house holds back, by network, address or device, until it is lifted or over",
    "detection_restriction_version": "kept: what a restriction was before",
    "detection_exchange": "the sealed credentials of an exchange",
    "quality_round": "what colleagues call a session, and what it came to",
    "quality_round_answer": "what colleagues find of an item and why; the item itself is read where it lives",
    "quality_coaching": "what colleagues are given to look at, about the work and nobody's account",
    "oncall_audience": "where updates on incidents are sent",
    "oncall_contact": "how colleagues are reached",
    "review_macro": "ready texts of the house",
    "review_reporter_mute": "kept: a mute names its reporter by a keyed hash; the id is emptied with MORE",
    "training_answer": "what colleagues answered",
    "training_bar_choice": "why colleagues set an exam's bar",
    "training_exam_grade": "what examiners find of colleagues' answers",
    "training_cohort": "names of groups of colleagues",
    "training_extra_time": "what colleagues need in exams",
    "training_path": "names of paths that new colleagues go",
    "training_record_store": "the sealed credentials of a learning record store",
    "training_session": "where colleagues meet",
    "training_unit": "who keeps a unit",
    "training_unit_version": "what the house teaches",
    "insight_handover": "what one shift tells the next",
    "insight_annotation": "what colleagues note beside a number",
    "insight_change": "titles of what the house or the world changed",
    "insight_mute": "why colleagues do not want to be told",
    "insight_schedule": "where colleagues have their boards sent",
    "insight_spike": "what colleagues think and plan",
    "insight_sql_question": "questions of colleagues to facts, which name nobody",
    "insight_topic": "names that colleagues give to topics; their texts are read where they live, so erased ones are gone",
    "law_authority": "courts and agencies",
    "policy_claim": "claims that circulate, and their sources",
    "cybertip_settings": "who reports for the house",
    "law_flagger": "bodies with a status, in a public register",
    "knowledge_article": "what colleagues wrote down of how a policy is read",
    "programme_calendar_event": "what is coming to a market",
    "programme_horizon": "laws, tactics and events that come nearer",
    "programme_practice": "how far the house lives its practices",
    "programme_risk": "what may go wrong, in colleagues' words",
    "programme_risk_control": "what keeps a risk small",
    "programme_risk_version": "what colleagues said at a review of a risk",
    "programme_intervention": "what colleagues changed on the floor, and what it did",
    "programme_jira_conflict": "what the house and its tracker said differently of the work",
    "programme_jira_link": "what the house told its tracker of the work, which names nobody of the platform",
    "programme_jira_site": "the sealed credentials of a tracker",
    "vendors_announcement": "what the house tells its vendors",
    "vendors_check_in": "what was said with a vendor, and its figures",
    "vendors_contract": "what was agreed with a vendor",
    "vendors_invoice": "kept: what a vendor billed",
    "vendors_party": "where minutes are mailed to",
    "vendors_question": "what a vendor asked, and the house's answer",
    "vendors_task": "what was agreed with a vendor",
    "vendors_visit": "what was seen at a vendor's site",
    "programme_proposal": "what colleagues propose to change in their work",
    "programme_quantity": "what colleagues rest an estimate on",
    "programme_verdict": "why colleagues decided so on a proposal",
    "programme_action": "what colleagues agreed to do",
    "programme_audience": "names of audiences of updates",
    "programme_comment": "what colleagues say about their work",
    "programme_initiative": "what colleagues work at",
    "programme_letter": "mail to colleagues and to who has a say in the work",
    "programme_milestone": "what colleagues work at",
    "programme_objective": "what the house wants to reach",
    "programme_question": "what colleagues ask each other",
    "programme_sign_off": "what colleagues agreed to, and why not",
    "programme_slip": "why colleagues moved a date",
    "programme_stakeholder": "who has a say in the house's work",
    "programme_update": "what the house tells who has a say",
    "programme_launch": "what the house means to launch, and why it stopped",
    "programme_launch_decision": "why colleagues said go or no-go",
    "programme_launch_gate": "why colleagues let a launch pass a gate",
    "programme_launch_said": "what colleagues say of a launch's gates",
    "programme_review": "what colleagues say of a span, beside numbers of many",
    "programme_review_version": "what colleagues said of a span, beside numbers of many",
    "programme_review_schedule": "where colleagues have reviews sent",
    "law_hold": "grounds of holds; what they hold is not erased at all",
    "interop_mail_sender": "bodies whose mail has standing",
    "interop_history_source": "the sealed credentials of another system",
    "interop_sender": "the sealed secret of a system that reports here",
    "items_item": "emptied last, by erasing.runs",
    "items_media": "shredded by erasing.elsewhere",
}
OTHERS: Final[dict[str, dict[str, str]]] = {
    # table -> {private column: the kind of owner it belongs to}; kept where the owner is somebody else
    "review_report": {"reporter": "reporter"},
    "review_appeal": {"appellant": "appellant"},
    "enforcement_notice": {"recipient": "recipient"},
}
FIRST: Final = {
    # what somebody must still be sent is emptied when it was, by the next erasing
    "transparency_submission": Q(sent_at__isnull=False),
}
_NAMES: Final = {"item": "items", "case": "cases", "decision": "decisions", "report": "reports", "appeal": "appeals"}


def _more() -> dict[str, Callable[[Person], Q]]:
    """Rows that are a person's by something other than a reference."""
    return {
        "review_report": lambda who: Q(pk__in=who.reports),
        "review_appeal": lambda who: Q(pk__in=who.appeals),
        "review_reporter_mute": lambda who: Q(reporter=who.external),
        "enforcement_notice": lambda who: Q(recipient=who.external) & ~Q(item__in=who.held),
        "enforcement_statement": lambda who: Q(source_identity=who.external),
        "review_complaint_measure": lambda who: Q(appellant=who.external),
        "items_representative": lambda who: Q(protected__account__in=who.items) | Q(address=who.external),
        "detection_saved_query": lambda who: _says("address", who.marks),
        "detection_label_batch": lambda who: _says("query", who.marks),
        "detection_rule_example": lambda who: _says("event", who.marks),
        "training_item": lambda who: _says("content", who.marks),
        "oncall_incident": lambda who: Q(cases__overlap=who.cases) & Q(held_at__isnull=True),
        "oncall_incident_line": lambda who: Q(incident__cases__overlap=who.cases) & Q(incident__held_at__isnull=True),
        "oncall_correction": lambda who: Q(incident__cases__overlap=who.cases) & Q(incident__held_at__isnull=True),
        "law_order": lambda who: Q(cases__overlap=who.cases) & Q(state__in=[Order.State.ANSWERED, Order.State.REFUSED]),
        "law_request": lambda who: Q(account_id=who.external) & Q(state__in=["answered", "refused"]),
    }  # fmt: skip


def private_models() -> dict[str, type[Projected]]:
    """Every projection with private columns, by table."""
    found = {}
    for model in apps.get_models():
        if issubclass(model, Projected) and model.private:
            found[str(model._meta.db_table)] = model
    return dict(sorted(found.items()))


def reached(model: type[Projected], who: Person) -> Q | None:
    """The rows of a table that are this person's; None where nothing says how to find them."""
    table = str(model._meta.db_table)
    more = _more().get(table)
    found = more(who) if more is not None else None
    if table in NOT_THEIRS and more is None:
        return None
    for field in model._meta.concrete_fields:
        wanted = _reference(field)
        if wanted and table not in ("review_report", "review_appeal"):
            each = Q(**{f"{field.attname}__in": getattr(who, wanted)})
            found = each if found is None else found | each
    if found is not None and table in FIRST:
        found &= FIRST[table]
    return found


def _reference(field: Any) -> str:
    """Which list of a person's ids a column may hold."""
    if isinstance(field, models.ForeignKey):
        name = str(field.related_model._meta.db_table) if not isinstance(field.related_model, str) else ""
        return {
            "items_item": "items", "review_case": "cases", "review_decision": "decisions", "review_report": "reports",
            "review_appeal": "appeals",
        }.get(name, "")  # fmt: skip
    if isinstance(field, models.UUIDField):
        return _NAMES.get(field.name.removesuffix("_id"), "") if field.name.endswith("_id") else ""
    return ""


def empty_all(w: Writer, who: Person, model: type[Projected], most: int = CHUNK) -> tuple[int, str]:
    """Empty up to ``most`` rows of a table in the caller's transaction: how many, and the digest over their ids."""
    rows = reached(model, who)
    if rows is None:
        return 0, ""
    left = _unerased(model, who)
    found = list(model._default_manager.select_for_update(of=("self",)).filter(rows & left).order_by("pk")[:most])
    done = [row for row in found if empty(w, row, who)]
    if not done:
        return 0, ""
    table, sum_ = str(model._meta.db_table), digest(str(row.pk) for row in done)
    w.event(RowsErased(table=table, rows=len(done), digest=sum_), ("erased", done[0].pk))
    return len(done), sum_


def empty(w: Writer, row: Projected, who: Person) -> bool:
    """Empty one row: all of it, or what is not somebody else's. False where nothing of it is left to empty."""
    table = str(row._meta.db_table)
    others = OTHERS.get(table, {})
    kept = {
        name for name in others
        if getattr(row, name) not in ("", who.external) and not (table == "enforcement_notice" and row.to == "author")  # type: ignore[attr-defined]
    }  # fmt: skip
    values = {
        name: blank(getattr(row, name)) for name in sorted(row.private - kept)
        if getattr(row, name) != blank(getattr(row, name))
    }  # fmt: skip
    if not values and (kept or getattr(row, "seal", None) is None):
        return False
    if table == "enforcement_statement" and row.item_id not in who.items:  # type: ignore[attr-defined]
        kept, values = (
            set(row.private - {"source_identity"}),
            {"source_identity": ""},
        )  # theirs is only that they gave notice
    if kept:
        w.update(row, seal=os.urandom(16), **values)
        w.wrote(row, *sorted(kept))
    else:
        w.update(row, seal=None, **values)
        w.wrote(row, *sorted(row.private))
    return True


def blank(value: Any) -> Any:
    """Nothing, of the same shape."""
    if value is None:
        return None
    if isinstance(value, (bytes, memoryview)):
        return b""
    return type(value)() if isinstance(value, (dict, list)) else ""


def digest(ids: Iterable[str]) -> str:
    """sha256 (hex) over ids, one a line."""
    return hashlib.sha256("".join(f"{each}\n" for each in ids).encode()).hexdigest()


def tables(who: Person) -> Iterator[type[Projected]]:
    """The tables that are emptied, in order."""
    for model in private_models().values():
        if reached(model, who) is not None:
            yield model


def _unerased(model: type[Projected], who: Person) -> Q:
    """Rows that still have something to empty."""
    found = Q(seal__isnull=False)
    others = OTHERS.get(str(model._meta.db_table), {})
    if others:  # they keep a seal for what is somebody else's
        rest = Q()
        for name in sorted(model.private):
            if name in others:
                rest |= Q(**{name: who.external})
            else:
                rest |= ~Q(**{name: {} if isinstance(model._meta.get_field(name), models.JSONField) else ""})
        found &= rest
    return found


def _says(field: str, marks: list[str]) -> Q:
    """Rows in whose text one of these words stands."""
    found = Q(pk__in=[])
    for mark in marks:
        found |= Q(**{f"{field}__icontains": mark})
    return found
