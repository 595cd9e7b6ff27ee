"""From draft to in force: what a version touches, the second person, the date; withdrawing it, and bringing an earlier text back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.identity.signon import proof
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.policy import actions, texts, touches
from watchfloor.policy.models import PolicyVersion
from watchfloor.policy.pages import parts


@require_http_methods(parts.METHODS)
@guard.page("policy.edit", "policy.approve")
@proof.fresh()
def publish(request: HttpRequest, key: str, number: int) -> HttpResponseBase:
    """See what a version touches; approve it, put it in force now or at a time, withdraw it."""
    policy = parts.policy_of(key)
    version = texts.version_of(key, number)
    actor = actor_of(request)
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            done = _step(request, version)
            messages.success(request, done % {"number": number})
            return redirect("policy-publish", key, number)
        except (BadInput, Conflict, Forbidden) as refused:
            errors = [(refused.where or "step", parts.sentence(refused))]
            version = texts.version_of(key, number)
    waits = version.state in ("draft", "approved", "scheduled")
    found = touches.of_version(actor, version) if waits else []
    standing = PolicyVersion.objects.filter(policy_key=key, state="in_force").first()
    context = {
        "policy": policy, "version": version, "held": standing, "touches": found, "seen": touches.digest(found),
        "to_mend": sum(touch.stale > 0 for touch in found), "waits": waits, "errors": errors, "error_of": dict(errors),
        "typed": {name: request.POST.get(name, "") for name in ("at", "why")}, "states": parts.states(), "tones": parts.TONES,
        "names": names_of([version.written_by, version.approved_by]), "is_writer": version.written_by == str(actor),
        "may_approve": actor.has("policy.approve"), "may_edit": actor.has("policy.edit"),
        "steps": [_("Written"), _("Approved by a second person"), _("In force")],
        "step": {"draft": 1, "approved": 2, "scheduled": 2}.get(version.state, 3),
    }  # fmt: skip
    return render(request, "policy/publish.html", context, status=422 if errors else 200)


@require_POST
@guard.page("policy.edit")
def bring_back(request: HttpRequest, key: str, number: int) -> HttpResponseBase:
    """A new draft with the text of an earlier version."""
    parts.policy_of(key)
    try:
        with writing(actor_of(request)) as w:
            draft = actions.roll_back(w, key, number, why=request.POST.get("why", ""))
    except (BadInput, Conflict) as refused:
        messages.error(request, parts.sentence(refused))
        return redirect(f"{reverse('policy-detail', args=[key])}?version={number}")
    messages.success(request, _("Draft %(number)s has the text of version %(earlier)s. A colleague can approve it.") % {
        "number": draft.number, "earlier": number})  # fmt: skip
    return redirect("policy-publish", key, draft.number)


def _step(request: HttpRequest, version: PolicyVersion) -> str:
    actor, step = actor_of(request), request.POST.get("step", "")
    if step == "withdraw":
        parts.must(actor, "policy.edit")
        with writing(actor) as w:
            actions.withdraw(w, version, request.POST.get("why", ""))
        return _("Version %(number)s is withdrawn.")
    parts.must(actor, "policy.approve")
    if step == "approve":
        with writing(actor) as w:
            actions.approve(w, version)
        return _("Version %(number)s is approved.")
    if step != "publish":
        raise BadInput("unknown_step", "That is no step of a version.", where="step")
    if request.POST.get("read") != "yes":
        raise BadInput("not_seen", "Say that you have read what it touches.", where="read")
    at = parts.moment(request.POST.get("at", ""), "at")
    with writing(actor) as w:
        published = actions.publish(w, actor, version, seen=request.POST.get("seen", ""), at=at)
    if published.state == "scheduled":
        return _("Version %(number)s will come into force at its time.")
    return _("Version %(number)s is in force.")
