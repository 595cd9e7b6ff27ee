"""The page behind the link in a notice: what was decided and why, a form to object, then how it stands and what came of it.

No sign-in: whoever holds the signed link is its reader. Nothing is counted, nothing is loaded from elsewhere, scripts are not needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

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
from watchfloor.review.actions.filing import LONGEST_TEXT, MOST_TEXTS, add_text, file_appeal, withdraw
from watchfloor.review.appeal_words import WORDS
from watchfloor.review.contracts import AppealIn
from watchfloor.review.models import Appeal

MAX_GROUNDS = 5000
MAX_FILE = 80_000  # bytes
# Whoever holds the signed link may do these things with their own appeal.
READER = Actor(
    kind="system", id="appeal-page", name="Appeal page",
    scopes=(Scope(role="appeal-link", permissions=frozenset({"appeal.submit"})),),
)  # fmt: skip
FELL = ("overturned", "remedied")
Typed = dict[str, str]


class Problem(Exception):
    """What was typed cannot be taken: the field, and the key of the sentence that says why."""

    def __init__(self, field: str, word: str) -> None:
        super().__init__(word)
        self.field, self.word = field, word


@guard.everyone("The address holds a signed key; it shows the notice that the person was sent.")
@require_http_methods(["GET", "HEAD", "POST"])
def appeal_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the notice and how its appeal stands; POST files it, adds to it or takes it back, and comes back here."""
    try:
        notice = notices.from_token(token)
    except NotFound:
        return _private(_show(request, None, {}, status=404))
    typed = {name: request.POST.get(name, "").replace("\x00", "").strip() for name in ("grounds", "more")}
    if request.method == "POST":
        step = STEPS.get(request.POST.get("step", ""), _file)
        try:
            # Done already (a double click, or through the platform)? Then the page says how it stands.
            with suppress(Conflict):
                step(request, notice, typed)
        except Problem as problem:
            return _private(_show(request, notice, typed, problem, status=422))
        return _private(HttpResponseRedirect(reverse("appeal-page", args=[token])))
    return _private(_show(request, notice, typed))


def _file(request: HttpRequest, notice: Notice, typed: Typed) -> None:
    if not _open(notice) or notice.decision_id is None:
        return
    if not typed["grounds"]:
        raise Problem("grounds", "say_why")
    if len(typed["grounds"]) > MAX_GROUNDS:
        raise Problem("grounds", "too_long")
    handed_in = _text_file(request)
    file_appeal(
        READER,
        AppealIn(
            decision_id=notice.decision_id, by=notice.to, appellant=notice.recipient, grounds=typed["grounds"],
            language=notice.language, notice_id=notice.pk, texts=(handed_in,) if handed_in else (),
        ),
    )  # fmt: skip


def _add(request: HttpRequest, notice: Notice, typed: Typed) -> None:
    row = _appeal(notice)
    if row is None or row.state != Appeal.State.QUEUED:
        return
    given = [("", typed["more"])] if typed["more"] else []
    if handed_in := _text_file(request):
        given.append(handed_in)
    if not given:
        raise Problem("more", "say_why")
    if row.texts.count() + len(given) > MOST_TEXTS:
        raise Problem("more", "too_many")
    for name, text in given:
        if len(text) > LONGEST_TEXT:
            raise Problem("more", "too_long_text")
        add_text(READER, row.pk, text, name)


def _withdraw(request: HttpRequest, notice: Notice, typed: Typed) -> None:
    row = _appeal(notice)
    if row is not None and row.state == Appeal.State.QUEUED:
        withdraw(READER, row.pk)


STEPS: dict[str, Callable[[HttpRequest, Notice, Typed], None]] = {"file": _file, "add": _add, "withdraw": _withdraw}


def _text_file(request: HttpRequest) -> tuple[str, str] | None:
    """The text of an uploaded file: read as UTF-8 text and kept as that, whatever it calls itself; anything else is refused."""
    upload = request.FILES.get("file")
    if upload is None:
        return None
    if upload.size is None or upload.size > MAX_FILE:
        raise Problem("file", "bad_file")
    try:
        text = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Problem("file", "bad_file") from None
    clean = text.strip()
    if not clean or len(clean) > LONGEST_TEXT or "\x00" in clean:
        raise Problem("file", "bad_file")
    return (upload.name or "")[:120], clean


def _show(
    request: HttpRequest, notice: Notice | None, typed: Typed, problem: Problem | None = None, *, status: int = 200
) -> HttpResponse:
    language = notice.language if notice else translation.get_language() or "en"
    words = WORDS.get(language, WORDS["en"])
    appeal = _appeal(notice) if notice else None
    context: dict[str, Any] = {
        "words": words,
        "notice": notice,
        "paragraphs": _paragraphs(notice) if notice else [],
        "appeal": appeal,
        "state": words.get(f"state_{appeal.state}", words["state_queued"]) if appeal else "",
        "why": words.get(f"why_{appeal.why_code}", "") if appeal and appeal.why_code else "",
        "fell": appeal is not None and appeal.state in FELL,
        "is_open": notice is not None and _open(notice),
        "may_add": appeal is not None and appeal.state == Appeal.State.QUEUED and appeal.texts.count() < MOST_TEXTS,
        "typed": typed,
        "errors": {problem.field: words[problem.word]} if problem else {},
        "most": MAX_GROUNDS,
        "most_text": LONGEST_TEXT,
    }
    with translation.override(language):
        return render(request, "review/appeal.html", context, status=status)


def _appeal(notice: Notice) -> Appeal | None:
    """The appeal of this notice's reader: one that can be heard, else the last that could not."""
    if notice.decision_id is None:
        return None
    rows = Appeal.objects.filter(decision_id=notice.decision_id, by=notice.to, appellant=notice.recipient)
    return rows.exclude(state=Appeal.State.INELIGIBLE).first() or rows.order_by("-filed_at").first()


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
