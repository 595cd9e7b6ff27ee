"""The list of rules: what each does, whether it is right, who looks after it; and the switch that holds automatic actions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from watchfloor.detection import quality, queries, standing
from watchfloor.detection.actions import hold_automation, lift_hold
from watchfloor.detection.hold import holding
from watchfloor.detection.models import Rule
from watchfloor.detection.pages import parts
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Forbidden, WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies

Row = dict[str, Any]


@require_http_methods(["GET", "POST"])
@guard.page("rule.view")
def rule_list(request: HttpRequest) -> HttpResponse:
    """All rules, the busiest first or as asked, retired ones only when asked for; a POST holds automatic actions or lets them go."""
    typed = {"why": request.POST.get("why", ""), "hours": request.POST.get("hours", "4")}
    error = ""
    if request.method == "POST":
        if not actor_of(request).has("rule.enable"):
            raise Forbidden("no_permission", "Your roles do not include changing the state of rules.")
        try:
            with writing(actor_of(request)) as w:
                if request.POST.get("step") == "lift":
                    lift_hold(w, why=typed["why"])
                    messages.success(request, _("Rules act by themselves again."))
                else:
                    hold_automation(w, why=typed["why"], hours=_hours(typed["hours"]))
                    messages.success(request, _("Held: what rules would do by themselves becomes a case."))
            return HttpResponseRedirect(reverse("rules"))
        except WatchfloorError as problem:
            error = " ".join(part for part in (problem.message, problem.hint) if part)
    rows, hold = _rows(request), holding()
    policy_names = {row.key: row.name for row in policies.all_policies()}
    owners = names_of(Rule.objects.exclude(owner="").values_list("owner", flat=True))
    context = {
        "rows": rows, "any": Rule.objects.exists(), "query": request.GET, "tabs": parts.tabs("rules"),
        "words": parts.state_words(), "policies": policy_names, "owners": owners, "hold": hold, "typed": typed, "error": error,
        "names": names_of([*(row["rule"].changed_by for row in rows), *([hold.put_by] if hold else [])]),
        "csv_url": f"{reverse('rules-csv')}?{request.GET.urlencode()}",
        "fields": [
            {"name": "q", "label": _("Name or words"), "type": "search"},
            {"name": "state", "label": _("Any state"), "chip": _("State"), "options": list(parts.state_words().items())},
            {"name": "waits", "label": _("Waiting or not"), "chip": _("Waits"),
             "options": [("approval", _("Waits for approval")), ("text", _("New text waits"))]},
            {"name": "policy_key", "label": _("Any policy"), "chip": _("Policy"), "options": list(policy_names.items())},
            {"name": "owner", "label": _("Any owner"), "chip": _("Owner"), "options": sorted(owners.items(), key=lambda pair: pair[1])},
        ],
        "may_edit": actor_of(request).has("rule.edit"), "may_enable": actor_of(request).has("rule.enable"),
    }  # fmt: skip
    return render(request, "detection/rules.html", context, status=422 if error else 200)


@require_GET
@guard.page("rule.view")
def rule_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The list as it is filtered, for a spreadsheet."""
    rows = _rows(request)
    names = names_of(row["rule"].owner for row in rows)
    return csv_response("rules", CSV_HEAD, (_csv_row(row, names) for row in rows))


CSV_HEAD = (
    "rule", "state", "percent", "policy", "owner", "hits_24h", "hits_7d", "judged_28d", "right_28d", "precision",
    "precision_low", "precision_high", "decided_28d", "overturned_28d", "changed_at", "why",
)  # fmt: skip


def _csv_row(row: Row, names: dict[str, str]) -> tuple[Any, ...]:
    rule, hits, found, decided = row["rule"], row["hits"], row["quality"], row["decided"]
    shares = [f"{value:.4f}" for value in found.precision] if found.judged else ["", "", ""]
    return (
        rule.name, rule.state, rule.percent, row["policy"], names.get(rule.owner, rule.owner), sum(hits.day[:2]),
        sum(hits.week[:2]), found.judged, found.right, *shares, decided.count, decided.fallen, rule.changed_at, rule.why,
    )  # fmt: skip


def _rows(request: HttpRequest) -> list[Row]:
    """The rules that the address asks for, in the order it asks for."""
    state, policy, owner = (request.GET.get(name, "") for name in ("state", "policy_key", "owner"))
    rules = Rule.objects.order_by("name")
    rules = rules.filter(state=state) if state else rules.exclude(state=Rule.State.RETIRED)
    if policy:
        rules = rules.filter(policy_key=policy)
    if owner:
        rules = rules.filter(owner=owner)
    word = request.GET.get("q", "").casefold().strip()
    found = [rule for rule in rules if word in f"{rule.name} {rule.description}".casefold()]
    approval = standing.waiting_for_approval(found)
    match request.GET.get("waits", ""):
        case "approval":
            found = [rule for rule in found if rule.name in approval]
        case "text":
            found = [rule for rule in found if rule.pin is not None]
    names = [rule.name for rule in found]
    hits, decided, facts = queries.hits_of(names), queries.decided_by(names), queries.facts_in_force()
    measured = quality.of_rules(found)
    rows = [
        {
            "rule": rule, "hits": hits[rule.name], "decided": decided[rule.name], "quality": measured[rule.name],
            "approval": rule.name in approval,
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
        "precision": lambda row: (row["quality"].judged > 0, row["quality"].precision.value),
        "decided": lambda row: row["decided"].count,
        "changed": lambda row: row["rule"].changed_at,
    }
    sort = request.GET.get("sort", "-week")
    if sort.lstrip("-") in orders:
        rows.sort(key=orders[sort.lstrip("-")], reverse=sort.startswith("-"))
    return rows


def _hours(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput("bad_hours", "How many hours is a number.", where="hours") from None
