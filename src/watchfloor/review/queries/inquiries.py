"""Questions to specialists: whom one may ask, what waits for me to answer, what I asked, answers kept as precedents."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.identity.models import Grant, Role, User
from watchfloor.kernel import clock
from watchfloor.review.models import Case
from watchfloor.review.models_bench import Inquiry

Rows = QuerySet[Inquiry]
ANSWER = "review.answer"
MOST_PEOPLE = 40


def whom(case: Case) -> list[tuple[str, str]]:
    """Who may be asked about this case: ``[("", "")]`` for anyone who answers, then groups, then people who reach it."""
    roles = {role.key: role.name for role in Role.objects.filter(permissions__contains=[ANSWER]).order_by("name")}
    live = Grant.objects.filter(role_key__in=roles, revoked_at=None).exclude(expires_at__lte=clock.now())
    reaching = [grant for grant in live if _reaches(grant, case)]
    people = User.objects.filter(pk__in={grant.user_id for grant in reaching}, is_active=True).order_by("name")
    groups = sorted({grant.role_key for grant in reaching})
    return [
        ("", ""),
        *((f"role:{key}", roles[key]) for key in groups),
        *((f"user:{user.pk}", str(user)) for user in people[:MOST_PEOPLE]),
    ]


def _reaches(grant: Grant, case: Case) -> bool:
    return (
        case.severity <= grant.max_severity
        and (not case.clearance or case.clearance in grant.clearances)
        and (grant.markets is None or case.market in grant.markets)
    )


def to_answer(actor: Actor) -> Rows:
    """The questions this actor may answer: within their rights, put to them, to one of their groups or to anyone."""
    rights = access.rows(
        actor, ANSWER, queue="from_queue", market="case__market", severity="case__severity", clearance="case__clearance"
    )
    mine = Q(to="") | Q(to=str(actor)) | Q(to__in=[f"role:{scope.role}" for scope in actor.scopes])
    return Inquiry.objects.filter(rights & (Q() if actor.all_powerful else mine)).select_related("case", "case__item")


def waiting(actor: Actor, limit: int = 100) -> list[Inquiry]:
    """What waits for this actor's answer, oldest first; not one's own."""
    rows = to_answer(actor).filter(state=Inquiry.State.OPEN).exclude(asked_by=str(actor))
    return list(rows.order_by("asked_at")[:limit])


def asked_by(actor: Actor, limit: int = 20) -> list[Inquiry]:
    """What this actor asked, newest first."""
    rows = Inquiry.objects.filter(asked_by=str(actor)).exclude(state=Inquiry.State.WITHDRAWN)
    return list(rows.select_related("case").order_by("-asked_at", "-pk")[:limit])


def of_case(case: Case) -> list[Inquiry]:
    """All questions about a case, newest first."""
    return list(Inquiry.objects.filter(case=case).order_by("-asked_at", "-pk")[:20])


def precedents(visible: QuerySet[Case], policy_key: str, besides: Case, limit: int = 5) -> list[Inquiry]:
    """Answers kept for later cases of this policy, of the cases one may open."""
    rows = Inquiry.objects.filter(precedent=True, case__policy_key=policy_key, case__in=visible).exclude(case=besides)
    return list(rows.order_by("-answered_at", "-pk")[:limit])
