"""The sandbox: a practice case on the bench, and what is said to the answer at once."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.training import bank, learning, sandbox
from watchfloor.training.models import TrainingItem
from watchfloor.training.pages import parts


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.LEARN)
def case(request: HttpRequest, key: str) -> HttpResponseBase:
    """The next practice case of a policy; a POST answers the one it names."""
    policy = parts.policy_of(key)
    reviewer = parts.me(request)
    item = sandbox.next_case(reviewer, key)
    error = ""
    if request.method == "POST":
        item = bank.item(_uuid(request.POST.get("item", "")))
        verdict = request.POST.get("verdict", "")
        given = "clean" if verdict == "clean" else request.POST.get("violation", "")
        try:
            with writing(actor_of(request)) as w:
                row = sandbox.answer(w, reviewer, item.pk, given)
            return redirect("training-said", key, row.pk)
        except BadInput:
            error = (
                _("Choose what is violated first, or find it clean.") if not item.options else _("Choose an answer.")
            )
    return render(
        request, "training/practice.html",
        {"policy": policy, "standing": sandbox.standing(reviewer, key), "error": error, "chosen": request.POST.get("violation", ""),
         **(bench(item) if item is not None else {"item": None})},
        status=422 if error else 200,
    )  # fmt: skip


@require_safe
@guard.page(*parts.LEARN)
def said(request: HttpRequest, key: str, answer_id: UUID) -> HttpResponseBase:
    """What is right, the clause word for word, and why."""
    policy, reviewer = parts.policy_of(key), parts.me(request)
    feedback = sandbox.feedback(reviewer, answer_id)
    context = {
        "policy": policy, "said": feedback, "content": parts.shown(feedback.item),
        "standing": sandbox.standing(reviewer, key), "path": learning.path(reviewer, key),
    }  # fmt: skip
    return render(request, "training/said.html", context)


def bench(item: TrainingItem) -> dict[str, object]:
    """What the bench needs to show an item: its content, what may be found, and the policy beside it."""
    market = str(item.content.get("market", ""))
    return {
        "item": item, "content": parts.shown(item), "version": policies.version_in_force(item.policy_key),
        "kinds": [] if item.options else policies.violations(item.policy_key, market), "options": item.options,
    }  # fmt: skip


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadInput("bad_id", "That is no practice case.", where="item") from None
