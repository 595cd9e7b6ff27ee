"""``/policy-models``: models of others that are asked: how right they were, what they took; set up, changed, replayed on history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.detection.modelling import asked
from watchfloor.detection.modelling.asked_client import Spec
from watchfloor.detection.modelling.models import PolicyModel
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies

FIELDS = ("key", "policy", "kind", "url", "model", "mode", "language", "per_day", "timeout", "instructions", "labels",
          "price_in", "price_out")  # fmt: skip
EMPTY = {"kind": "chat", "mode": "draft", "per_day": "500", "timeout": "10", "price_in": "0", "price_out": "0"}


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("rule.view")
def index(request: HttpRequest) -> HttpResponse:
    """The list, and the form of one: a new one, or with ``key`` that one."""
    errors: list[tuple[str, str]] = []
    chosen = PolicyModel.objects.filter(key=request.GET.get("key", "")).first()
    typed = _typed(chosen)
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
        try:
            _save(request, typed)
        except (BadInput, Conflict) as error:
            errors.append((error.where or "mode", f"{error.message} {error.hint}".strip()))
        else:
            messages.success(request, _("The policy model is saved."))
            return HttpResponseRedirect(reverse("policy-models"))
    rows = [
        {"it": row, "figures": asked.figures(row), "url": f"?key={row.key}#form"}
        for row in PolicyModel.objects.order_by("key")
    ]
    names = {row.key: row.name for row in policies.all_policies() if not row.clearance}
    context: dict[str, Any] = {
        "rows": rows, "names": names, "typed": typed, "errors": errors, "chosen": chosen, "modes": _modes(),
        "kinds": [("chat", _("Chat, compatible with OpenAI's")), ("labels", _("Classifier with fixed labels")),
                  ("onnx", _("ONNX file on this machine"))],
        "may_enable": actor_of(request).has("rule.enable"),
    }  # fmt: skip
    return render(request, "detection/modelling/judges.html", context, status=422 if errors else 200)


@require_POST
@guard.page("rule.enable")
def replay(request: HttpRequest, key: str) -> HttpResponse:
    """Ask it about decided cases."""
    count = request.POST.get("count", "")
    try:
        asked.replay(key, int(count) if count.isdigit() else -1)
    except (BadInput, NotFound) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("It is asked about decided cases now; its figures follow."))
    return HttpResponseRedirect(reverse("policy-models"))


def _modes() -> list[tuple[str, str]]:
    return [("off", _("Off")), ("draft", _("Draft beside the case")), ("veto", _("May veto what rules do")),
            ("consensus", _("Must agree to what rules do"))]  # fmt: skip


def _typed(row: PolicyModel | None) -> dict[str, str]:
    if row is None:
        return {**dict.fromkeys(FIELDS, ""), **EMPTY}
    labels = ", ".join(name for name, violating in row.spec.get("labels", {}).items() if violating)
    clean = ", ".join(name for name, violating in row.spec.get("labels", {}).items() if not violating)
    own = {"key": row.key, "policy": row.policy_key, "mode": row.mode, "language": row.language, "per_day": str(row.per_day),
           "labels": f"{labels} / {clean}" if labels or clean else ""}  # fmt: skip
    return {**{name: str(row.spec.get(name, "")) for name in FIELDS}, **own}


def _save(request: HttpRequest, typed: dict[str, str]) -> None:
    actor = actor_of(request)
    if not actor.has("rule.enable"):
        raise Forbidden("no_permission", "Your roles do not include choosing models.")
    violating, _slash, clean = typed["labels"].partition("/")
    labels = {name.strip(): True for name in violating.split(",") if name.strip()}
    labels |= {name.strip(): False for name in clean.split(",") if name.strip()}
    spec = Spec(
        kind=typed["kind"], url=typed["url"], model=typed["model"], timeout=_number(typed, "timeout"), labels=labels,
        instructions=typed["instructions"], price_in=_number(typed, "price_in"), price_out=_number(typed, "price_out"),
    )  # fmt: skip
    with writing(actor) as w:
        asked.save(
            w, typed["key"], typed["policy"], spec, language=typed["language"], per_day=int(_number(typed, "per_day")),
            mode=typed["mode"],
        )  # fmt: skip


def _number(typed: dict[str, str], name: str) -> float:
    try:
        return float(typed[name].replace(",", ".") or 0)
    except ValueError:
        raise BadInput("not_a_number", f"{typed[name][:20]!r} is no number.", where=name) from None
