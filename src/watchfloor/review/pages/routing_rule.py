"""One routing rule as a form: every fact may be left alone, be one of some values, none of them, or between two numbers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.engines.routing import LISTS, NUMBERS
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.items.models import ItemType
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import plan, routing_words
from watchfloor.review.actions.routing_versions import check_table, draft_table
from watchfloor.review.models import Queue
from watchfloor.review.pages.routing import draft_rules, place_of, save
from watchfloor.review.pages.routing_parts import may_route, must_route, say, tabs
from watchfloor.workforce.models import Vendor

MAIN = 9  # facts that stand open; the others unfold


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("queue.manage")
def edit(request: HttpRequest) -> HttpResponse:
    """``/review/routing/rule?place=``: change that rule of the draft; without a place a new one. A POST saves it."""
    actor = actor_of(request)
    must_route(actor)
    rules = draft_rules()
    text = request.GET.get("place", "")
    place = place_of(text, rules) if text else None
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            rule = read(request.POST)
            if place is not None:
                rules.pop(place)
            to = _place(request.POST.get("position", ""), len(rules), place)
            rules.insert(to, rule)
            _check(rules, to)
            save(request, actor, rules, "added" if place is None else "edited", rule["name"])
            messages.success(request, _("The rule is in the draft. It routes nothing until the draft goes live."))
            return HttpResponseRedirect(reverse("routing") + f"#rule-{to + 1}")
        except WatchfloorError as error:
            errors[_field(error.where)] = say(error)
    typed = request.POST if request.method == "POST" else written(rules[place] if place is not None else {})
    count = len(draft_rules())
    draft = draft_table()
    context = {
        "tabs": tabs("routing"), "place": place, "typed": typed, "errors": errors, "count": count,
        "position": typed.get("position") or (place + 1 if place is not None else count or 1),
        "facts": _facts(typed), "edits": draft.edits if draft else 0, "may": may_route(actor),
        "queues": [(row.key, row.name) for row in Queue.objects.filter(archived_at__isnull=True).order_by("position", "key")],
        "vendors": [("", _("Anyone")), *Vendor.objects.order_by("name").values_list("key", "name")],
        "main": MAIN,
    }  # fmt: skip
    return render(request, "review/routing_rule.html", context, status=422 if errors else 200)


def read(post: QueryDict) -> dict[str, Any]:
    """The rule as typed; ``BadInput`` at the field that makes no sense."""
    rule: dict[str, Any] = {"name": post.get("name", "").strip(), "queue": post.get("queue", "")}
    if not rule["name"]:
        raise BadInput("no_name", "Give the rule a name: it explains why a case is in its queue.", where="name")
    when = {}
    for key in routing_words.fact_words():
        how, text = post.get(f"how-{key}", ""), post.get(f"value-{key}", "").strip()
        if how not in ("", "any"):
            when[key] = _condition(key, how, text)
    rule["when"] = when
    needs = [part.strip() for part in post.get("needs", "").split(",") if part.strip()]
    if needs:
        rule["needs"] = needs
    if post.get("vendor"):
        rule["vendor"] = post.get("vendor", "")
    relax = post.get("relax", "").strip()
    if relax:
        if not relax.isdecimal() or len(relax) > 6:
            raise BadInput("bad_relax", "That is a whole number of minutes, or nothing for never.", where="relax")
        rule["relax_after"] = int(relax) * 60
    if post.get("off"):
        rule["off"] = True
    if post.get("note", "").strip():
        rule["note"] = post.get("note", "").strip()[:200]
    return rule


def written(rule: dict[str, Any]) -> dict[str, str]:
    """A rule as the form shows it."""
    typed = {"name": rule.get("name", ""), "queue": rule.get("queue", ""), "note": rule.get("note", "")}
    for key, wanted in (rule.get("when") or {}).items():
        if isinstance(wanted, dict) and "not" in wanted:
            how, text = "not", _joined(wanted["not"])
        elif isinstance(wanted, dict):
            how, text = "between", f"{wanted.get('min', '')}..{wanted.get('max', '')}"
        else:
            how, text = "in", _joined(wanted)
        typed |= {f"how-{key}": how, f"value-{key}": text}
    typed |= {"needs": ", ".join(rule.get("needs") or ()), "vendor": rule.get("vendor", "")}
    if rule.get("relax_after") is not None:
        typed["relax"] = str(rule["relax_after"] // 60)
    return typed | ({"off": "on"} if rule.get("off") else {})


def _joined(values: list[Any]) -> str:
    return ", ".join('""' if value == "" else str(value) for value in values)


def _condition(key: str, how: str, text: str) -> Any:
    where = f"value-{key}"
    if how == "between":
        low, dots, high = text.partition("..")
        ends = {"min": low.strip(), "max": (high if dots else low).strip()}
        found = {name: _whole(end, where) for name, end in ends.items() if end}
        if not found:
            raise BadInput("no_value", "Write 3..5 for 3 to 5, 3.. for at least 3, ..5 for at most 5.", where=where)
        return found
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise BadInput("no_value", 'Write at least one value; "" stands for none at all.', where=where)
    values: list[Any] = (
        [_whole(part, where) for part in parts] if key in NUMBERS else ["" if part == '""' else part for part in parts]
    )
    return {"not": values} if how == "not" else values


def _whole(text: str, where: str) -> int:
    try:
        return int(text.replace(" ", ""))
    except ValueError:
        raise BadInput("bad_number", f"{text[:20]!r} is no whole number.", where=where) from None


def _place(text: str, count: int, now: int | None) -> int:
    if not text.isdecimal() or len(text) > 6:
        return count if now is None else now
    return max(0, min(count, int(text) - 1))


def _check(rules: list[dict[str, Any]], place: int) -> None:
    try:
        check_table(rules)
    except BadInput as error:
        raise BadInput(
            error.code, error.message, where=error.where.removeprefix(f"rules[{place}]").lstrip("."), hint=error.hint
        ) from None


def _field(where: str) -> str:
    key = where.removeprefix("when.")
    if key != where:
        return f"value-{key}"
    return where if where.startswith("value-") or where in {"queue", "relax", "name", "needs"} else "name"


def _facts(typed: Any) -> list[dict[str, Any]]:
    """The facts as rows of the form."""
    known = {
        "policy": [policy.key for policy in policies.all_policies()],
        "reporter_kind": ["user", "trusted_flagger", "government", "law_enforcement", "platform", "anonymous"],
        "kind": ["review", "second", "appeal", "escalation", "cluster"], "protected": ["protected", "verified"],
        "media": ["text", "image", "video", "audio", "live", "link", "app", "account"],
        "clearance": sorted({row.clearance for row in plan.current().queues.values()} - {""}),
        "item_type": list(ItemType.objects.filter(archived_at__isnull=True).order_by("key").values_list("key", flat=True)),
        "vendors": list(Vendor.objects.order_by("key").values_list("key", flat=True)),
    }  # fmt: skip
    words = [("any", _("any")), ("in", _("is one of")), ("not", _("is none of"))]
    found = []
    for key, label in routing_words.fact_words().items():
        how = typed.get(f"how-{key}", "").removeprefix("any")
        found.append({
            "key": key, "label": label, "how": how, "value": typed.get(f"value-{key}", ""), "known": known.get(key, []),
            "ways": [*words, ("between", _("is between"))] if key in NUMBERS else words, "number": key in NUMBERS,
            "many": key in LISTS,
        })  # fmt: skip
    return found
