"""What people do about a spike: a plan, an answer, a mute, joining and splitting, the pager, an incident, looking again."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending, moment
from watchfloor.identity.middleware import actor_of
from watchfloor.insight.changes import reading
from watchfloor.insight.floor_pages.parts import number
from watchfloor.insight.spikes import attention, cases, plans, queries
from watchfloor.insight.spikes.models import Spike
from watchfloor.insight.spikes.pages.one import context_of
from watchfloor.insight.spikes.pages.parts import MANAGE, must_manage, spike_of
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions as oncall
from watchfloor.platform.render import render

MUTES = {"4": timedelta(hours=4), "24": timedelta(days=1), "168": timedelta(days=7), "720": timedelta(days=30)}


@require_POST
@guard.page(MANAGE)
def act(request: HttpRequest, spike_id: str) -> HttpResponse:
    """``step``: plan, answer, dismiss, reopen, mute, join, split, again, page or incident."""
    actor, errors = actor_of(request), Errors()
    row = spike_of(request, spike_id)
    must_manage(actor)
    to = reverse("spike", args=[ids.encode("spk", row.pk)])
    with mending(errors):
        to = _do(request, actor, row, request.POST.get("step", "")) or to
    if errors:
        row.refresh_from_db()
        return render(request, "insight/spikes/one.html", context_of(request, row, errors, request.POST), status=422)
    return redirect(to)


def _do(request: HttpRequest, actor: Actor, row: Spike, step: str) -> str:
    post, said = request.POST, _("Done.")
    if step == "plan":
        _plan(actor, row, post)
        said = _("The plan stands. What it does is judged on its day.")
    elif step == "answer":
        attention.answer(actor, row, post.get("verdict", ""))
        said = _("Thank you: the watcher takes it into account.")
    elif step == "dismiss":
        cases.dismiss(actor, row.pk, post.get("why", ""))
        attention.answer(actor, row, "noise")
        said = _("It is closed as no spike.")
    elif step == "reopen":
        cases.reopen(actor, row.pk)
    elif step == "mute":
        length = MUTES.get(post.get("hours", ""))
        if length is None:
            raise BadInput("bad_end", _("Choose for how long."), where="hours")
        attention.mute(actor, row.metric, row.where, clock.now() + length, post.get("mute_why", ""))
        said = _("No more alarms about this slice until then.")
    elif step == "join":
        into = queries.spike(actor, ids.decode("spk", post.get("into", "")))
        cases.join(actor, row.pk, into.pk)
        return attention.address(into)
    elif step == "split":
        return attention.address(
            cases.split(actor, row, {k: v[0] for k, v in reading.scope(post.get("part", ""), "part").items() if v})
        )
    elif step == "again":
        cases.again(actor, row)
        said = _("Looked at again, with all that is known by now.")
    elif step == "page":
        _needs(actor, "oncall.page")
        with writing(actor) as w:
            rung = attention.page(w, cases.locked(row.pk))
        said = (
            _("Whoever is on call is paged.")
            if rung
            else _("No line of the paging matrix fits a spike: nobody was paged.")
        )
    elif step == "incident":
        _needs(actor, "incident.manage")
        made = oncall.open_incident(
            actor, title=queries.line(row).headline[:160], severity=attention.severity(row), spike=attention.address(row),
            market=row.where.get("market", ""),
        )  # fmt: skip
        return reverse("incident", args=[ids.encode("inc", made.pk)])
    else:
        raise BadInput("bad_step", _("That is no step of this page."), where="main")
    messages.success(request, said)
    return ""


def _plan(actor: Actor, row: Spike, post: QueryDict) -> None:
    due = moment(post.get("due_at", ""), "due_at")
    if due is None:
        raise BadInput("missing", _("Say by when it will have turned."), where="due_at")
    plans.save(
        actor, row.pk, owner=post.get("owner", ""), hypothesis=post.get("hypothesis", ""), action=post.get("action", ""),
        expected_change=number(post.get("expected_change", "").replace("%", "").replace("−", "-"), "expected_change") / 100,
        due_at=due, acted_at=moment(post.get("acted_at", ""), "acted_at"),
    )  # fmt: skip


def _needs(actor: Actor, permission: str) -> None:
    if not actor.has(permission):
        raise Forbidden("no_permission", _("Your roles do not include this step."))
