"""Overrides and swaps as forms of a schedule's page, and the answers to swaps."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending, moment
from watchfloor.identity.middleware import actor_of, user_of
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, ical, queries
from watchfloor.oncall.domain import swaps
from watchfloor.oncall.domain.rest import Breach
from watchfloor.oncall.models import Schedule


def may_override(request: HttpRequest, row: Schedule) -> bool:
    """Who manages schedules, and who takes turns in this one."""
    return actor_of(request).has("oncall.manage") or user_of(request).pk in queries.people_of(row)


def override(request: HttpRequest, row: Schedule) -> None:
    """Set the override that was typed."""
    if not may_override(request, row):
        raise BadInput("not_yours", _("Who takes turns here may swap; you do not."), where="person")
    span = _span(request.POST, "starts_at", "ends_at")
    person = _person(request.POST, "person", _("Choose who is on instead."))
    with writing(actor_of(request)) as w:
        actions.override(w, row.key, person, span.start, span.end)
    messages.success(request, _("The override is set."))


def ask(request: HttpRequest, row: Schedule) -> None:
    """Ask for the swap that was typed."""
    post = request.POST
    other = _person(post, "other", _("Choose whom you ask."))
    gives = _span(post, "gives_start", "gives_end")
    takes = _span(post, "takes_start", "takes_end") if post.get("takes_start") or post.get("takes_end") else None
    actions.ask_swap(actor_of(request), row.key, other, gives, takes)
    messages.success(request, _("It is asked. Until it is accepted you are on."))


@require_POST
@guard.page("oncall.view")
def answer(request: HttpRequest, swap_id: UUID) -> HttpResponse:
    """``/oncall/swaps/<id>``: ``verb`` = accept | decline | withdraw."""
    errors = Errors()
    verb = request.POST.get("verb", "")
    with mending(errors):
        row = actions.answer_swap(actor_of(request), swap_id, verb)
        messages.success(
            request, _("It is yours now; the schedule says so.") if verb == "accept" else _("The swap is answered.")
        )
        return redirect("oncall-schedule", row.schedule.key)
    for sentence in errors.values():
        messages.error(request, sentence)
    return redirect("oncall")


@require_POST
@guard.page()
def renew(request: HttpRequest) -> HttpResponse:
    """``/oncall/feed/renew``: the addresses one has given away end; new ones stand on the pages."""
    with writing(actor_of(request)) as w:
        ical.renew(w, user_of(request).pk)
    messages.success(request, _("Your calendars have new addresses; the old ones are dead."))
    return redirect("oncall-contacts")


def breach_words(each: Breach, name: str) -> str:
    """A rule that is not kept, in a sentence without its time."""
    found, limit = f"{each.found:.4g}", f"{each.limit:.4g}"
    values = {"name": name, "found": found, "limit": limit}
    return {
        "rest": _("%(name)s has %(found)s h free before the next stretch; the rule asks for %(limit)s"),
        "row": _("%(name)s is on for %(found)s h without a break; the rule allows %(limit)s"),
        "four_weeks": _("%(name)s is on for %(found)s h within four weeks; the rule allows %(limit)s"),
        "spread": _("%(name)s is on for %(found)s h of these four weeks; by the average at most %(limit)s"),
    }[each.rule] % values


def warn(request: HttpRequest, count: int) -> None:
    """Say after saving that the plan does not keep its rules."""
    if count:
        messages.warning(
            request,
            ngettext(
                "Saved, but the next four weeks break a rule of rest or fairness once: see below.",
                "Saved, but the next four weeks break rules of rest or fairness %(num)s times: see below.",
                count,
            )
            % {"num": count},
        )


def _span(post: QueryDict, first: str, last: str) -> swaps.Span:
    start, end = moment(post.get(first, ""), first), moment(post.get(last, ""), last)
    if start is None or end is None:
        raise BadInput("no_span", _("Say from when until when."), where=first if start is None else last)
    return swaps.Span(_whole(start), _whole(end))


def _whole(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _person(post: QueryDict, name: str, sentence: str) -> UUID:
    try:
        return UUID(post.get(name, ""))
    except ValueError:
        raise BadInput("no_person", sentence, where=name) from None
