"""``/settings/people/file``: people out as CSV, and in: looked at first, then taken in as a whole, and taken back within a month."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import actions as identity
from watchfloor.identity import guard, people
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import User
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.workforce import people_files
from watchfloor.workforce.domain import people_file as files
from watchfloor.workforce.models import PeopleFile

SHOWN = 200  # lines of a preview; the rest is counted
KINDS = ("add", "change", "end")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(people_files.MANAGE)
def index(request: HttpRequest) -> HttpResponseBase:
    """The form and files that were taken in. ``?format=csv`` gives the list of people with its filters; a POST looks, or takes in."""
    actor, errors = actor_of(request), Errors()
    if request.method == "GET" and request.GET.get("format") == "csv":
        wanted = {name: request.GET.get(name, "")[:80] for name in ("role", "state")}
        found = people.listed(actor, query=request.GET.get("q", "")[:200], **wanted)
        return csv_response("people", people_files.HEAD, people_files.rows(found))
    plan, content = None, request.POST.get("content", "")
    if request.method == "POST":
        with mending(errors):
            content = _content(request)
            if request.POST.get("do") == "take":
                row = people_files.take_in(actor, content, seen=request.POST.get("seen", ""))
                messages.success(request, _("The file was taken in."))
                return redirect("people-file", row.pk)
            plan = people_files.look(actor, content)
        if errors and request.POST.get("do") == "take":  # what it would do by now
            with mending(errors):
                plan = people_files.look(actor, content)
    listed = list(people_files.listed(actor)[:20])
    context = {
        "errors": errors, "typed": content, "plan": plan, "counts": None if plan is None else _counts(plan), "columns": files.COLUMNS,
        "steps": [] if plan is None else _steps(plan)[:SHOWN], "more": 0 if plan is None else max(0, len(_steps(plan)) - SHOWN),
        "wrong": [] if plan is None else plan.wrong[:SHOWN], "kinds": _kinds(),
        "listed": listed, "names": names_of(row.by for row in listed),
    }  # fmt: skip
    return render(
        request, "workforce/people_files.html", context, status=422 if errors or (plan and plan.wrong) else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(people_files.MANAGE)
def one(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """A file that was taken in. A POST takes it back, or makes one-time links for those it added."""
    actor, errors = actor_of(request), Errors()
    row = people_files.one(actor, file_id)
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do not in ("undo", "links"):
            raise NotFound("unknown_step", "There is no such thing to do.")
        with mending(errors):
            if do == "links":
                return csv_response("links", ("email", "name", "link"), _links(request, row))
            people_files.undo(actor, row.pk)
            messages.success(request, _("The file was taken back."))
        if not errors:
            return redirect("people-file", row.pk)
        row.refresh_from_db()
    waiting = _waiting(request, row)
    context = {
        "row": row, "errors": errors, "names": names_of([row.by]), "waiting": len(waiting),
        "may_undo": bool(row.back) and row.undone_at is None and row.at > clock.now() - people_files.KEPT,
    }  # fmt: skip
    return render(request, "workforce/people_file.html", context, status=422 if errors else 200)


def _content(request: HttpRequest) -> str:
    upload = request.FILES.get("file")
    if upload is None:
        content = request.POST.get("content", "")
        if not content.strip():
            raise BadInput("nothing", _("Choose a file, or paste its lines."), where="file")
        return content
    if (upload.size or 0) > files.LONGEST:
        raise BadInput("too_long", _("That is too long: a file has at most a million letters."), where="file")
    raw: bytes = upload.read()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        said = _("This file is not UTF-8 text. Save it as CSV UTF-8 and try again.")
        raise BadInput("not_utf8", said, where="file") from None


def _counts(plan: people_files.Plan) -> dict[str, int]:
    return {kind: len(plan.of(kind)) for kind in (*KINDS, "same")} | {"wrong": len(plan.wrong)}


def _steps(plan: people_files.Plan) -> list[Any]:
    return plan.of(*KINDS)


def _kinds() -> dict[str, tuple[str, str, str]]:
    return {
        "add": (_("New"), "green", "plus"), "change": (_("Changes"), "accent", "edit"), "end": (_("Can no longer sign in"), "red", "ban"),
    }  # fmt: skip


def _waiting(request: HttpRequest, row: PeopleFile) -> list[User]:
    """Who was let in by this file and has never signed in."""
    if not row.back or row.undone_at is not None:
        return []
    lines, _wrong = files.parse(row.back)
    emails = [line.email for line in lines if line.cells.get("active") == "no"]
    found = people.manageable(actor_of(request)).filter(email__in=emails, is_active=True, simulated=False)
    return list(found.filter(last_login__isnull=True).order_by("email"))


def _links(request: HttpRequest, row: PeopleFile) -> list[tuple[str, str, str]]:
    actor, found = actor_of(request), []
    with writing(actor) as w:
        for user in _waiting(request, row):
            key = identity.invite(w, user, by=actor)
            path = reverse("join", args=[urlsafe_base64_encode(force_bytes(user.pk)), key])
            found.append((user.email, user.name, request.build_absolute_uri(path)))
    return found
