"""Roles: a matrix of what each allows, and the page that changes one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import actions, guard, words
from watchfloor.identity.domain import PERMISSIONS
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import Role
from watchfloor.identity.queries import live_grants
from watchfloor.kernel.errors import Conflict, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render

NEW = "new"


@require_safe
@guard.page("people.manage")
def index(request: HttpRequest) -> HttpResponse:
    """Roles across, permissions down, in plain words."""
    roles = list(Role.objects.order_by("name"))
    holders: dict[str, set[object]] = {}
    for key, user_id in live_grants().values_list("role_key", "user_id"):
        holders.setdefault(key, set()).add(user_id)
    rows = [
        {"key": key, "words": text, "cells": [key in role.permissions for role in roles]}
        for key, text in PERMISSIONS.items()
    ]
    context = {"roles": [{"role": role, "people": len(holders.get(role.key, ()))} for role in roles], "rows": rows}
    return render(request, "identity/roles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("people.manage")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change one role, or make one (``key`` is ``new``)."""
    role = Role.objects.filter(key=key).first()
    if role is None and key != NEW:
        raise NotFound("unknown_role", "There is no such role.")
    actor = actor_of(request)
    errors = Errors()
    if request.method == "POST":
        wanted = request.POST.get("key", "").strip() if role is None else role.key
        with mending(errors), writing(actor) as w:
            if role is None and (wanted == NEW or Role.objects.filter(key=wanted).exists()):
                raise Conflict("role_exists", _("There is a role with this key already."), where="key")
            actions.save_role(
                w,
                key=wanted,
                name=request.POST.get("name", ""),
                description=request.POST.get("description", ""),
                permissions=request.POST.getlist("permissions"),
                by=actor,
            )
        if not errors:
            messages.success(request, _("The role was saved; it counts from the next click of everyone who holds it."))
            return redirect("roles")
    values = {
        "key": request.POST.get("key", "") if role is None else role.key,
        "name": request.POST.get("name", role.name if role else ""),
        "description": request.POST.get("description", role.description if role else ""),
    }
    chosen = set(request.POST.getlist("permissions") if request.method == "POST" else role.permissions if role else ())
    context = {
        "role": role,
        "values": values,
        "groups": _groups(chosen, actor.permissions),
        "errors": errors,
        "people": live_grants().filter(role_key=role.key).values("user_id").distinct().count() if role else 0,
    }
    return render(request, "identity/role.html", context, status=422 if errors else 200)


def _groups(chosen: set[str], mine: frozenset[str]) -> list[tuple[str, list[dict[str, object]]]]:
    """Permissions by their first word, each with whether it is chosen and whether the editor holds it."""
    groups: dict[str, list[dict[str, object]]] = {}
    for key, text in PERMISSIONS.items():
        entry = {"key": key, "words": text, "on": key in chosen, "mine": key in mine}
        groups.setdefault(key.partition(".")[0], []).append(entry)
    return [(words.area(key), entries) for key, entries in groups.items()]
