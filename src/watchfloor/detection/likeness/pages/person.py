"""The page behind somebody's secret link: what is asked of them, until when, how long it is kept; pictures are handed in here.

No sign-in: whoever holds the signed link is its reader. Nothing that was handed in is ever shown here again.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from watchfloor.detection.likeness import checks
from watchfloor.identity import guard
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render


@guard.everyone("The address holds a signed key; it takes what one person shows of themselves and gives nothing back.")
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, token: str) -> HttpResponse:
    """Say what is asked; a POST takes pictures and words."""
    try:
        row = checks.from_token(token)
    except NotFound:
        return _private(render(request, "detection/likeness/person.html", {"row": None}, status=404))
    error, note = "", request.POST.get("note", "").replace("\x00", "")
    if request.method == "POST":
        try:
            sent = request.FILES.getlist("files")[: checks.MOST_FILES + 1]
            if any((each.size or 0) > checks.MOST_BYTES for each in sent):
                raise BadInput("too_large", f"A picture may have {checks.MOST_BYTES // 1_000_000} MB.", where="files")
            with writing(system("identity-page")) as w:
                checks.answer(w, row, [each.read() for each in sent], note)
            return _private(HttpResponseRedirect(reverse("identity-person", args=[token])))
        except (BadInput, Conflict) as refused:
            error = f"{refused.message} {refused.hint}".strip()
    context = {
        "row": row, "error": error, "note": note, "files": row.evidence.count(), "days": row.forget_after,
        "open": row.state in ("asked", "answered") and row.due_at > clock.now(), "goes": checks.forget_at(row),
        "gone": row.evidence.exists() and not row.evidence.filter(forgotten_at__isnull=True).exists(), "most": checks.MOST_FILES,
    }  # fmt: skip
    return _private(render(request, "detection/likeness/person.html", context, status=422 if error else 200))


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a secret: not kept, not passed on, not found by search engines."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
