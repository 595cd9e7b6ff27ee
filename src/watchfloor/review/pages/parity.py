"""The parity report: are protected accounts treated as others are?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.platform.render import render
from watchfloor.review.domain.parity import ENOUGH
from watchfloor.review.queries import parity as figures


@require_safe
@guard.page("protected.know")
def index(request: HttpRequest) -> HttpResponse:
    """``/protected/parity``, ``?days=``."""
    asked = request.GET.get("days", "90")
    days = int(asked) if asked in {str(each) for each in figures.DAYS} else 90
    context = {
        "found": figures.parity(actor_of(request), days), "days": days, "choices": figures.DAYS, "enough": ENOUGH,
        "verdicts": {
            "too_few": _("Too few decisions to say anything. Nothing is shown, so that nobody reads noise."),
            "unclear": _("The interval is too wide to say whether there is a difference."),
            "stricter": _("Protected accounts are found violating more often than others under the same policies."),
            "milder": _("Protected accounts are found violating less often than others under the same policies."),
            "no_difference": _("No difference larger than the interval shows."),
        },
    }  # fmt: skip
    return render(request, "review/parity.html", context)
