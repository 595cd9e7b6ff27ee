"""What of review goes by a policy's text: routing rules and their queues, ready texts, open cases; and the register of edge cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel import ids
from watchfloor.policy.claim_items import Place
from watchfloor.policy.precedents import Precedent
from watchfloor.policy.touches import Change, Touch
from watchfloor.review import plan, service
from watchfloor.review.models import Macro, RoutingTable
from watchfloor.review.queries import edge_cases, visible_cases

MOST_NAMES, MOST_PRECEDENTS = 12, 200


def tell(actor: Actor, change: Change) -> Iterable[Touch]:
    """Registered in this context's ``ready``."""
    table = RoutingTable.objects.filter(live=True).first()
    rules = [rule for rule in (table.rules if table else []) if _asks(rule, change.policy_key)]
    yield Touch(
        kind="routing", label=_("Routing rules"), count=len(rules), url=reverse("routing"),
        names=tuple(str(rule["name"]) for rule in rules[:MOST_NAMES]),
    )  # fmt: skip
    live = {each.key for each in plan.live_queues()}
    queues = sorted({str(rule["queue"]) for rule in rules} & live)
    yield Touch(
        kind="queues", label=_("Queues"), count=len(queues), url=reverse("queue-list"), names=tuple(queues[:MOST_NAMES])
    )
    targets = [target.name for target in service.current().targets if target.policy == change.policy_key]
    yield Touch(kind="due_times", label=_("Due times"), count=len(targets), names=tuple(targets[:MOST_NAMES]))
    macros = list(Macro.objects.filter(policy_key=change.policy_key, owner=None, archived_at=None).order_by("name"))
    yield Touch(
        kind="macros", label=_("Ready texts"), count=len(macros), stale=len(macros) if change.text_changes else 0,
        url=reverse("review-macros"), names=tuple(macro.name for macro in macros[:MOST_NAMES]),
        note=_("Read them again: they were written for another text.") if change.text_changes else "",
    )  # fmt: skip
    cases = visible_cases(actor).filter(policy_key=change.policy_key).exclude(state="closed")
    yield Touch(
        kind="cases", label=_("Open cases"), count=cases.count(), moving=True,
        url=f"{reverse('case-list')}?policy={change.policy_key}&state=open",
        note=_("From the moment it is in force they are decided under this version."),
    )  # fmt: skip
    waiting = edge_cases(actor, state="open", policy_key=change.policy_key).count()
    yield Touch(
        kind="questions", label=_("Open questions to policy"), count=waiting, moving=True,
        url=f"{reverse('edge-cases')}?policy={change.policy_key}&state=open",
    )  # fmt: skip


def precedents(actor: Actor, policy_key: str, text: str) -> list[Precedent]:
    """Questions and rulings the actor may know of, as the policy's page shows them."""
    if not actor.has("case.view") and not actor.has("edge.rule"):
        return []
    rows = edge_cases(actor, text=text, policy_key=policy_key).exclude(state="withdrawn")[:MOST_PRECEDENTS]
    return [
        Precedent(
            id=row.pk, policy_key=row.policy_key, state=row.state, question=row.question, ruling=row.ruling,
            verdict=row.verdict, violation_key=row.violation_key, at=row.ruled_at or row.asked_at,
            url=f"{reverse('edge-cases')}?policy={policy_key}&state={row.state}",
        )
        for row in rows
    ]  # fmt: skip


def places(actor: Actor, item_ids: list[UUID]) -> dict[UUID, Place]:
    """The items among these that have a case the actor may know of, each with its newest one."""
    if not actor.has("case.view"):
        return {}
    cases = visible_cases(actor).filter(item_id__in=item_ids).order_by("item_id", "-opened_at").distinct("item_id")
    return {
        case.item_id: Place(
            reverse("case-detail", args=[ids.encode("case", case.pk)]), ids.encode("case", case.pk), case.state
        )
        for case in cases
    }


def _asks(rule: dict[str, Any], policy_key: str) -> bool:
    """Whether a routing rule names the policy."""
    wanted = (rule.get("when") or {}).get("policy", [])
    named = wanted.get("not", []) if isinstance(wanted, dict) else wanted
    return policy_key in (named if isinstance(named, list) else [named])
