"""Lists of cases and jobs as people filter them, page by page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.items.models import Item
from watchfloor.kernel.errors import BadInput
from watchfloor.review.models import Case, Decision, Job
from watchfloor.review.queries.access import case as open_case
from watchfloor.review.queries.access import visible_cases, visible_jobs
from watchfloor.review.queries.pages import Page, page

CASE_FILTERS = ("state", "policy_key", "market", "language", "severity", "channel", "harm_group", "closed_how")
LINKED_ITEMS = 500
JOB_ORDER = ("-priority", "due_at", "id")


def cases(actor: Actor, *, after: str = "", limit: int = 50, **filters: Any) -> Page[Case]:
    """Cases, newest first, that match every filter given (``CASE_FILTERS``; None and ``""`` do not filter)."""
    wrong = set(filters) - set(CASE_FILTERS)
    if wrong:
        raise BadInput("unknown_filter", f"Cases are not filtered by {', '.join(sorted(wrong))}.",
                       hint=f"One of: {', '.join(CASE_FILTERS)}.")  # fmt: skip
    wanted = {name: value for name, value in filters.items() if value not in (None, "")}
    rows = visible_cases(actor).select_related("item").filter(**wanted)
    return page(rows, ("-opened_at", "-id"), after=after, limit=limit)


def queue_jobs(actor: Actor, queue_key: str, *, state: str = "ready", after: str = "", limit: int = 50) -> Page[Job]:
    """A queue's jobs in the order they are taken."""
    rows = visible_jobs(actor).filter(queue_key=queue_key, state=state).select_related("case", "case__item")
    return page(rows, JOB_ORDER, after=after, limit=limit)


def linked_cases(actor: Actor, case_id: UUID, *, limit: int = 20) -> list[Case]:
    """Other cases on the same item, its author, or the author's latest ``LINKED_ITEMS`` items, newest first."""
    case = open_case(actor, case_id, why="linked cases")
    author = case.item.author_id or case.item_id
    items = list(
        Item.objects.filter(author_id=author).order_by("-first_seen_at").values_list("pk", flat=True)[:LINKED_ITEMS]
    )
    same = {*items, author, case.item_id}
    rows = visible_cases(actor).select_related("item").filter(item_id__in=same).exclude(pk=case.pk)
    return list(rows.order_by("-opened_at", "-id")[:limit])


def precedents(
    actor: Actor, policy_key: str, violation_key: str = "", text: str = "", *, limit: int = 5
) -> list[Decision]:
    """Recent standing decisions of people under the same violation type (or, without one, the same policy).

    With ``text``, of the latest 200 those whose rationale shares most of its words come first.
    """
    rows = Decision.objects.filter(superseded_at__isnull=True, origin__in=("human", "appeal"), case__in=_open(actor))
    if violation_key:
        rows = rows.filter(verdict="violating", violation_key=violation_key)
    else:
        rows = rows.filter(policy_key=policy_key).exclude(verdict="unsure")
    recent = rows.select_related("case", "case__item").order_by("-at")
    if not text.strip():
        return list(recent[:limit])
    found = list(recent[:200])
    words = set(text.lower().split())
    found.sort(key=lambda decision: -len(words & set(decision.rationale.lower().split())))  # stable: newest first
    return found[:limit]


def _open(actor: Actor) -> Any:
    return visible_cases(actor).values("pk")
