"""Readers: the queue, apps, what an application page shows, and what the developer reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from watchfloor.appreview.domain import risk
from watchfloor.appreview.domain.checks import CHECKS
from watchfloor.appreview.domain.risk import FACTORS
from watchfloor.appreview.domain.violations import VIOLATIONS, AppViolation
from watchfloor.appreview.models import ApiApp, AppDecision, Application, AppStep
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, NotFound

WAITING = ("submitted", "in_review")
DECIDED = ("approved", "refused", "withdrawn")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the developer was told: a decision, or a step (``undone_at``: taken back)."""

    kind: str
    is_step: bool = False
    scopes: tuple[str, ...] = ()
    daily_limit: int | None = None
    write_limit: int | None = None
    token: str = ""
    violations: tuple[AppViolation, ...] = ()
    conditions: str = ""
    words: str = ""
    at: datetime | None = None
    undone_at: datetime | None = None


def queue(wanted: Mapping[str, str]) -> QuerySet[Application]:
    """Applications, what is due first at the top. ``wanted``: state (empty: what waits for us), tier, trigger, q (app or developer)."""
    rows = Application.objects.select_related("app", "app__developer").exclude(state=Application.State.DRAFT)
    state = wanted.get("state", "")
    rows = rows.filter(state=state) if state in Application.State.values else rows.filter(state__in=WAITING)
    for name in ("tier", "trigger"):
        if value := wanted.get(name, ""):
            rows = rows.filter(**{name: value})
    if text := wanted.get("q", "").strip():
        rows = rows.filter(app__in=_named(text))
    return rows.order_by("due_at", "pk") if state not in DECIDED else rows.order_by("-decided_at", "-pk")


def apps(wanted: Mapping[str, str]) -> QuerySet[ApiApp]:
    """Apps by name. ``wanted``: state, step (``any``: one is in force), q."""
    rows = ApiApp.objects.select_related("developer").order_by("name", "pk")
    if state := wanted.get("state", ""):
        rows = rows.filter(state=state)
    if step := wanted.get("step", ""):
        rows = rows.exclude(step="") if step == "any" else rows.filter(step=step)
    if text := wanted.get("q", "").strip():
        rows = rows.filter(pk__in=_named(text))
    return rows


def app(name: str | UUID) -> ApiApp:
    """An app by our id, an ``app_...`` id or the platform's id."""
    rows = ApiApp.objects.select_related("developer")
    found = rows.filter(pk=name).first() if isinstance(name, UUID) else rows.filter(external_id=name).first()
    if found is None and not isinstance(name, UUID):
        try:
            found = rows.filter(pk=ids.decode("app", name)).first()
        except BadInput:
            found = None
    if found is None:
        raise NotFound("unknown_app", "There is no such app.")
    return found


def application(number: UUID) -> Application:
    """One application with its app."""
    row = Application.objects.select_related("app", "app__developer").filter(pk=number).first()
    if row is None:
        raise NotFound("unknown_application", "There is no such application.")
    return row


def told(app: ApiApp) -> list[Told]:
    """Everything the developer was told, newest first."""
    decisions = AppDecision.objects.filter(application__app=app)
    rows = [of_decision(row) for row in decisions] + [of_step(row) for row in app.steps.all()]
    return sorted(rows, key=lambda row: row.at or clock.now(), reverse=True)


def of_decision(row: AppDecision) -> Told:
    """A decision as its reader sees it."""
    return Told(
        kind=row.kind, scopes=tuple(row.scopes), daily_limit=row.daily_limit, violations=violations(row.violations),
        conditions=row.conditions, words=row.words, at=row.at,
    )  # fmt: skip


def of_step(row: AppStep) -> Told:
    """A step as its reader sees it."""
    return Told(
        kind=row.kind, is_step=True, write_limit=row.limit, token=row.token, violations=violations(row.violations),
        words=row.why, at=row.at, undone_at=row.undone_at,
    )  # fmt: skip


def violations(keys: list[str] | tuple[str, ...]) -> tuple[AppViolation, ...]:
    """The violations of some ids."""
    return tuple(VIOLATIONS[key] for key in keys if key in VIOLATIONS)


def checks_of(row: Application) -> list[dict[str, Any]]:
    """Every check with what it found; one without findings passed."""
    return [{"check": name, "found": [each for each in row.findings if each["check"] == name]} for name in CHECKS]


def weights_of(row: Application) -> list[dict[str, Any]]:
    """What each factor added to the risk, with its name and cap."""
    return [{**each, "factor": FACTORS[each["key"]]} for each in row.weights if each["key"] in FACTORS]


def level_of(row: Application) -> str:
    """low, raised or high."""
    return risk.level(row.risk)


def _named(text: str) -> list[UUID]:
    rows = ApiApp.objects.filter(name__icontains=text) | ApiApp.objects.filter(external_id__icontains=text)
    rows |= ApiApp.objects.filter(developer__name__icontains=text)
    return list(rows.values_list("pk", flat=True)[:2000])
