"""Who can sign in: the list, one person with their grants, inviting."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import actions, guard, limits, people
from watchfloor.identity.mending import Errors, keys, mending, moment
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import Grant, Role, User
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.platform.render import render

PER_PAGE = 50


@require_safe
@guard.page("people.manage")
def index(request: HttpRequest) -> HttpResponse:
    """Everyone the viewer may manage; ``?q=``, ``?role=``, ``?state=``, ``?page=``."""
    found = people.listed(
        actor_of(request),
        query=request.GET.get("q", ""),
        role=request.GET.get("role", ""),
        state=request.GET.get("state", ""),
    )
    page = max(1, int(request.GET.get("page", "1"))) if request.GET.get("page", "1").isdecimal() else 1
    start = (page - 1) * PER_PAGE
    rows = people.rows(found[start : start + PER_PAGE])
    total = found.count()
    return render(
        request,
        "identity/people.html",
        {
            "rows": rows,
            "role_options": list(Role.objects.order_by("name").values_list("key", "name")),
            "query": request.GET,
            "pager": {
                "start": start + 1 if rows else 0,
                "end": start + len(rows),
                "total": total,
            },
            "previous_page": page - 1 if page > 1 else None,
            "next_page": page + 1 if start + len(rows) < total else None,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("people.manage")
def invite(request: HttpRequest) -> HttpResponse:
    """A new person and their first role; answers with the one-time link."""
    actor = actor_of(request)
    errors = Errors()
    if request.method == "POST":
        with mending(errors), writing(actor) as w:
            person = actions.create_user(
                w, email=request.POST.get("email", ""), name=request.POST.get("name", ""), password=None
            )
            if request.POST.get("role"):
                _grant(w, request, person)
            key = actions.invite(w, person, by=actor)
        if not errors:
            return _link_page(request, person, key)
    context = {"typed": request.POST, "errors": errors, **_choices()}
    return render(request, "identity/invite.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("people.manage")
def person(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """One person: what they may do, who gave it; a further role can be given here."""
    actor = actor_of(request)
    found = people.visible(actor, user_id)
    errors = Errors()
    if request.method == "POST":
        with mending(errors), writing(actor) as w:
            _grant(w, request, found)
        if not errors:
            messages.success(request, _("The role was given."))
            return redirect("person", found.pk)
    context: dict[str, Any] = {
        "person": found,
        "grants": people.grants(found),
        "sign_ins": people.sign_ins(found),
        "factors": people.factors(found),
        "is_self": actor.id == str(found.pk),
        "typed": request.POST,
        "errors": errors,
        **_choices(),
    }
    return render(request, "identity/person.html", context, status=422 if errors else 200)


@require_POST
@guard.page("people.manage")
def change(request: HttpRequest, user_id: uuid.UUID, what: str) -> HttpResponse:
    """``disable``, ``enable``, ``sign-out`` or ``link`` (a new one-time link)."""
    actor = actor_of(request)
    found = people.visible(actor, user_id)
    with writing(actor) as w:
        if what == "link":
            return _link_page(request, found, actions.invite(w, found, by=actor))
        if what == "sign-out":
            actions.sign_out_everywhere(w, found, by=actor)
            said = _("All sessions of %(name)s have ended.")
        elif what == "disable":
            actions.set_active(w, found, False, by=actor)
            said = _("%(name)s can no longer sign in, and is signed out everywhere.")
        else:
            actions.set_active(w, found, True, by=actor)
            said = _("%(name)s can sign in again.")
    messages.success(request, said % {"name": found.name})
    return redirect("person", found.pk)


@require_POST
@guard.page("people.manage")
def revoke(request: HttpRequest, user_id: uuid.UUID, grant_id: uuid.UUID) -> HttpResponse:
    """Take one role away."""
    actor = actor_of(request)
    found = people.visible(actor, user_id)
    with writing(actor) as w:
        row = Grant.objects.select_for_update().filter(pk=grant_id, user_id=found.pk).first()
        if row is None:
            raise NotFound("unknown_grant", "There is no such grant.")
        actions.revoke_grant(w, row, by=actor)
    messages.success(request, _("The role was taken away."))
    return redirect("person", found.pk)


def _grant(w: Writer, request: HttpRequest, person: User) -> None:
    post = request.POST
    severity = post.get("max_severity", "5")
    if not severity.isdecimal():
        raise BadInput("bad_severity", _("The highest severity is 1 to 5."), where="max_severity")
    actions.grant(
        w,
        actor_of(request),
        person,
        post.get("role", ""),
        queues=keys(post.get("queues", ""), "queues", limits.known("queues")),
        markets=keys(post.get("markets", ""), "markets"),
        vendors=keys(post.get("vendors", ""), "vendors", limits.known("vendors")),
        max_severity=int(severity),
        clearances=keys(post.get("clearances", ""), "clearances", limits.known("clearances")) or [],
        expires_at=moment(post.get("expires_at", ""), "expires_at"),
    )


def _choices() -> dict[str, Any]:
    return {
        "role_choices": [("", _("Choose a role")), *Role.objects.order_by("name").values_list("key", "name")],
        "known": {kind: ", ".join(sorted(limits.known(kind) or {})) for kind in ("queues", "vendors", "clearances")},
    }


def _link_page(request: HttpRequest, person: User, key: str) -> HttpResponse:
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    link = request.build_absolute_uri(reverse("join", args=[uid, key]))
    return render(
        request,
        "identity/link.html",
        {"person": person, "link": link, "hours": settings.PASSWORD_RESET_TIMEOUT // 3600},
    )
