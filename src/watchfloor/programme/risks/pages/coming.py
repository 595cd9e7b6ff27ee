"""The horizon and the calendar: what comes nearer, what it means, and the days on which more work is expected."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.programme.interventions import people
from watchfloor.programme.interventions.pages import parts
from watchfloor.programme.risks import access, domain, feed, words
from watchfloor.programme.risks.actions import coming
from watchfloor.programme.risks.domain import EventIn
from watchfloor.programme.risks.pages.register import owners_of

HEAD = ("kind", "title", "market", "on", "impact", "action", "owner", "review on", "overdue", "done", "source")
EVENTS_HEAD = ("title", "kind", "market", "starts", "ends", "expected extra work", "cancelled", "note")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def horizon(request: HttpRequest) -> HttpResponseBase:
    """``/programme/horizon``: ``?kind=&state=``; ``?edit=<id>`` opens one in the form; ``?format=csv``."""
    actor, errors, asked = actor_of(request), Errors(), request.GET
    if request.method == "POST":
        verbs = {
            "write": lambda: _write(request, actor), "done": lambda: _done(request, actor, done=True),
            "again": lambda: _done(request, actor, done=False),
        }  # fmt: skip
        if parts.act(request, verbs, errors, allowed=actor.has(access.EDIT)):
            return redirect("programme-horizon")
    rows = access.horizon(actor)
    rows = rows.exclude(done_at=None) if asked.get("state") == "done" else rows.filter(done_at=None)
    if asked.get("kind") in domain.HORIZON_KINDS:
        rows = rows.filter(kind=asked["kind"])
    found = list(rows.order_by("review_on", "pk")[:1000])
    today, names = clock.now().date(), owners_of(found)
    if asked.get("format") == "csv":
        lines = [
            (row.kind, row.title, row.market, row.on, row.impact, row.action, names.get(str(row.owner), ""), row.review_on,
             domain.overdue(row.review_on, today), row.done_at, row.source) for row in found
        ]  # fmt: skip
        return csv_response("horizon", HEAD, lines)
    edited = next((row for row in found if str(row.pk) == asked.get("edit")), None)
    start = request.POST.dict()
    if edited is not None and not start:
        start = {
            name: str(getattr(edited, name) or "")
            for name in ("kind", "title", "source", "impact", "action", "market", "owner")
        }
        start |= {
            "on": edited.on.isoformat() if edited.on else "",
            "review_on": edited.review_on.isoformat(),
            "id": str(edited.pk),
        }
    context = {
        **parts.context(actor, "programme-horizon", errors, request), "kinds": words.named(words.HORIZON), "start": start,
        "rows": [
            {"row": row, "kind": _(words.HORIZON[row.kind]), "owner": names.get(str(row.owner), ""),
             "overdue": row.done_at is None and domain.overdue(row.review_on, today)} for row in found
        ],
        "may_edit": actor.has(access.EDIT), "owners": [("", _("nobody yet")), *people.owners()],
        "filters": [
            {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": words.named(words.HORIZON)},
            {"name": "state", "label": _("Open"), "chip": _("State"), "options": [("done", _("Dealt with"))]},
        ],
    }  # fmt: skip
    return render(request, "programme/risks/horizon.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def calendar(request: HttpRequest) -> HttpResponseBase:
    """``/programme/calendar``: ``?when=past``; ``?edit=<id>``; ``?format=csv``."""
    actor, errors, asked = actor_of(request), Errors(), request.GET
    if request.method == "POST":
        verbs = {
            "write": lambda: _write_event(request, actor), "cancel": lambda: _cancel(request, actor, cancelled=True),
            "put_back": lambda: _cancel(request, actor, cancelled=False),
        }  # fmt: skip
        if parts.act(request, verbs, errors, allowed=actor.has(access.EDIT)):
            return redirect("programme-calendar")
    now = clock.now()
    rows = access.calendar(actor)
    past = asked.get("when") == "past"
    rows = (
        rows.filter(ends_at__lte=now).order_by("-starts_at")
        if past
        else rows.filter(ends_at__gt=now).order_by("starts_at")
    )
    if asked.get("kind") in domain.EVENT_KINDS:
        rows = rows.filter(kind=asked["kind"])
    found = list(rows[:1000])
    if asked.get("format") == "csv":
        lines = [
            (row.title, row.kind, row.market, row.starts_at, row.ends_at, row.uplift, row.cancelled_at, row.note) for row in found
        ]  # fmt: skip
        return csv_response("calendar", EVENTS_HEAD, lines)
    edited = next((row for row in found if str(row.pk) == asked.get("edit")), None)
    start = request.POST.dict()
    if edited is not None and not start:
        from django.utils import timezone

        local = {
            name: timezone.localtime(getattr(edited, name)).strftime("%Y-%m-%dT%H:%M")
            for name in ("starts_at", "ends_at")
        }
        start = {
            "title": edited.title, "kind": edited.kind, "market": edited.market, "uplift": f"{edited.uplift * 100:g}",
            "note": edited.note, "id": str(edited.pk), **local,
        }  # fmt: skip
    user = User.objects.filter(pk=actor.id).first() if actor.kind == "user" else None
    context = {
        **parts.context(actor, "programme-calendar", errors, request), "kinds": words.named(words.EVENTS), "start": start,
        "rows": [{"row": row, "kind": _(words.EVENTS[row.kind]), "now": row.starts_at <= now < row.ends_at} for row in found],
        "may_edit": actor.has(access.EDIT), "soon": now + timedelta(days=7), "past": past,
        "feed": settings.PUBLIC_URL.rstrip("/") + reverse("programme-calendar-feed", args=[feed.token(user)]) if user else "",
        "filters": [
            {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": words.named(words.EVENTS)},
            {"name": "when", "label": _("Coming"), "chip": _("When"), "options": [("past", _("Past"))]},
        ],
    }  # fmt: skip
    return render(request, "programme/risks/calendar.html", context, status=422 if errors else 200)


@guard.everyone("The address holds a signed token of one person; it ends with their account or their sessions.")
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """``/programme/feed/<token>.ics``"""
    text = feed.of_token(token)
    if text is None:
        raise NotFound("unknown_feed", "There is no such calendar.")
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")


def _write(request: HttpRequest, actor: Actor) -> str:
    post = request.POST
    with writing(actor) as w:
        coming.write_horizon(
            w, actor, kind=post.get("kind", ""), title=post.get("title", ""), review_on=parts.a_day(post, "review_on"),
            source=post.get("source", ""), impact=post.get("impact", ""), action=post.get("action", ""), market=post.get("market", ""),
            on=parts.day(post, "on"), owner=post.get("owner", ""), horizon_id=_id(post.get("id", "")),
        )  # fmt: skip
    return _("Kept. It comes up again on the day of its review.")


def _done(request: HttpRequest, actor: Actor, *, done: bool) -> str:
    with writing(actor) as w:
        coming.done_with(w, actor, _id(request.POST.get("id", "")) or UUID(int=0), done=done)
    return _("It is dealt with.") if done else _("It is open again.")


def _write_event(request: HttpRequest, actor: Actor) -> str:
    post: Any = request.POST
    given = EventIn(
        title=post.get("title", ""), kind=post.get("kind", ""), market=post.get("market", ""), note=post.get("note", ""),
        starts_at=parts.moment(post, "starts_at"), ends_at=parts.moment(post, "ends_at"), uplift=parts.share(post, "uplift"),
    )  # fmt: skip
    with writing(actor) as w:
        coming.write_event(w, actor, given, event_id=_id(post.get("id", "")))
    return _("It is in the calendar and in the change log; the next reading of staffing counts on it.")


def _cancel(request: HttpRequest, actor: Actor, *, cancelled: bool) -> str:
    with writing(actor) as w:
        coming.cancel_event(w, actor, _id(request.POST.get("id", "")) or UUID(int=0), cancelled=cancelled)
    return _("It is cancelled; staffing does not count on it any more.") if cancelled else _("It takes place.")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound("unknown_row", "There is no such entry.") from None
