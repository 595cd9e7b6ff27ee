"""Rules: the list, and one rule with its life, its text, what it fired on, and why (not)."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from watchfloor.detection import domain, queries
from watchfloor.detection.actions import set_rule_state
from watchfloor.detection.models import Rule, RuleFile
from watchfloor.detection.pages import parts
from watchfloor.engines import sml
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Forbidden, WatchfloorError
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies

HISTORY = 50


@require_GET
@guard.page("rule.view")
def rule_list(request: HttpRequest) -> HttpResponse:
    """All rules, the busiest first or as asked; retired ones only when asked for."""
    state, policy = request.GET.get("state", ""), request.GET.get("policy_key", "")
    rules = Rule.objects.order_by("name")
    rules = rules.filter(state=state) if state else rules.exclude(state=Rule.State.RETIRED)
    if policy:
        rules = rules.filter(policy_key=policy)
    word = request.GET.get("q", "").casefold().strip()
    found = [rule for rule in rules if word in f"{rule.name} {rule.description}".casefold()]
    names = [rule.name for rule in found]
    hits, decided, facts = queries.hits_of(names), queries.decided_by(names), queries.facts_in_force()
    rows = [
        {
            "rule": rule, "hits": hits[rule.name], "decided": decided[rule.name],
            "description": rule.description or (facts[rule.name].description if rule.name in facts else ""),
            "policy": rule.policy_key or next(iter(facts[rule.name].policies if rule.name in facts else ()), ""),
            "url": reverse("rule-detail", args=[rule.name]),
        }
        for rule in found
    ]  # fmt: skip
    orders: dict[str, Any] = {
        "name": lambda row: row["rule"].name.casefold(),
        "day": lambda row: sum(row["hits"].day[:2]),
        "week": lambda row: sum(row["hits"].week[:2]),
        "decided": lambda row: row["decided"].count,
        "changed": lambda row: row["rule"].changed_at,
    }
    sort = request.GET.get("sort", "-week")
    if sort.lstrip("-") in orders:
        rows.sort(key=orders[sort.lstrip("-")], reverse=sort.startswith("-"))
    policy_names = {row.key: row.name for row in policies.all_policies()}
    context = {
        "rows": rows,
        "any": Rule.objects.exists(),
        "query": request.GET,
        "tabs": parts.tabs("rules"),
        "words": parts.state_words(),
        "policies": policy_names,
        "names": names_of(rule.changed_by for rule in found),
        "fields": [
            {"name": "q", "label": _("Name or words"), "type": "search"},
            {"name": "state", "label": _("Any state"), "chip": _("State"), "options": list(parts.state_words().items())},
            {"name": "policy_key", "label": _("Any policy"), "chip": _("Policy"), "options": list(policy_names.items())},
        ],
        "may_edit": actor_of(request).has("rule.edit"),
    }  # fmt: skip
    return render(request, "detection/rules.html", context)


@require_http_methods(["GET", "POST"])
@guard.page("rule.view")
def rule_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One rule; a POST takes it a step on (``step=state``) or asks why it fires on a pasted event (``step=why``)."""
    rule, actor = queries.rule(name), actor_of(request)
    typed: dict[str, str] = {"after": "", "percent": "10", "why": "", "event": "", "item": request.GET.get("item", "")}
    typed |= {field: request.POST[field] for field in typed if field in request.POST}
    errors: dict[str, str] = {}
    explanation = None
    try:
        if request.method == "POST" and request.POST.get("step") == "state":
            if not actor.has("rule.enable"):
                raise Forbidden("no_permission", "Your roles do not include changing the state of rules.")
            with writing(actor) as w:
                set_rule_state(w, name, typed["after"], why=typed["why"], percent=_percent(typed["percent"]))
            messages.success(
                request, _("%(rule)s is now: %(state)s.") % {"rule": name, "state": parts.state_words()[typed["after"]]}
            )
            return HttpResponseRedirect(reverse("rule-detail", args=[name]))
        if typed["event"].strip() or typed["item"]:
            explanation = _explain(request, name, typed)
    except Forbidden:
        raise
    except WatchfloorError as error:
        where = (
            error.where
            if error.where in {"why", "percent"}
            else "after"
            if request.POST.get("step") == "state"
            else "event"
        )
        errors[where] = " ".join(part for part in (error.message, error.hint) if part)
    return render(request, "detection/rule.html", _context(request, rule, typed, errors, explanation))


def _context(
    request: HttpRequest, rule: Rule, typed: dict[str, str], errors: dict[str, str], explanation: sml.Explanation | None
) -> dict[str, Any]:
    actor = actor_of(request)
    facts = queries.facts_in_force().get(rule.name)
    hits = queries.hits_of([rule.name])[rule.name]
    right, judged, precision = queries.judged(rule.name)
    history = list(Event.objects.filter(subject=f"rule:{rule.pk}").order_by("-ordinal")[:HISTORY])
    strip, here = parts.steps(rule.state, rule.percent)
    words = parts.state_words()
    in_file = RuleFile.objects.filter(path=rule.path, archived_at__isnull=True).first()
    return {
        "rule": rule, "facts": facts, "hits": hits, "typed": typed, "errors": errors, "explanation": explanation,
        "strip": strip, "here": here, "words": words, "tabs": parts.tabs("rules"),
        "decided": queries.decided_by([rule.name])[rule.name],
        "right": right, "judged": judged, "precision": precision,
        "source": _source(in_file.text, facts.line) if in_file is not None and facts is not None else "",
        "samples": queries.samples(actor, rule.name),
        "recent": [(ids.encode("itm", item.pk), f"{item.type_key} {item.external_id[:24]}: {text[:70]}")
                   for item, text in queries.recent_items(actor)],
        "history": history,
        "names": names_of([rule.changed_by, *(event.actor for event in history)]),
        "allowed": [(after, words[after], _meaning(after, hits)) for after in domain.STEPS[rule.state]]
        + ([("partial", _("Another share"), "")] if rule.state == "partial" else []),
        "policies": {row.key: row.name for row in policies.all_policies()},
        "may_enable": actor.has("rule.enable"),
        "query": request.GET,
    }  # fmt: skip


def _explain(request: HttpRequest, name: str, typed: dict[str, str]) -> sml.Explanation:
    if typed["event"].strip():
        return queries.explain(name, sml.event_from_json(typed["event"].encode()))
    item = queries.visible_item(actor_of(request), ids.decode("itm", typed["item"]))
    event = queries.event_of(item)
    typed["shown"] = msgspec.json.format(msgspec.json.encode(event.data), indent=2).decode()
    return queries.explain(name, event)


def _meaning(after: str, hits: queries.Hits) -> str:
    """What a step will do, in numbers: a day's firings by the last week."""
    daily = round(sum(hits.week[:2]) / 7)
    fires = _("It fired about %(count)s times a day last week.") % {"count": daily}
    return {
        "draft": _("Nothing is evaluated for effect or counted."),
        "backtested": _("You have tried it on past events and read what it found."),
        "shadow": _("Its firings are counted, nothing happens.") + " " + fires,
        "partial": _("It acts on a fixed share of items and is counted on the rest.") + " " + fires,
        "on": _("It acts whenever it fires.") + " " + fires,
        "paused": _("It does nothing until someone puts it on again."),
        "retired": _("It is out of use; it can only come back as a draft."),
    }[after]


def _percent(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadInput("bad_percent", "The share is a whole number from 1 to 99.", where="percent") from None


def _source(text: str, line: int) -> str:
    """The lines of one statement: from its first to the one before the next that begins at the margin."""
    lines = text.splitlines()
    end = line
    while end < len(lines) and (lines[end].startswith((" ", "\t", ")")) or not lines[end].strip()):
        end += 1
    return "\n".join(lines[line - 1 : end]).rstrip()
