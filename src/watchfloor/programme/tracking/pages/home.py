"""The first page of Programme: what is late, what is next, what is mine, what changed; and when one gets it by mail."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.programme import forms
from watchfloor.programme.stakeholders import letters
from watchfloor.programme.stakeholders import queries as stakeholders
from watchfloor.programme.tracking import access, digests, queries, show
from watchfloor.programme.tracking.models import Digest, Initiative, Milestone
from watchfloor.programme.tracking.pages import parts

SINCE = timedelta(days=7)
MOST = 8


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW, "programme.suggest")
def index(request: HttpRequest) -> HttpResponseBase:
    """The overview; who only suggests is sent to their suggestions. A POST says when the digest comes."""
    actor = actor_of(request)
    if not actor.has(access.VIEW):
        try:
            return redirect(reverse("programme-suggestions"))
        except NoReverseMatch:
            return redirect("programme-yours")
    errors: forms.Errors = []
    if request.method == "POST":
        verbs = {"digest": lambda: _digest(request)} | ({"mail": _mail_again} if stakeholders.writes(actor) else {})
        said = forms.act(request, verbs, allowed=access.person_of(actor) is not None)
        if said is None:
            return redirect("programme")
        errors = said
    who, since = access.person_of(actor), clock.now() - SINCE
    found = digests.news(actor, since, mine=False)
    mine = [row for row in queries.open_of(who) if who] if who else []
    running = Initiative.objects.filter(access.rows(actor), state__in=("planned", "running", "paused"))
    yours = stakeholders.waiting(actor)
    stones = Milestone.objects.filter(initiative__in=running, reached_at=None, due__lt=clock.now()).select_related(
        "initiative"
    )
    lost = letters.given_up() if stakeholders.writes(actor) else None
    context = {
        "stones": list(stones.order_by("due")[:20]), "lost": lost.count() if lost is not None else 0,
        "lost_why": lost.values_list("problem", flat=True).first() if lost else "",
        **parts.context(request, "programme"), "late": show.cards(actor, found.late), "next": show.cards(actor, found.next[:MOST]),
        "mine": show.cards(actor, mine[:MOST]), "mine_count": len(mine), "done": found.done[:MOST], "slipped": found.slipped[:MOST],
        "slip_names": names_of(slip.by for slip in found.slipped), "yours": yours, "errors": errors, "error_of": dict(errors),
        "running": running.count(), "anything": queries.actions(actor).exists() or running.exists(),
        "digest": Digest.objects.filter(person=who).first() if who else None, "clock_zone": parts.viewer_zone(),
        "every": [("never", _("Never")), ("day", _("Every day")), ("week", _("Once a week"))], "weekdays": weekdays(),
        "of": [("mine", _("My work and what I watch")), ("all", _("All I may see"))],
    }  # fmt: skip
    return render(request, "tracking/home.html", context, status=422 if errors else 200)


def _mail_again() -> str:
    return _("Tried again: %(num)s.") % {"num": letters.try_again()}


def weekdays() -> list[tuple[str, str]]:
    """Monday to Sunday."""
    from django.utils.dates import WEEKDAYS

    return [(str(number), str(WEEKDAYS[number])) for number in range(7)]


def _digest(request: HttpRequest) -> str:
    given, actor = request.POST, actor_of(request)
    who = access.person_of(actor)
    assert who is not None
    try:
        hour, minute = (int(part) for part in given.get("time", "").split(":")[:2])
        weekday = int(given.get("weekday") or 0)
    except ValueError:
        raise BadInput("bad_time", "That is no time of the day.", where="time", hint="08:00") from None
    with writing(actor) as w:
        row = digests.choose(
            w, who, every=given.get("every", ""), weekday=weekday, minute=hour * 60 + minute,
            zone=given.get("zone", "").strip() or "UTC", of=given.get("of", "mine"),
        )  # fmt: skip
    return _("Your digest comes by mail.") if row.next_at else _("You get no digest.")
