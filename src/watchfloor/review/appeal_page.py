"""The page behind the link in a notice: what was decided and why, in the reader's language, and a form to object. No sign-in."""

from __future__ import annotations

import re
from contextlib import suppress

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods

from watchfloor.enforcement import notices
from watchfloor.enforcement.models import Notice
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor, Scope
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, NotFound
from watchfloor.platform.render import render
from watchfloor.review.actions.filing import file_appeal
from watchfloor.review.appeal_words import WORDS
from watchfloor.review.contracts import AppealIn
from watchfloor.review.models import Appeal

MAX_GROUNDS = 5000
# Whoever holds the signed link may do this one thing.
READER = Actor(
    kind="system", id="appeal-page", name="Appeal page",
    scopes=(Scope(role="appeal-link", permissions=frozenset({"appeal.submit"})),),
)  # fmt: skip


@guard.everyone("The address holds a signed key; it shows the notice that the person was sent.")
@require_http_methods(["GET", "HEAD", "POST"])
def appeal_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the notice; on POST file the appeal and come back to its state."""
    try:
        notice = notices.from_token(token)
    except NotFound:
        return _private(_show(request, None, "", status=404))
    error, grounds = "", request.POST.get("grounds", "").replace("\x00", "").strip()
    status = 200
    if request.method == "POST" and _open(notice):
        words = WORDS[notice.language]
        if not grounds:
            error, status = words["say_why"], 422
        elif len(grounds) > MAX_GROUNDS:
            error, status = words["too_long"], 422
        else:
            # Filed already (a double click, or through the platform)? Then the page says so.
            with suppress(Conflict):
                file_appeal(
                    READER,
                    AppealIn(
                        decision_id=notice.decision_id,
                        by=notice.to,
                        appellant=notice.recipient,
                        grounds=grounds,
                        language=notice.language,
                    ),
                )
            return _private(HttpResponseRedirect(reverse("appeal-page", args=[token])))
    return _private(_show(request, notice, grounds, error, status=status))


def _show(
    request: HttpRequest, notice: Notice | None, grounds: str, error: str = "", *, status: int = 200
) -> HttpResponse:
    language = notice.language if notice else translation.get_language() or "en"
    words = WORDS.get(language, WORDS["en"])
    appeal = None
    if notice is not None:
        appeal = Appeal.objects.filter(decision_id=notice.decision_id, by=notice.to).order_by("-filed_at").first()
    context = {
        "words": words,
        "notice": notice,
        "paragraphs": _paragraphs(notice) if notice else [],
        "appeal": appeal,
        "state": words.get(f"state_{appeal.state}", words["state_queued"]) if appeal else "",
        "is_open": notice is not None and _open(notice),
        "grounds": grounds,
        "error": error,
        "most": MAX_GROUNDS,
    }
    with translation.override(language):
        return render(request, "review/appeal.html", context, status=status)


def _open(notice: Notice) -> bool:
    return notice.appeal_until is not None and clock.now() <= notice.appeal_until


def _paragraphs(notice: Notice) -> list[str]:
    """The notice without the link, which leads to this very page, and without the colon that announced it."""
    body = re.sub(r"[:：]?\n\{\{appeal_link\}\}", lambda found: "." if found[0][0] in ":：" else "", notice.body)
    return [part.strip() for part in body.split("\n\n") if part.strip()]


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a secret: not kept, not passed on, not found by search engines."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
