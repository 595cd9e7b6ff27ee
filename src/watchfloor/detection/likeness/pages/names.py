"""``/protected-names``: the register, one entry with the accounts that look like it, a new entry; as CSV, too."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.detection.likeness import checks, queries, register
from watchfloor.detection.likeness.models import ProtectedName
from watchfloor.detection.likeness.pages import words
from watchfloor.detection.reputation.pages.words import tabs
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.mending import Errors, mending, moment
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.items.models import Item
from watchfloor.kernel.errors import Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render

HEAD = ("name", "handles", "kind", "account", "verified", "owner", "since", "expires", "ended", "accounts_like_it")
MOST_CSV, SHOWN = 50_000, 200


@require_safe
@page(register.SEES)
def index(request: HttpRequest) -> HttpResponseBase:
    """The register; ``?try=`` says what a name would be taken for."""
    rows = register.names(request.GET.dict())
    if request.GET.get("format") == "csv":
        return csv_response("protected-names", HEAD, (_csv(row) for row in rows[:MOST_CSV].iterator()))
    shown, actor = paged(rows, request.GET), actor_of(request)
    kept = request.GET.copy()
    kept["format"] = "csv"
    tried = request.GET.get("try", "").strip()[:120]
    known = register.in_force()
    likes = known.look([tried], Item()) if tried else {}
    context = {
        "rows": [{"row": row, "url": reverse("protected-name", args=[row.pk])} for row in shown.rows], "pager": shown.pager,
        "query": request.GET, "csv_url": f"?{kept.urlencode()}", "kinds": words.kinds(), "any": ProtectedName.objects.exists(),
        "may_edit": actor.has(register.EDITS), "tabs": tabs("protected-names", actor), "tried": tried,
        "likes": [(known.rows[pk], like) for pk, like in likes.items()], "size": len(known.rows),
        "fields": [
            {"name": "q", "label": _("Name, handle or owner"), "type": "search"},
            {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": list(words.kinds().items())},
            {"name": "state", "label": _("In force"), "chip": _("State"), "options": [("ended", _("Over")), ("all", _("All states"))]},
        ],
    }  # fmt: skip
    return render(request, "detection/likeness/names.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(register.EDITS)
def new(request: HttpRequest) -> HttpResponseBase:
    """A new entry."""
    return _form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@page(register.EDITS)
def edit(request: HttpRequest, name_id: UUID) -> HttpResponseBase:
    """An entry is changed."""
    return _form(request, register.by_id(name_id))


@require_http_methods(["GET", "HEAD", "POST"])
@page(register.SEES)
def one(request: HttpRequest, name_id: UUID) -> HttpResponseBase:
    """An entry, with the accounts that look like it. A POST releases it, or asks an account who it is."""
    row, actor, errors = register.by_id(name_id), actor_of(request), Errors()
    if request.method == "POST":
        with mending(errors):
            done = _step(request, actor, row)
            return redirect(*done)
    found = list(queries.likenesses(actor, row.pk)[:SHOWN])
    cases = queries.cases_of(actor, found)
    context = {
        "row": row, "kinds": words.kinds(), "errors": errors, "typed": request.POST, "may_edit": actor.has(register.EDITS),
        "may_ask": actor.has(checks.VERIFIES), "tabs": tabs("protected-names", actor), "names": names_of({row.added_by, row.owner}),
        "found": [{"row": each, "how": words.how(each), "case": cases.get(each.case) if each.case else None} for each in found],
    }  # fmt: skip
    return render(request, "detection/likeness/name.html", context, status=422 if errors else 200)


def _step(request: HttpRequest, actor: Actor, row: ProtectedName) -> list[Any]:
    do = request.POST.get("do", "")
    if do == "ask":
        if not actor.has(checks.VERIFIES):
            raise Forbidden("no_permission", "Your roles do not include that.", hint=f"It needs {checks.VERIFIES}.")
        found = next(
            (each for each in queries.likenesses(actor, row.pk) if str(each.account_id) == request.POST.get("account")),
            None,
        )
        if found is None:
            raise NotFound("no_account", "There is no such account.")
        with writing(actor) as w:
            check = checks.ask(
                w, found.account, wanted=_("Please show us who you are."), protected=row, case_id=found.case
            )
        messages.success(request, _("The platform tells them; what they hand in comes here."))
        return ["identity-check", check.pk]
    if do != "release":
        raise NotFound("unknown_step", "There is no such step.")
    if not actor.has(register.EDITS):
        raise Forbidden("no_permission", "Your roles do not include that.", hint=f"It needs {register.EDITS}.")
    with writing(actor) as w:
        register.release(w, row)
    messages.success(request, _("Others may be called so from now on."))
    return ["protected-name", row.pk]


def _form(request: HttpRequest, row: ProtectedName | None) -> HttpResponseBase:
    errors, typed = Errors(), request.POST
    if request.method == "POST":
        with mending(errors):
            wanted = register.NameIn(
                name=typed.get("name", ""), kind=typed.get("kind", ""), evidence=typed.get("evidence", ""),
                handles=tuple(typed.get("handles", "").replace(",", "\n").split("\n")), account=typed.get("account", ""),
                owner=typed.get("owner", ""), verified=bool(typed.get("verified")), avatar=typed.get("avatar", ""),
                expires_at=moment(typed.get("expires_at", ""), "expires_at"),
            )  # fmt: skip
            with writing(actor_of(request)) as w:
                saved = register.protect(w, wanted, row=row)
            messages.success(request, _("The name is protected: accounts that look like it open a case from now on."))
            return redirect("protected-name", saved.pk)
    shown: Any = typed if request.method == "POST" else _typed(row)
    context = {
        "row": row, "typed": shown, "errors": errors, "kinds": list(words.kinds().items()),
        "tabs": tabs("protected-names", actor_of(request)),
    }  # fmt: skip
    return render(request, "detection/likeness/edit.html", context, status=422 if errors else 200)


def _typed(row: ProtectedName | None) -> dict[str, Any]:
    if row is None:
        return {"kind": "person"}
    return {
        "name": row.name, "kind": row.kind, "evidence": row.evidence, "handles": "\n".join(row.handles), "owner": row.owner,
        "account": f"{row.account.type_key}/{row.account.external_id}" if row.account else "", "verified": row.verified,
        "avatar": bytes(row.avatar).hex() if row.avatar else "", "expires_at": f"{row.expires_at:%Y-%m-%d}" if row.expires_at else "",
    }  # fmt: skip


def _csv(row: Any) -> tuple[Any, ...]:
    account = f"{row.account.type_key}/{row.account.external_id}" if row.account else ""
    return (
        row.name, " ".join(row.handles), row.kind, account, row.verified, row.owner, row.since, row.expires_at, row.ended_at, row.found,
    )  # fmt: skip
