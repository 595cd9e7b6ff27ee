"""An application comes in: the checks run, the risk is weighed, the clock of its tier begins. Also changed and taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from django.db.models import Max
from django.db.models.functions import Now

from watchfloor.appreview import catalogue, events
from watchfloor.appreview.domain import checks, risk
from watchfloor.appreview.domain.checks import Asked, Known
from watchfloor.appreview.models import ApiApp, Application, Developer
from watchfloor.detection.models import ListEntry
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import Writer

State = Application.State
OPEN = (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.MORE_ASKED)
NAMES_LIST, DOMAINS_LIST = "protected_names", "blocked_domains"  # read where a list of that name stands
MOST_SCOPES, MOST_REDIRECTS, LONGEST = 50, 50, 10_000


class AppIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who hands in what. ``verified``: the platform has checked who the developer is (None: as before)."""

    app_id: str
    developer_id: str
    developer_name: str
    asked: Asked
    verified: bool | None = None


def submit(w: Writer, given: AppIn, *, draft: bool = False) -> Application:
    """Take in a first application, the next version of one that is a draft, was asked for more, refused or withdrawn, or a change of
    an app that is approved (its grants stay as they are until the change is decided).

    Raises:
        BadInput: a field is missing or too long, or the tier is unknown.
        Conflict: it lies with a reviewer, or the app belongs to another developer.
    """
    _fits(given)
    developer = _developer(w, given)
    app = ApiApp.objects.select_for_update().filter(external_id=given.app_id).first()
    if app is not None and app.developer_id != developer.pk:
        raise Conflict("other_developer", "This app belongs to another developer.", where="developer_id")
    now = clock.now()
    if app is None:
        app = w.create(
            ApiApp, external_id=given.app_id, developer=developer, name=given.asked.name, state=ApiApp.State.DRAFT,
            tier=given.asked.tier, made_at=now,
        )  # fmt: skip
    row = app.applications.select_for_update().filter(state__in=OPEN).first()
    if row is not None and row.state in (State.SUBMITTED, State.IN_REVIEW):
        raise Conflict("lies_with_us", "An application of this app is being reviewed.", hint="Withdraw it, or wait.")
    if row is not None and row.trigger not in ("new", "resubmitted", "changed"):
        raise Conflict("under_re_review", "The app is being reviewed again.", hint="Answer by a message.")
    content = msgspec.to_builtins(given.asked)
    trigger = "changed" if app.state == ApiApp.State.APPROVED else "resubmitted" if app.applications.exists() else "new"
    if row is None:
        row = w.create(
            Application,
            app=app,
            number=_next(app),
            state=State.DRAFT,
            trigger=trigger,
            tier=given.asked.tier,
            content=content,
        )
    elif row.state == State.MORE_ASKED:
        trigger = "resubmitted"
    else:
        trigger = row.trigger
    w.update(row, content=content, tier=given.asked.tier, trigger=trigger)
    if app.state != ApiApp.State.APPROVED:
        w.update(app, name=given.asked.name, tier=given.asked.tier)
    if draft:
        w.event(events.AppDrafted(number=row.number), row)
        return row
    by = catalogue.current()
    found = checks.check(given.asked, known(developer, app), by)
    weights = risk.weigh(given.asked, found, known(developer, app), by=by)
    w.update(
        row, state=State.SUBMITTED, submitted_at=now, due_at=now + risk.clock(given.asked.tier, by=by), catalogue=by.number,
        reviewer="", decided_at=None,
        findings=msgspec.to_builtins(found), weights=msgspec.to_builtins(weights), risk=risk.total(weights),
    )  # fmt: skip
    if app.state != ApiApp.State.APPROVED:
        w.update(app, state=ApiApp.State.WAITING)
    event = events.AppSubmitted(number=row.number, trigger=trigger, tier=row.tier, risk=row.risk, findings=len(found))
    w.event(event, row)
    return row


def withdraw(w: Writer, app: ApiApp) -> Application:
    """The developer takes the open application back. A re-review that we began cannot be withdrawn."""
    row = app.applications.select_for_update().filter(state__in=OPEN).first()
    if row is None or row.trigger not in ("new", "resubmitted", "changed"):
        raise Conflict("nothing_open", "There is no application to withdraw.")
    w.update(row, state=State.WITHDRAWN, decided_at=clock.now())
    if app.state != ApiApp.State.APPROVED:
        w.update(app, state=ApiApp.State.WITHDRAWN)
    w.event(events.AppWithdrawn(number=row.number), row)
    return row


def reopen(w: Writer, app: ApiApp, *, trigger: str, evidence: list[dict[str, Any]]) -> Application | None:
    """An approved app is looked at again, with why: a re-review of what it declared, due in a day.

    ``trigger``: drift or by_hand. None when the app is not approved. Where a re-review is open already the evidence is added to it; an
    open change gets it too, and keeps its trigger.
    """
    app = ApiApp.objects.select_for_update().get(pk=app.pk)
    if app.state != ApiApp.State.APPROVED:
        return None
    now = clock.now()
    row = app.applications.select_for_update().filter(state__in=OPEN).first()
    if row is None:
        last = app.applications.filter(state=State.APPROVED).order_by("-number").first()
        content = last.content if last is not None else msgspec.to_builtins(Asked(name=app.name))
        row = w.create(
            Application, app=app, number=_next(app), state=State.SUBMITTED, trigger=trigger, tier=app.tier, content=content,
            submitted_at=now, due_at=now + risk.clock(app.tier, drift=True),
        )  # fmt: skip
    asked, about = asked_of(row), known(app.developer, app)
    merged = {each["figure"]: each for each in [*row.evidence, *evidence]}
    by = catalogue.current()
    found = checks.check(asked, about, by)
    weights = risk.weigh(asked, found, about, alarms=len(merged), by=by)
    due = min(row.due_at or now + timedelta(days=9), now + risk.clock(app.tier, drift=True))
    w.update(
        row, evidence=list(merged.values()), findings=msgspec.to_builtins(found), weights=msgspec.to_builtins(weights),
        risk=risk.total(weights), due_at=due,
    )  # fmt: skip
    w.event(events.AppReopened(number=row.number, trigger=trigger, figures=sorted(merged), risk=row.risk), row)
    return row


def asked_of(row: Application) -> Asked:
    """What an application says."""
    return msgspec.convert(row.content, Asked)


def known(developer: Developer, app: ApiApp) -> Known:
    """What we know of a developer besides the application at hand: the names and domains of the lists, their other apps' past."""
    apps = developer.apps.exclude(pk=app.pk)
    others = (
        ApiApp.objects.exclude(developer=developer).filter(state=ApiApp.State.APPROVED).values_list("name", flat=True)
    )
    return Known(
        names=frozenset(_listed(NAMES_LIST)) | frozenset(others[:20_000]), blocked=frozenset(_listed(DOMAINS_LIST)),
        refusals=Application.objects.filter(app__developer=developer, state=State.REFUSED).count(),
        suspended_apps=apps.filter(step="suspend_app").count(), is_verified=developer.is_verified,
        approved_apps=apps.filter(state=ApiApp.State.APPROVED, step="").count(),
    )  # fmt: skip


def _listed(name: str) -> list[str]:
    rows = ListEntry.objects.filter(list__name=name, removed_version=None).exclude(expires_at__lte=Now())
    return list(rows.values_list("value", flat=True)[:100_000])


def _developer(w: Writer, given: AppIn) -> Developer:
    row = Developer.objects.select_for_update().filter(external_id=given.developer_id).first()
    if row is None:
        row = w.create(
            Developer, external_id=given.developer_id, name=given.developer_name, is_verified=bool(given.verified),
            first_seen=clock.now(),
        )  # fmt: skip
    else:
        w.update(row, name=given.developer_name or row.name,
                 is_verified=row.is_verified if given.verified is None else given.verified)  # fmt: skip
    if w.has_changes:
        w.event(events.DeveloperSeen(verified=row.is_verified), row)
    return row


def _next(app: ApiApp) -> int:
    return int(app.applications.aggregate(last=Max("number"))["last"] or 0) + 1


def _fits(given: AppIn) -> None:
    asked = given.asked
    for name, text, most in (
        ("app_id", given.app_id, 200), ("developer_id", given.developer_id, 200), ("developer_name", given.developer_name, 200),
        ("name", asked.name, 200),
    ):  # fmt: skip
        if not text.strip() or len(text) > most:
            raise BadInput("bad_field", f"{name} must have 1 to {most} characters.", where=name)
    for name, text in (("description", asked.description), ("use_case", asked.use_case), ("data", asked.data)):
        if len(text) > LONGEST:
            raise BadInput("too_long", f"{name} may have at most {LONGEST} characters.", where=name)
    tiers = catalogue.current().tiers
    if asked.tier not in tiers:
        raise BadInput(
            "unknown_tier", f"{asked.tier[:20]!r} is no tier.", where="tier", hint=f"One of: {', '.join(tiers)}."
        )
    if len(asked.scopes) > MOST_SCOPES or len(asked.redirects) > MOST_REDIRECTS:
        raise BadInput(
            "too_many", f"At most {MOST_SCOPES} scopes and {MOST_REDIRECTS} redirect addresses.", where="scopes"
        )
    if not asked.scopes:
        raise BadInput("no_scopes", "Ask for one scope at least.", where="scopes")
    if len({each.scope for each in asked.scopes}) != len(asked.scopes):
        raise BadInput("same_scope", "A scope is asked for twice.", where="scopes")
    if (
        any(not 0 <= share <= 1 for share in asked.mix.values())
        or not 0 <= asked.volume < 2**53
        or asked.retention_days < 0
    ):
        raise BadInput("bad_number", "Shares lie between 0 and 1; volume and days are not below zero.", where="mix")
