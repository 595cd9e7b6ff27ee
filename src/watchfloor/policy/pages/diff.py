"""Two versions side by side in one text: what was taken out, what came in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.platform.render import render
from watchfloor.policy import texts
from watchfloor.policy.domain.differences import compare
from watchfloor.policy.models import PolicyVersion
from watchfloor.policy.pages import parts


@require_safe
@guard.page("policy.view")
def policy_diff(request: HttpRequest, key: str) -> HttpResponse:
    """``?a=2&b=3``; without them the version in force and the newest, or the two newest."""
    policy = parts.policy_of(key)
    versions = list(PolicyVersion.objects.filter(policy_key=key).order_by("-number"))
    by_number = {row.number: row for row in versions}
    newest = by_number.get(parts.number_of(request, "b") or 0) or next(iter(versions), None)
    in_force = next((row for row in versions if row.state == "in_force"), None)
    before = by_number.get(parts.number_of(request, "a") or 0)
    if before is None and newest is not None:
        earlier = [row for row in versions if row.number < newest.number]
        before = in_force if in_force is not None and in_force.number < newest.number else next(iter(earlier), newest)
    found = compare(texts.document_of(before), texts.document_of(newest)) if before and newest else None
    states = parts.states()
    options = [
        (row.number, _("Version %(number)s") % {"number": row.number} + f" · {states[row.state]}") for row in versions
    ]
    context = {
        "policy": policy, "before": before, "after": newest, "found": found, "options": options,
        "tabs": parts.tabs(actor_of(request), key, "diff"), "hows": parts.hows(), "fields": field_words(),
    }  # fmt: skip
    return render(request, "policy/diff.html", context)


def field_words() -> dict[str, str]:
    """What the parts of a violation type are called."""
    return {
        "clause": _("Clause"), "name": _("Name"), "help": _("Explanation"), "severity": _("Severity"),
        "points": _("Strike points"), "actions": _("Actions"), "markets": _("Where"),
    }  # fmt: skip
