"""What belongs to the proof of a decision: its policy's text, its actions, notices, appeals, statements, what was sent of them."""

from __future__ import annotations

from uuid import UUID

from watchfloor.enforcement.models import Action, Notice, StatementOfReasons, Strike
from watchfloor.items.models import ItemVersion
from watchfloor.ledger.canonical import canonical
from watchfloor.ledger.dossier import Belongs, Opening, opening, tell
from watchfloor.ledger.models import Event, Projected
from watchfloor.review.models import Appeal, Decision
from watchfloor.transparency.models import Submission


@tell
def of_decision(decision_id: UUID, content: bool) -> Belongs:
    """Everything by its subject. Opened are only texts that are made for the public; the item only when ``content`` says so."""
    decision = Decision.objects.select_related("case__item").filter(pk=decision_id).first()
    if decision is None:
        return Belongs()
    rows: list[Projected] = [
        *Action.objects.filter(decision_id=decision_id).order_by("created_at"),
        *Action.objects.filter(inverse_of__decision_id=decision_id).order_by("created_at"),
        *Strike.objects.filter(decision_id=decision_id),
        *Notice.objects.filter(decision_id=decision_id).order_by("created_at"),
        *StatementOfReasons.objects.filter(decision_id=decision_id, number__gt=0).order_by("number"),
        *Submission.objects.filter(decision_id=decision_id).order_by("number"),
        *Appeal.objects.filter(decision_id=decision_id).order_by("filed_at"),
    ]
    subjects = [f"{row._meta.model_name}:{row.pk}" for row in dict.fromkeys(rows)]
    subjects += [
        f"decision:{pk}"
        for pk in Appeal.objects.filter(decision_id=decision_id).values_list("outcome_decision_id", flat=True)
        if pk
    ]
    if decision.policy_version_id:
        subjects.insert(0, f"policyversion:{decision.policy_version_id}")
    seen = Event.objects.filter(
        subject=f"item:{decision.case.item_id}", type="item.seen", item_version=decision.item_version
    ).order_by("ordinal").values_list("pk", flat=True).first()  # fmt: skip
    if seen:
        subjects.insert(0, f"event:{seen}")
    return Belongs(
        subjects=tuple(subjects), openings=_opened(rows), content=_content(decision) if content else "",
    )  # fmt: skip


def _opened(rows: list[Projected]) -> tuple[Opening, ...]:
    wanted = {StatementOfReasons: ("facts", "explanation"), Submission: ("payload",)}
    found = [opening(row, column) for row in rows for column in wanted.get(type(row), ())]
    return tuple(each for each in found if each is not None)


def _content(decision: Decision) -> str:
    """The item as it was judged: the canonical JSON whose SHA-256 is the version; "" when it is erased or restricted."""
    version = ItemVersion.objects.filter(pk=decision.item_version, erased_at__isnull=True).first()
    item = decision.case.item
    if version is None or decision.case.clearance:
        return ""
    return canonical({"type": item.type_key, "id": item.external_id, "data": version.data}).decode()
