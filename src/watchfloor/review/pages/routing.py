"""The routing table: its rules in order as sentences; a draft is changed here, rule by rule, and routes nothing until it is live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, NotFound, WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.review import actions, routing_words
from watchfloor.review.actions.routing_versions import draft_table, evidence_for, live_table
from watchfloor.review.domain.routing_changes import changes
from watchfloor.review.models import RoutingTable
from watchfloor.review.pages.routing_parts import VIEW, may_route, must_route, queue_names, say, tabs

Rules = list[dict[str, Any]]
LARGEST = 2_000_000  # characters of an imported table


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*VIEW)
def table(request: HttpRequest) -> HttpResponse:
    """``/review/routing``: the draft where there is one, else the live version (``?show=live``); a POST takes a step."""
    actor = actor_of(request)
    errors: dict[str, str] = {}
    if request.method == "POST":
        must_route(actor)
        step = STEPS.get(request.POST.get("step", ""))
        if step is None:
            raise BadInput("unknown_step", "There is no such step.", where="step")
        try:
            return HttpResponseRedirect(reverse("routing") + step(request, actor))
        except WatchfloorError as error:
            errors[request.POST["step"] if request.POST["step"] == "import" else "main"] = say(error)
    live, draft = live_table(), draft_table()
    shown = live if draft is None or request.GET.get("show") == "live" else draft
    rules: Rules = list(shown.rules) if shown else []
    context = {
        "tabs": tabs("routing"), "live": live, "draft": draft, "shown": shown, "rows": rows_of(rules, queue_names()),
        "changes": told(live, draft), "may": may_route(actor), "errors": errors, "typed": request.POST.get("rules", ""),
        "evidence": evidence_for(draft.rules) if draft else None,
        "names": names_of(row.live_by or row.made_by for row in (live, draft) if row) | names_of([draft.changed_by] if draft else []),
    }  # fmt: skip
    return render(request, "review/routing.html", context, status=422 if errors else 200)


@require_GET
@guard.page(*VIEW)
def export(request: HttpRequest) -> HttpResponse:
    """``/review/routing/export?version=``: the rules of a version as a JSON file."""
    number = request.GET.get("version", "")
    row = RoutingTable.objects.filter(number=int(number)).first() if number.isdecimal() and len(number) < 9 else None
    if row is None:
        raise NotFound("unknown_version", "There is no such version.", where="version")
    body = msgspec.json.format(msgspec.json.encode(row.rules), indent=2)
    response = HttpResponse(body, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="routing-v{row.number}.json"'
    return response


def rows_of(rules: Rules, queues: dict[str, str]) -> list[dict[str, Any]]:
    """The rules as the pages list them; places count from 1."""
    return [
        {"place": place, "rule": rule, "sentence": routing_words.sentence(rule, queues),
         "outputs": routing_words.outputs(rule), "queue": queues.get(rule["queue"], rule["queue"])}
        for place, rule in enumerate(rules, start=1)
    ]  # fmt: skip


def told(before: RoutingTable | None, after: RoutingTable | None) -> list[dict[str, Any]]:
    """What differs between two versions, each as a sentence with the rule's words before and after."""
    if after is None:
        return []
    queues = queue_names()
    return [
        {"kind": row.kind, "name": row.name, "words": routing_words.change(row),
         "before": routing_words.sentence(row.before, queues) if row.before and row.kind != "moved" else "",
         "after": routing_words.sentence(row.after, queues) if row.after and row.kind != "moved" else ""}
        for row in changes(before.rules if before else [], after.rules)
    ]  # fmt: skip


def draft_rules() -> Rules:
    """The rules one changes: the draft's, or a copy of the live ones."""
    now = draft_table() or live_table()
    return [dict(rule) for rule in now.rules] if now else []


def edits_in(request: HttpRequest) -> int | None:
    """How often the draft had been changed when the page was made; None: there was none (0 means so, too)."""
    text = request.POST.get("edits", "")
    return int(text) if text.isdecimal() and len(text) < 9 and int(text) else None


def save(request: HttpRequest, actor: Actor, rules: Rules, step: str, rule: str) -> None:
    """Write the draft."""
    if edits_in(request) is None and draft_table() is not None:
        raise BadInput("draft_begun", _("Somebody has begun a draft since you opened this page. Look at it first."))
    with writing(actor) as w:
        actions.change_draft(w, rules, step=step, rule=rule, edits=edits_in(request))


def place_of(text: str, rules: Rules) -> int:
    """The index a form's place (from 1) means."""
    if not text.isdecimal() or len(text) > 6 or not 1 <= int(text) <= len(rules):
        raise NotFound("unknown_rule", "There is no rule at that place.", where="place")
    return int(text) - 1


def _move(request: HttpRequest, actor: Actor) -> str:
    rules = draft_rules()
    place = place_of(request.POST.get("place", ""), rules)
    rule = rules.pop(place)
    to = max(0, min(len(rules), place + (-1 if request.POST.get("way") == "up" else 1)))
    rules.insert(to, rule)
    save(request, actor, rules, "moved", rule["name"])
    return f"#rule-{to + 1}"


def _switch(request: HttpRequest, actor: Actor) -> str:
    rules = draft_rules()
    rule = rules[place_of(request.POST.get("place", ""), rules)]
    if not rule.pop("off", False):
        rule["off"] = True
    save(request, actor, rules, "edited", rule["name"])
    return f"#rule-{request.POST['place']}"


def _remove(request: HttpRequest, actor: Actor) -> str:
    rules = draft_rules()
    rule = rules.pop(place_of(request.POST.get("place", ""), rules))
    save(request, actor, rules, "removed", rule["name"])
    messages.success(request, _("%(rule)s is out of the draft.") % {"rule": rule["name"]})
    return ""


def _drop(request: HttpRequest, actor: Actor) -> str:
    with writing(actor, reason=request.POST.get("why", "")) as w:
        row = actions.drop_draft(w)
    messages.success(request, _("The draft is put aside; version %(number)s keeps its text.") % {"number": row.number})
    return ""


def _import(request: HttpRequest, actor: Actor) -> str:
    text = request.POST.get("rules", "")
    if len(text) > LARGEST:
        raise BadInput(
            "too_long", "That is too much for a form.", where="rules", hint="Use `watchfloor routing import`."
        )
    try:
        rules = msgspec.json.decode(text.encode(), type=list[dict[str, Any]])
    except msgspec.DecodeError as error:
        raise BadInput("not_json", f"The text is no list of rules: {error}.", where="rules") from None
    save(request, actor, rules, "imported", "")
    messages.success(request, _("The rules are in the draft."))
    return ""


STEPS: dict[str, Callable[[HttpRequest, Actor], str]] = {
    "move": _move, "switch": _switch, "remove": _remove, "drop": _drop, "import": _import,
}  # fmt: skip
