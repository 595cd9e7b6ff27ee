"""Statements of reasons on their way to the EU's database: what was sent, what waits, what is kept back and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import access, guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Conflict, NotFound, WatchfloorError
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.transparency import settings, submitting
from watchfloor.transparency.domain import house, payload
from watchfloor.transparency.domain.vocabulary import name_of
from watchfloor.transparency.models import Sender, Submission
from watchfloor.transparency.pages import words

PER_PAGE = 50
FILTERS = ("state", "source", "ground", "category", "policy_key", "market")
CSV_HEAD = (
    "id",
    "state",
    "policy",
    "market",
    "category",
    "ground",
    "source",
    "made",
    "sent",
    "problems",
    "fingerprint",
)


def visible(actor: Actor) -> QuerySet[Submission]:
    """The statements an actor may know of."""
    mine = access.rows(actor, "transparency.view", market="market", severity="severity", clearance="clearance")
    return Submission.objects.filter(mine)


@require_safe
@guard.page("transparency.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The list, narrowed by the address; ``?format=csv`` gives the rows."""
    known = visible(actor_of(request))
    rows = known
    for name in FILTERS:
        if value := request.GET.get(name, ""):
            rows = rows.filter(**{name: value})
    rows = rows.order_by("-made_at", "-id")
    if request.GET.get("format") == "csv":
        return csv_response("statements", CSV_HEAD, (_csv(row) for row in rows.iterator()))
    text = request.GET.get("page", "1")
    page = max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
    start = (page - 1) * PER_PAGE
    found = list(rows[start : start + PER_PAGE + 1])
    more, found = len(found) > PER_PAGE, found[:PER_PAGE]
    counts = dict(known.values_list("state").annotate(n=Count("pk")).order_by())
    month = known.filter(sent_at__gte=clock.now() - timedelta(days=30)).count()
    context = {
        "rows": [_row(row) for row in found], "counts": counts, "month": month, "query": request.GET, "fields": _fields(known),
        "states": words.state_words(), "sources": words.source_words(), "grounds": words.ground_words(), "sender": _sender(),
        "may_edit": actor_of(request).has("transparency.edit"),
        "pager": {"start": start + 1, "end": start + len(found), "total": None, "previous": _page(request, page - 1) if page > 1 else None,
                  "next": _page(request, page + 1) if more else None} if page > 1 or more else None,
    }  # fmt: skip
    return render(request, "transparency/statements.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("transparency.view")
def one(request: HttpRequest, row_id: str) -> HttpResponse:
    """One statement in words; a POST writes its texts anew, waives, or sends it again."""
    actor = actor_of(request)
    row = visible(actor).filter(pk=ids.decode("sor", row_id)).first()
    if row is None:
        raise NotFound("unknown_statement", "There is no such statement.")
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        if not actor.has("transparency.edit"):
            raise NotFound("unknown_statement", "There is no such statement.")
        try:
            messages.success(request, _step(actor, row, request))
            return HttpResponseRedirect(request.path)
        except (BadInput, Conflict) as error:
            errors = [(error.where or "step", words.sentence(error))]
    return render(request, "transparency/statement.html", _context(request, row, errors), status=422 if errors else 200)


@require_POST
@guard.page("transparency.edit")
def try_now(request: HttpRequest) -> HttpResponse:
    """The database is back, or the token is new: send again at once."""
    submitting.try_now()
    messages.success(request, _("Statements are sent again from now on."))
    return HttpResponseRedirect(reverse("transparency-statements"))


def _step(actor: Actor, row: Submission, request: HttpRequest) -> str:
    step = request.POST.get("step")
    if step == "edit":
        texts = {name: request.POST[name] for name in payload.FREE_TEXTS if name in request.POST}
        changed = submitting.edit(actor, row.pk, texts)
        return (
            _("Saved; it goes out next.")
            if changed.state == "waiting"
            else _("Saved; something is still wrong with it.")
        )
    if step == "waive":
        submitting.waive(actor, row.pk, request.POST.get("why", ""))
        return _("It goes out as it is; your reason is recorded.")
    submitting.send_again(actor, row.pk)
    return _("It is sent again.")


def _context(request: HttpRequest, row: Submission, errors: list[tuple[str, str]]) -> dict[str, Any]:
    names, wrong = words.field_words(), words.problem_words()
    kept_back = row.state in ("blocked", "refused")
    problems = [
        (field, f"{names.get(field, field)} {wrong.get(code, code)}." if field else wrong.get(code, code))
        for field, code in row.problems
    ]
    editable = [
        {"name": name, "label": names.get(name, name), "value": request.POST.get(name, row.payload[name]),
         "error": "; ".join(text for field, text in problems if field == name)}
        for name in payload.FREE_TEXTS if name in row.payload
    ]  # fmt: skip
    return {
        "row": row, "id": ids.encode("sor", row.pk), "state": words.state_words()[row.state], "problems": problems, "errors": errors,
        "facts": [
            (names.get(field, field), words.value_text(field, row.payload[field]))
            for field in [*(name for name in names if name in row.payload), *(name for name in row.payload if name not in names)]
        ],
        "editable": editable if kept_back else [], "kept_back": kept_back, "said": row.said.splitlines(),
        "may_edit": actor_of(request).has("transparency.edit"), "why": request.POST.get("why", ""),
        "may_waive": row.state == "blocked" and {code for _field, code in row.problems} <= house.WAIVABLE,
        "may_resend": row.state == "refused",
    }  # fmt: skip


def _row(row: Submission) -> dict[str, Any]:
    wrong, names = words.problem_words(), words.field_words()
    said = [
        f"{names.get(field, field)} {wrong.get(code, code)}" if field else wrong.get(code, code)
        for field, code in row.problems
    ]
    return {
        "row": row, "url": reverse("transparency-statement", args=[ids.encode("sor", row.pk)]), "category": name_of(row.category),
        "problems": "; ".join(said[:2]), "policy": policy_name(row.policy_key),
    }  # fmt: skip


def policy_name(key: str) -> str:
    """A policy's name, else its key."""
    try:
        return policies.policy(key).name
    except BadInput:
        return key


def _sender() -> dict[str, Any]:
    state = Sender.objects.filter(pk=1).first()
    problem = ""
    try:
        endpoint = settings.endpoint()
    except WatchfloorError as error:
        endpoint, problem = None, words.sentence(error)
    return {"on": endpoint is not None, "url": endpoint.url if endpoint else "", "problem": problem, "state": state}


def _fields(known: QuerySet[Submission]) -> list[dict[str, Any]]:
    labels = {
        "state": (_("Any state"), _("State")), "source": (_("Any source"), _("Source")), "ground": (_("Any ground"), _("Ground")),
        "category": (_("Any category"), _("Category")), "policy_key": (_("Any policy"), _("Policy")),
        "market": (_("Any market"), _("Market")),
    }  # fmt: skip
    fixed = {"state": words.state_words(), "source": words.source_words(), "ground": words.ground_words()}
    result = []
    for name in FILTERS:
        if name in fixed:
            options = list(fixed[name].items())
        else:
            values = sorted(value for value in known.values_list(name, flat=True).order_by().distinct() if value)
            say = {"category": name_of, "policy_key": policy_name}.get(name, str)
            options = [(value, say(value)) for value in values]
        result.append({"name": name, "label": labels[name][0], "chip": labels[name][1], "options": options})
    return result


def _page(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


def _csv(row: Submission) -> list[Any]:
    problems = "; ".join(f"{field} {code}".strip() for field, code in row.problems)
    return [
        row.puid,
        row.state,
        row.policy_key,
        row.market,
        row.category,
        row.ground,
        row.source,
        row.made_at,
        row.sent_at,
        problems,
        row.fingerprint,
    ]
