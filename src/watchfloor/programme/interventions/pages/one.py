"""One intervention: planned with what it should do, measured, drawn, explained."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.insight.spikes import queries as spikes
from watchfloor.insight.spikes.models import Spike
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.programme.interventions import access, actions, drawing, money, people, queries, words
from watchfloor.programme.interventions.domain import Planned
from watchfloor.programme.interventions.models import Intervention
from watchfloor.programme.interventions.pages import parts


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.EDIT)
def new(request: HttpRequest) -> HttpResponseBase:
    """``/programme/interventions/new``: ``?about=spike:<id>`` brings what is known of it along."""
    actor, errors = actor_of(request), Errors()
    if request.method == "POST":
        with mending(errors), writing(actor) as w:
            row = actions.begin(w, actor, _planned(request))
        if not errors:
            messages.success(request, _("It is in the log. What it does is measured on its day."))
            return redirect("programme-intervention", row.pk)
    context = {
        **parts.context(actor, "programme-interventions", errors, request), "metrics": parts.metrics(), "dims": parts.dimensions(),
        "owners": people.owners(), "me": actor.id, "start": _start(actor, request.GET.get("about", "")[:120], request),
    }  # fmt: skip
    return render(request, "programme/interventions/new.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def one(request: HttpRequest, intervention_id: UUID) -> HttpResponseBase:
    """One of them; a POST measures it now, withdraws it, or takes that back."""
    actor, errors = actor_of(request), Errors()
    row = queries.one(actor, intervention_id)
    may = access.sees(actor, row.filters, access.EDIT)
    if request.method == "POST":
        did = {
            "measure": lambda: _measure(actor, row), "withdraw": lambda: _withdraw(actor, row, withdrawn=True),
            "put_back": lambda: _withdraw(actor, row, withdrawn=False),
        }  # fmt: skip
        if parts.act(request, did, errors, allowed=may):
            return redirect("programme-intervention", row.pk)
        row.refresh_from_db()
    found = queries.result(row)
    month = money.a_month(found) if found and money.may_see(actor, row) else None
    whole = access.sees_all(actor)
    context = {
        **parts.context(actor, "programme-interventions", errors, request), "row": row, "found": found, "may_edit": may,
        "metric": words.title(row.metric), "touches": words.touched(row.filters), "outcome": words.outcome(row.outcome),
        "said": words.verdict(found, row.metric) if found else "",
        "paid": words.paid(found, month) if found and month else "",
        "chart": drawing.chart(found, words.title(row.metric)) if found else None,
        "placebos": drawing.placebos(found.effect) if found else None, "method": _(words.METHODS[found.effect.method]) if found else "",
        "whole": whole, "belongs": _belongs(actor, row.about), "names": names_of([row.owner, row.made_by]), "now": clock.now(),
    }  # fmt: skip
    return render(request, "programme/interventions/one.html", context, status=422 if errors else 200)


def _measure(actor: Actor, row: Intervention) -> str:
    with writing(actor) as w:
        actions.measure(w, row)
    return _("Measured as far as facts reach now.")


def _withdraw(actor: Actor, row: Intervention, *, withdrawn: bool) -> str:
    with writing(actor) as w:
        actions.withdraw(w, row.pk, withdrawn=withdrawn)
    return _("It is withdrawn, and is not measured.") if withdrawn else _("It stands again.")


def _planned(request: HttpRequest) -> Planned:
    post = request.POST
    owner = post.get("owner", "")
    if owner and owner not in dict(people.owners()):
        raise BadInput("unknown_person", _("There is no such person."), where="owner")
    return Planned(
        title=post.get("title", ""), note=post.get("note", ""), metric=post.get("metric", ""), filters=parts.filters(post),
        expected_change=parts.share(post, "expected_change"), happened_at=parts.moment(post, "happened_at"),
        measure_on=parts.moment(post, "measure_on"), by=post.get("by", ""), about=post.get("about", ""),
        others=[each.strip() for each in post.get("others", "").split(",") if each.strip()], owner=f"user:{owner}" if owner else "",
    )  # fmt: skip


def _start(actor: Actor, about: str, request: HttpRequest) -> dict[str, Any]:
    """What the form begins with: what was typed, else what is known of the spike it is about."""
    if request.method == "POST":
        return request.POST.dict()
    found: dict[str, Any] = {"about": about, "owner": actor.id}
    row = _spike(actor, about)
    if row is not None:
        found |= {
            "metric": row.metric,
            "expected_change": "-50" if row.value >= row.expected else "50",
            "title": row.action[:200],
        }
        found |= {name: value for name, value in row.where.items() if name in parts.ASKED}
        found["about"] = f"spike:{row.pk}"
        found["by"] = next((name for name in row.where if name in parts.ASKED), "")
    return found


def _spike(actor: Actor, about: str) -> Spike | None:
    """The spike it is about, by its own or its public id; None for what is none or may not be seen."""
    kind, _sep, name = about.partition(":")
    if kind != "spike":
        return None
    try:
        return spikes.spike(actor, ids.decode("spk", name) if name.startswith("spk_") else UUID(name))
    except (BadInput, NotFound, ValueError):
        return None


def _belongs(actor: Actor, about: str) -> tuple[str, str] | None:
    """Name and address of what it belongs to."""
    row = _spike(actor, about)
    if row is not None:
        told = spikes.line(row)
        return told.headline, told.url
    kind, _sep, name = about.partition(":")
    known = {
        "risk": "programme-risk",
        "improvement": "programme-improvement",
        "launch": "programme-launch",
        "action": "programme-action",
    }
    if kind not in known:
        return None
    from django.urls import NoReverseMatch

    labels = {
        "risk": _("A risk"),
        "improvement": _("An improvement"),
        "launch": _("A launch"),
        "action": _("An action"),
    }
    try:
        return labels[kind], reverse(known[kind], args=[UUID(name)])
    except (NoReverseMatch, ValueError):
        return None
