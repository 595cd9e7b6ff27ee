"""One rule: its life and what each step needs, its tests, what it found and would find, and why it fires or does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from watchfloor.detection import actions, queries
from watchfloor.detection.models import BacktestRun, Rule
from watchfloor.detection.pages import parts, rule_view
from watchfloor.engines import sml
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Forbidden, WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render

TYPED = {
    "step": "", "after": "", "percent": "10", "why": "", "event": "", "item": "", "days": "28", "test": "", "name": "",
    "fires": "yes", "path": "", "revision": "", "owner": "",
}  # fmt: skip
NEEDS = {
    "state": "rule.enable", "approve": "rule.enable", "put_on": "rule.enable", "owner": "rule.enable",
    "backtest": "rule.edit", "add_test": "rule.edit", "remove_test": "rule.edit", "restore": "rule.edit",
}  # fmt: skip
AT_FIELD = {"why", "percent", "days", "test"}  # errors that stand at a field of their name


@require_http_methods(["GET", "POST"])
@guard.page("rule.view")
def rule_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One rule; a POST takes a step (see ``STEPS``) or asks why it fires on a pasted event (``step=why``)."""
    rule, actor = queries.rule(name), actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    typed = {field: given.get(field, default) for field, default in TYPED.items()}
    errors: dict[str, str] = {}
    explanation = None
    step = typed["step"] if request.method == "POST" else ""
    if step in NEEDS and not actor.has(NEEDS[step]):
        raise Forbidden("no_permission", "Your roles do not include this step.", hint=f"It needs {NEEDS[step]}.")
    try:
        if step in STEPS:
            said, tab = STEPS[step](actor, rule, typed)
            messages.success(request, said)
            return HttpResponseRedirect(reverse("rule-detail", args=[name]) + (f"?tab={tab}#tabs" if tab else ""))
        if typed["event"].strip() or typed["item"]:
            explanation = _explain(actor, name, typed)
    except Forbidden as error:
        if error.code == "no_permission":
            raise
        errors["after"] = error.message
    except WatchfloorError as error:
        place = (
            error.where
            if error.where in AT_FIELD
            else {"why": "event", "": "event", "add_test": "test"}.get(step, "after")
        )
        errors[place] = " ".join(part for part in (error.message, error.hint) if part)
    context = rule_view.context(request, rule, typed, errors, explanation)
    return render(request, "detection/rule.html", context)


@require_GET
@guard.page("rule.view")
def backtest_progress(request: HttpRequest, name: str) -> HttpResponse:
    """How far the backtest is: a piece of the page that asks for itself again; when it is over the page is loaded anew."""
    queries.rule(name)
    run = BacktestRun.objects.filter(rule=name).order_by("-asked_at").first()
    response = render(request, "detection/rule_running.html", {"run": run, "name": name})
    if run is None or run.state in ("done", "failed"):
        response["HX-Refresh"] = "true"
    return response


def _state(actor: Actor, rule: Rule, typed: dict[str, str]) -> tuple[str, str]:
    with writing(actor) as w:
        actions.set_rule_state(
            w, rule.name, typed["after"], why=typed["why"], percent=_whole(typed["percent"], "percent")
        )
    words = parts.state_words()[typed["after"]]
    return _("%(rule)s is now: %(state)s.") % {"rule": rule.name, "state": words}, ""


def _put_on(actor: Actor, rule: Rule, typed: dict[str, str]) -> tuple[str, str]:
    with writing(actor) as w:
        actions.put_on_text(w, rule.name, why=typed["why"])
    return _("%(rule)s goes by its new text.") % {"rule": rule.name}, ""


def _approve(actor: Actor, rule: Rule, typed: dict[str, str]) -> tuple[str, str]:
    with writing(actor) as w:
        actions.approve(w, rule.name, why=typed["why"])
    return _("You agreed to this text of %(rule)s.") % {"rule": rule.name}, ""


def _backtest(actor: Actor, rule: Rule, typed: dict[str, str]) -> tuple[str, str]:
    actions.ask_backtest(actor, rule.name, _whole(typed["days"], "days"), why=typed["why"])
    return _("The backtest runs; this page shows how far it is."), "backtest"


def _add_test(actor: Actor, rule: Rule, typed: dict[str, str]) -> tuple[str, str]:
    """From pasted JSON, or from an item as it looks now."""
    if typed["item"]:
        event = queries.event_of(queries.visible_item(actor, ids.decode("itm", typed["item"])))
        data: Any = msgspec.to_builtins(event)
    else:
        try:
            data = msgspec.json.decode(typed["test"].encode())
        except msgspec.DecodeError as error:
            raise BadInput("not_json", f"The event is no JSON: {error}.", where="test") from None
    with writing(actor) as w:
        actions.add_example(w, rule.name, data, fires=typed["fires"] == "yes", name=typed["name"])
    return _("The test is kept."), "tests"


def _remove_test(actor: Actor, rule: Rule, typed: dict[str, str]) -> tuple[str, str]:
    with writing(actor) as w:
        actions.remove_example(w, ids.decode("test", typed["test"]))
    return _("The test is taken out."), "tests"


def _restore(actor: Actor, rule: Rule, typed: dict[str, str]) -> tuple[str, str]:
    reason = typed["why"].strip() or _("back to revision %(number)s") % {"number": typed["revision"]}
    with writing(actor, reason=reason) as w:
        actions.restore(w, typed["path"], _whole(typed["revision"], "revision"))
    return _("%(path)s has its former text again, as a new revision.") % {"path": typed["path"]}, "history"


def _owner(actor: Actor, rule: Rule, typed: dict[str, str]) -> tuple[str, str]:
    with writing(actor) as w:
        actions.set_owner(w, rule.name, str(actor) if typed["owner"] == "me" else "")
    return (_("You look after %(rule)s now.") if typed["owner"] == "me" else _("Nobody looks after %(rule)s now.")) % {
        "rule": rule.name
    }, ""


STEPS: dict[str, Callable[[Actor, Rule, dict[str, str]], tuple[str, str]]] = {
    "state": _state, "put_on": _put_on, "approve": _approve, "backtest": _backtest, "add_test": _add_test,
    "remove_test": _remove_test, "restore": _restore, "owner": _owner,
}  # fmt: skip


def _explain(actor: Actor, name: str, typed: dict[str, str]) -> sml.Explanation:
    if typed["event"].strip():
        return queries.explain(name, sml.event_from_json(typed["event"].encode()))
    item = queries.visible_item(actor, ids.decode("itm", typed["item"]))
    event = queries.event_of(item)
    typed["shown"] = msgspec.json.format(msgspec.json.encode(event.data), indent=2).decode()
    return queries.explain(name, event)


def _whole(text: str, where: str) -> int:
    try:
        return int(text)
    except ValueError:
        words = "The share is a whole number from 1 to 99." if where == "percent" else "That is a whole number."
        raise BadInput(f"bad_{where}", words, where=where) from None
