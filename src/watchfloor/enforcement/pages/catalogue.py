"""The catalogue of actions and the ladder: what reviewers can choose, and what strikes add up to."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.enforcement import automation, catalogue, catalogue_actions, ladder_history, queries
from watchfloor.enforcement.domain import Step
from watchfloor.enforcement.models import ActionKind
from watchfloor.enforcement.pages.actions import held_count
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render

DAYS = 30
SPARE = 2  # empty rows to add steps in
LANGUAGES = ("en", "es", "ja", "ar")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("enforcement.view")
def index(request: HttpRequest) -> HttpResponse:
    """``/enforcement/catalogue``: entries and ladder. POST: a ladder to look at (``step=preview``) or to go by (``step=save``)."""
    actor = actor_of(request)
    errors = Errors()
    steps = [{"points": step.points, "action": step.action_key, "name": step.name} for step in queries.ladder()]
    preview = None
    if request.method == "POST":
        _may(actor)
        steps = _typed(request)
        with mending(errors):
            wanted = _steps(steps)
            if request.POST.get("step") == "save":
                with writing(actor) as w:
                    catalogue_actions.save_ladder(w, wanted)
                messages.success(request, _("The ladder holds from now on. What earlier steps did stays as it is."))
                return HttpResponseRedirect(reverse("enforcement-catalogue"))
            hidden = queries.hidden_policies(actor, "enforcement.view")
            now, then = (
                ladder_history.would_have(queries.ladder(), DAYS, without=hidden),
                ladder_history.would_have(wanted, DAYS, without=hidden),
            )
            keys = sorted({*now.by_action, *then.by_action})
            preview = {
                "now": now, "then": then,
                "rows": [(queries.kind_name(key), now.by_action.get(key, 0), then.by_action.get(key, 0)) for key in keys],
            }  # fmt: skip
    # Of the actions one may know of, here as everywhere: a count must not tell of a restricted case.
    taken = queries.visible_actions(actor).filter(inverse_of__isnull=True).order_by()
    used = dict(taken.values_list("kind_key").annotate(n=Count("pk")))
    context = {
        "kinds": [
            {"kind": kind, "used": used.get(kind.key, 0), "does": _does(kind.does, kind.params)} for kind in queries.kinds(enabled=False)
        ],
        "steps": steps + _spare(actor),
        "choices": [("", _("No step"))] + [(kind.key, kind.name) for kind in queries.kinds() if kind.target == "author"],
        "kind_names": {kind.key: kind.name for kind in queries.kinds(enabled=False)},
        "preview": preview, "errors": errors, "days": DAYS, "may_edit": actor.has("enforcement.catalogue"),
        "limit": automation.limits().order, "held": held_count(actor),
    }  # fmt: skip
    return render(request, "enforcement/catalogue.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("enforcement.catalogue")
def kind(request: HttpRequest, key: str = "") -> HttpResponse:
    """One entry, or (``key`` empty) a new one. POST saves it, archives it or offers it again."""
    actor = actor_of(request)
    row = ActionKind.objects.filter(key=key).first()
    if key and row is None:
        raise NotFound("unknown_action", "There is no such action.")
    errors = Errors()
    if request.method == "POST":
        step = request.POST.get("step", "save")
        with mending(errors), writing(actor) as w:
            if row is not None and step in ("archive", "offer"):
                catalogue_actions.enable(w, row, on=step == "offer")
            else:
                if row is None and ActionKind.objects.filter(key=request.POST.get("key", "")).exists():
                    raise BadInput("known_already", _("There is an entry of this key already."), where="key")
                catalogue_actions.save_kind(w, **_values(request, row))
        if not errors:
            messages.success(request, _("Saved. Decisions from now on go by it."))
            return HttpResponseRedirect(reverse("enforcement-catalogue"))
    effects = catalogue.effects()
    context = {
        "kind": row, "errors": errors, "typed": request.POST or _stored(row), "codes": LANGUAGES,
        "effects": [(name, f"{name.replace('_', ' ')}: {_does(name, {})}") for name in sorted(effects)],
        "effect": effects.get(row.does) if row else None,
    }  # fmt: skip
    return render(request, "enforcement/kind.html", context, status=422 if errors else 200)


def _values(request: HttpRequest, row: ActionKind | None) -> dict[str, Any]:
    typed = request.POST
    try:
        params = msgspec.json.decode(typed.get("params", "").strip() or "{}", type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise BadInput("bad_params", _("These are no parameters: %(why)s") % {"why": error}, where="params") from None
    does = row.does if row is not None else typed.get("does", "")
    values: dict[str, Any] = {
        "key": row.key if row is not None else typed.get("key", "").strip(), "does": does, "name": typed.get("name", "").strip(),
        "help": typed.get("help", "").strip(), "inverse_name": typed.get("inverse_name", "").strip()[:120],
        "phrases": {code: text for code in LANGUAGES if (text := typed.get(f"phrase_{code}", "").strip())}, "params": params,
        "needs_approval": bool(typed.get("needs_approval")),
    }  # fmt: skip
    for name in ("duration_hours", "delay_hours", "mass_limit"):
        text = typed.get(name, "").strip()
        if text and not text.isdecimal():
            raise BadInput("bad_number", _("Give a whole number."), where=name)
        values[name] = int(text) if text else None
    if not values["phrases"].get("en"):
        raise BadInput("no_phrase", _("Say in English how a notice puts it."), where="phrase_en")
    if row is not None:  # what a team has set by hand stays
        values |= {
            "inverse_key": row.inverse_key,
            "target": row.target,
            "item_state": row.item_state,
            "position": row.position,
        }
    return values


def _stored(row: ActionKind | None) -> dict[str, Any]:
    if row is None:
        return {}
    found = {
        name: getattr(row, name)
        for name in ("key", "name", "help", "inverse_name", "duration_hours", "delay_hours", "mass_limit")
    }
    found |= {f"phrase_{code}": row.phrases.get(code, "") for code in LANGUAGES}
    found["params"] = msgspec.json.encode(row.params).decode() if row.params else ""
    found["needs_approval"] = row.needs_approval
    return {name: "" if value is None else value for name, value in found.items()}


def _typed(request: HttpRequest) -> list[dict[str, Any]]:
    rows = zip(
        request.POST.getlist("points"), request.POST.getlist("action"), request.POST.getlist("name"), strict=False
    )
    return [
        {"points": points.strip(), "action": action, "name": name.strip()}
        for points, action, name in rows
        if points.strip() or action
    ]


def _steps(typed: list[dict[str, Any]]) -> list[Step]:
    found = []
    for place, each in enumerate(typed):
        if not each["action"]:
            continue  # no step any more
        if not each["points"].isdecimal() or not 1 <= int(each["points"]) <= 1_000:
            raise BadInput("bad_step", _("A step stands at 1 to 1,000 points."), where=f"points-{place}")
        found.append(Step(points=int(each["points"]), action_key=each["action"], name=each["name"][:120]))
    if len({step.points for step in found}) != len(found):
        raise BadInput("bad_step", _("Two steps cannot stand at the same number of points."), where="points-0")
    return sorted(found, key=lambda step: step.points)


def _does(effect: str, params: dict[str, Any]) -> str:
    found = catalogue.effects().get(effect)
    return found.preview(params, _) if found is not None else _("Its action class is not installed.")


def _spare(actor: Actor) -> list[dict[str, Any]]:
    """Empty rows, for who may add steps."""
    return (
        [{"points": "", "action": "", "name": ""} for _each in range(SPARE)]
        if actor.has("enforcement.catalogue")
        else []
    )


def _may(actor: Actor) -> None:
    if not actor.has("enforcement.catalogue"):
        raise Forbidden("no_permission", "Your roles do not include editing the catalogue and the ladder.")
