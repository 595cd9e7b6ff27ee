"""JSON for the platform and its developer portal: hand in, read how it stands, write, withdraw."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Field, Router, Schema

from watchfloor.appreview import catalogue, queries
from watchfloor.appreview.actions import deciding, submitting
from watchfloor.appreview.domain.checks import Asked, ScopeAsked
from watchfloor.appreview.domain.violations import VIOLATIONS
from watchfloor.appreview.links import developer_link
from watchfloor.appreview.models import ApiApp
from watchfloor.identity.guard import needs
from watchfloor.identity.middleware import actor_of
from watchfloor.ledger.writer import writing

router = Router(tags=["apps"])


class AppScopeIn(Schema):
    """A scope and the reason for it."""

    scope: str = Field(min_length=1, max_length=100)
    reason: str = Field("", max_length=2000)


class AppScopeOut(Schema):
    """A scope an app may ask for. ``grade``: read, write or sensitive."""

    scope: str
    about: str
    grade: str


class AppTierOut(Schema):
    """A tier: calls a day at most, and hours within which a first application is decided."""

    tier: str
    calls: int
    hours: int


class AppScopesOut(Schema):
    """The catalogue in force; ``version`` 0 is the shipped one."""

    version: int
    scopes: list[AppScopeOut]
    tiers: list[AppTierOut]


class AppApplicationIn(Schema):
    """An application. ``tier``: small, standard or large; ``volume``: calls a day; ``mix``: share of each action in the calls.

    ``draft``: keep it without handing it in. ``developer_verified``: whether you have checked who the developer is.
    """

    app_id: str
    developer_id: str
    developer_name: str
    developer_verified: bool | None = None
    name: str
    description: str = ""
    use_case: str = ""
    scopes: list[AppScopeIn] = Field(max_length=50)
    redirects: list[str] = Field([], max_length=50)
    tier: str = "small"
    volume: int = 0
    mix: dict[str, float] = {}
    data: str = ""
    retention_days: int = 0
    draft: bool = False


class AppViolationOut(Schema):
    """A stable id, what is wrong, and how to mend it."""

    id: str
    name: str
    fix: str


class AppToldOut(Schema):
    """A decision or a step as the developer was told."""

    kind: str
    is_step: bool
    scopes: list[str]
    daily_limit: int | None
    write_limit: int | None
    violations: list[AppViolationOut]
    conditions: str
    words: str
    at: datetime | None
    undone_at: datetime | None


class AppMessageOut(Schema):
    """A message in either direction."""

    from_developer: bool
    text: str
    at: datetime


class AppMessageIn(Schema):
    """What the developer writes."""

    text: str = Field(min_length=1, max_length=10_000)


class AppStandOut(Schema):
    """How an app stands. ``state``: draft, waiting, approved, refused, withdrawn; ``step``: the gravest in force; ``link`` is secret."""

    app_id: str
    name: str
    state: str
    step: str
    tier: str
    scopes: list[str]
    daily_limit: int | None
    application: int
    application_state: str
    due_at: datetime | None
    told: list[AppToldOut]
    messages: list[AppMessageOut]
    link: str


class AppRowOut(Schema):
    """One app of the list."""

    app_id: str
    name: str
    developer: str
    state: str
    step: str
    tier: str


@router.get("/apps", response=list[AppRowOut])
def app_rows(request: HttpRequest, state: str = "", step: str = "", q: str = "") -> list[AppRowOut]:
    """Up to 1,000 apps by name. Needs ``app.view``."""
    needs(request, "app.view")
    return [
        AppRowOut(app_id=row.external_id, name=row.name, developer=row.developer.name, state=row.state, step=row.step, tier=row.tier)
        for row in queries.apps({"state": state, "step": step, "q": q})[:1000]
    ]  # fmt: skip


@router.get("/apps/scopes", response=AppScopesOut)
def app_scopes(request: HttpRequest) -> AppScopesOut:
    """What an app may ask for now: for a developer portal's form. Needs ``app.submit``."""
    needs(request, "app.submit")
    found = catalogue.current()
    return AppScopesOut(
        version=found.number,
        scopes=[AppScopeOut(scope=key, about=each.about, grade=each.grade) for key, each in found.scopes.items()],
        tiers=[AppTierOut(tier=key, calls=each.calls, hours=each.hours) for key, each in found.tiers.items()],
    )


@router.get("/apps/violations", response=list[AppViolationOut])
def app_violations(request: HttpRequest) -> list[AppViolationOut]:
    """Why apps are refused and stopped: ids that never change. Needs ``app.submit`` or ``app.view``."""
    needs(request, "app.submit", "app.view")
    return [AppViolationOut(id=row.id, name=row.name, fix=row.fix) for row in VIOLATIONS.values()]


@router.post("/apps", response=AppStandOut)
def app_submit(request: HttpRequest, body: AppApplicationIn) -> AppStandOut:
    """Hand in an application, or its next version. Needs ``app.submit``."""
    needs(request, "app.submit")
    given = submitting.AppIn(
        app_id=body.app_id, developer_id=body.developer_id, developer_name=body.developer_name, verified=body.developer_verified,
        asked=Asked(
            name=body.name, description=body.description, use_case=body.use_case, tier=body.tier, volume=body.volume, mix=body.mix,
            scopes=tuple(ScopeAsked(scope=each.scope, reason=each.reason) for each in body.scopes),
            redirects=tuple(body.redirects), data=body.data, retention_days=body.retention_days,
        ),
    )  # fmt: skip
    with writing(actor_of(request)) as w:
        row = submitting.submit(w, given, draft=body.draft)
    return _stand(row.app)


@router.get("/apps/{app_id}", response=AppStandOut)
def app_stand(request: HttpRequest, app_id: str) -> AppStandOut:
    """How an app stands, and what its developer was told. Needs ``app.submit`` or ``app.review``."""
    needs(request, "app.submit", "app.review")
    return _stand(queries.app(app_id))


@router.post("/apps/{app_id}/messages", response=AppStandOut)
def app_message(request: HttpRequest, app_id: str, body: AppMessageIn) -> AppStandOut:
    """Write a message for the developer; an answer to a question puts the application back into the queue. Needs ``app.submit``."""
    needs(request, "app.submit")
    app = queries.app(app_id)
    with writing(actor_of(request)) as w:
        deciding.write_message(w, app, body.text, by=str(actor_of(request)), from_developer=True)
    return _stand(app)


@router.post("/apps/{app_id}/withdraw", response=AppStandOut)
def app_withdraw(request: HttpRequest, app_id: str) -> AppStandOut:
    """Take the open application back. Needs ``app.submit``."""
    needs(request, "app.submit")
    with writing(actor_of(request)) as w:
        row = submitting.withdraw(w, queries.app(app_id))
    return _stand(row.app)


def _stand(app: ApiApp) -> AppStandOut:
    app = queries.app(app.pk)
    last = app.applications.order_by("-number").first()
    told = [
        AppToldOut(
            kind=row.kind, is_step=row.is_step, scopes=list(row.scopes), daily_limit=row.daily_limit, write_limit=row.write_limit,
            violations=[AppViolationOut(id=each.id, name=each.name, fix=each.fix) for each in row.violations],
            conditions=row.conditions, words=row.words, at=row.at, undone_at=row.undone_at,
        )
        for row in queries.told(app)
    ]  # fmt: skip
    return AppStandOut(
        app_id=app.external_id, name=app.name, state=app.state, step=app.step, tier=app.tier, scopes=app.scopes,
        daily_limit=app.daily_limit, application=last.number if last else 0, application_state=last.state if last else "",
        due_at=last.due_at if last else None, told=told, link=developer_link(app),
        messages=[
            AppMessageOut(from_developer=row.from_developer, text=row.text, at=row.at) for row in app.messages.order_by("at")
        ],
    )  # fmt: skip
