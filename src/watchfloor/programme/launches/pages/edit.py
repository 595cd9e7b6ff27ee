"""``/programme/launches/new`` and ``.../edit``: everything that is entered of a launch, on one page that keeps what was typed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.insight import catalogue
from watchfloor.kernel.errors import Forbidden
from watchfloor.law import documents as law
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.policy.models import PolicyVersion
from watchfloor.programme.launches import access
from watchfloor.programme.launches.actions import planning
from watchfloor.programme.launches.domain import kinds
from watchfloor.programme.launches.domain.document import Document
from watchfloor.programme.launches.models import Launch
from watchfloor.programme.launches.pages import form, words
from watchfloor.review import plan
from watchfloor.staffing.models import WhatIf
from watchfloor.workforce.models import Vendor

READY = (PolicyVersion.State.DRAFT, PolicyVersion.State.APPROVED, PolicyVersion.State.SCHEDULED)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.EDIT)
def new(request: HttpRequest) -> HttpResponseBase:
    """A new one; ``?version=KEY:NUMBER`` begins with a policy's version, ``?kind=`` with a kind."""
    actor, errors = actor_of(request), Errors()
    mine = form.emails([str(actor)])
    typed: dict[str, Any] = {
        **form.typed(Document(), "UTC"), "version": request.GET.get("version", ""), "kind": request.GET.get("kind", "policy"), "title": "",
        "owner": mine[0] if mine else "", "zone": "UTC",
    }  # fmt: skip
    if request.method == "POST":
        typed = form.kept(request.POST)
        with mending(errors):
            zone = request.POST.get("zone", "").strip() or "UTC"
            document = form.read(request.POST, zone)
            _reaches(actor, document)
            owner = form.person(request.POST.get("owner", ""), "owner")
            with writing(actor) as w:
                row = planning.begin(
                    w,
                    kind=request.POST.get("kind", ""),
                    title=request.POST.get("title", ""),
                    owner=owner,
                    document=document,
                    zone=zone,
                )
            messages.success(request, _("The launch is planned. What is missing its gates ask for."))
            return redirect("launch", row.number)
    return render(request, "launches/edit.html", _context(actor, None, typed, errors), status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.EDIT)
def edit(request: HttpRequest, number: int) -> HttpResponseBase:
    """Change one that is not decided on."""
    actor, errors = actor_of(request), Errors()
    row = access.one(actor, number, access.EDIT)
    owner = form.emails([row.owner])
    typed: dict[str, Any] = {
        **form.typed(planning.document_of(row), row.zone), "kind": row.kind, "title": row.title, "zone": row.zone,
        "owner": owner[0] if owner else "", "seen": row.revision,
    }  # fmt: skip
    if request.method == "POST":
        typed = {**form.kept(request.POST), "kind": row.kind, "seen": request.POST.get("seen", "")}
        with mending(errors):
            zone = request.POST.get("zone", "").strip() or "UTC"
            document = form.read(request.POST, zone)
            _reaches(actor, document)
            seen = request.POST.get("seen", "")
            with writing(actor) as w:
                planning.change(
                    w, row.pk, title=request.POST.get("title", ""), owner=form.person(request.POST.get("owner", ""), "owner"),
                    document=document, zone=zone, seen=int(seen) if seen.isdigit() else 0,
                )  # fmt: skip
            messages.success(request, _("Kept."))
            return redirect("launch", number)
    return render(request, "launches/edit.html", _context(actor, row, typed, errors), status=422 if errors else 200)


def _reaches(actor: Actor, document: Document) -> None:
    """Nobody plans for markets or vendors that are not theirs: the launch would be gone from their own sight."""
    if not access.may(actor, Launch(markets=list(document.markets), vendors=list(document.vendors)), access.EDIT):
        raise Forbidden("not_yours", "The launch reaches markets or vendors that are not yours.", where="markets")


def _context(actor: Actor, row: Launch | None, typed: dict[str, Any], errors: Errors) -> dict[str, Any]:
    versions = (
        PolicyVersion.objects.filter(state__in=READY)
        .order_by("policy_key", "-number")
        .values_list("policy_key", "number")
    )
    options = [
        (f"{key}:{number}", _("%(policy)s, version %(number)s") % {"policy": key, "number": number})
        for key, number in versions
    ]
    if typed["version"] and typed["version"] not in dict(options):
        options.append((typed["version"], typed["version"].replace(":", ", ")))
    metrics = [(each.key, _(each.title), each) for each in catalogue.metrics().values()]
    queues = list(typed["queues"])
    markets = [each.strip().upper() for each in str(typed["markets"]).split(",") if each.strip()]
    whatifs = WhatIf.objects.filter(archived_at__isnull=True).order_by("-made_at")[:100]
    return {
        "row": row, "typed": typed, "errors": errors, "kinds": words.kind_words(), "gates": kinds.GATES.values(),
        "usual": kinds.KINDS[typed["kind"] if typed["kind"] in kinds.KINDS else "policy"].gates,
        "versions": [("", _("None")), *options],
        "queues": [
            (each.key, each.key) for each in plan.live_queues()
            if not each.clearance or actor.may(access.EDIT, clearance=each.clearance)
        ],
        "vendors": [(each.key, each.name) for each in Vendor.objects.order_by("name")],
        "volume_places": [(queue, market) for queue in queues for market in (markets or [""])],
        "whatifs": [("", _("None yet")), *((str(each.pk), each.name) for each in whatifs)],
        "clocks": [(rule.key, rule.name) for rule in law.table().clocks.values() if rule.active],
        "metrics": metrics, "guard_metrics": [("", _("None")), *((key, title) for key, title, _metric in metrics)],
        "abuse_rows": [*typed["abuse"], *[("", "")] * form.BLANK_ROWS],
        "guard_rows": [*typed["guards"], *[("", "above", "", "own")] * form.BLANK_ROWS],
        "step_rows": [*typed["steps"], *[("", "", "")] * form.BLANK_ROWS],
        "tabs": [],
    }  # fmt: skip
