"""A policy's frame: a new policy, for an event say, and what an existing one is called and how grave it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.policy import actions, domain, queries
from watchfloor.policy.contracts import PolicyRef
from watchfloor.policy.models import Policy
from watchfloor.policy.pages import parts

FIELDS = ("key", "name", "names", "harm_group", "severity", "target_hours", "clearance", "dsa_category")


@require_http_methods(parts.METHODS)
@guard.page("policy.edit")
def new(request: HttpRequest) -> HttpResponseBase:
    """Make a policy. Nothing holds under it until a version of its text is in force."""
    return _page(request, None)


@require_http_methods(parts.METHODS)
@guard.page("policy.approve")
def frame(request: HttpRequest, key: str) -> HttpResponseBase:
    """Change a policy's frame: it holds at once, so it is for those who may approve."""
    return _page(request, parts.policy_of(key))


def _page(request: HttpRequest, policy: PolicyRef | None) -> HttpResponseBase:
    typed = _typed(policy)
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}
        key = policy.key if policy else typed["key"]
        try:
            values = _values(typed)
            if policy is None:
                if Policy.objects.filter(key=key).exists():
                    raise Conflict(
                        "known_policy", f"There is a policy {key[:60]!r} already.", hint="Choose another key."
                    )
                values["position"] = Policy.objects.count()
            with writing(actor_of(request)) as w:
                actions.save_policy(w, key=key, **values)
            if policy is None:
                messages.success(request, _("The policy is made. Write its first version now."))
                return redirect("policy-write", key)
            messages.success(request, _("Saved: it holds at once."))
            return redirect("policy-detail", key)
        except (BadInput, Conflict) as refused:
            where = refused.where.rpartition(".")[2]
            errors = [(where if where in FIELDS else "key" if policy is None else "name", parts.sentence(refused))]
    context = {
        "policy": policy, "typed": typed, "errors": errors, "error_of": dict(errors),
        "groups": [(name, name.replace("_", " ")) for name in domain.HARM_GROUPS],
        "clearances": [("", _("Everyone who works the queue")), *((name, name.replace("_", " ")) for name in _clearances())],
        "categories": [("", _("None")), *(
            (name, name.removeprefix("STATEMENT_CATEGORY_").replace("_", " ").capitalize()) for name in domain.DSA_CATEGORIES
        )],
    }  # fmt: skip
    return render(request, "policy/frame.html", context, status=422 if errors else 200)


def _clearances() -> list[str]:
    return sorted({policy.clearance for policy in queries.all_policies() if policy.clearance})


def _typed(policy: PolicyRef | None) -> dict[str, str]:
    if policy is None:
        return dict.fromkeys(FIELDS, "") | {"severity": "2", "target_hours": "24", "harm_group": "other"}
    return {
        "key": policy.key, "name": policy.name, "harm_group": policy.harm_group, "severity": str(policy.severity),
        "target_hours": f"{policy.target_hours:g}", "clearance": policy.clearance, "dsa_category": policy.dsa_category,
        "names": "\n".join(f"{language}: {name}" for language, name in sorted(policy.names.items())),
    }  # fmt: skip


def _values(typed: dict[str, str]) -> dict[str, Any]:
    if not 0 < len(typed["name"]) <= 120:
        raise BadInput("no_name", "A policy has a name of 1 to 120 characters.", where="name")
    if typed["harm_group"] not in domain.HARM_GROUPS:
        raise BadInput("unknown_group", "That is no harm group.", where="harm_group")
    names = {}
    for line in filter(str.strip, typed["names"].split("\n")):
        language, sep, name = line.partition(":")
        if not sep or not name.strip():
            raise BadInput(
                "bad_name", f"{line[:40]!r} is no name in a language.", where="names", hint='As in "es: Odio".'
            )
        names[domain.check_language(language.strip())] = name.strip()
    return {
        "name": typed["name"], "names": names, "harm_group": typed["harm_group"], "clearance": typed["clearance"],
        "dsa_category": typed["dsa_category"], "severity": int(_number(typed["severity"], "severity")),
        "target_hours": _number(typed["target_hours"], "target_hours"),
    }  # fmt: skip


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput("bad_number", f"{text[:20]!r} is no number.", where=where) from None
