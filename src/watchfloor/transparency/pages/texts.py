"""What only people can say for a report: names, qualitative texts, recipients; and the numbers and frameworks beside it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.transparency import entries, evidence, numbers, reporting
from watchfloor.transparency.domain import maps
from watchfloor.transparency.domain.annex.layout import STATES
from watchfloor.transparency.domain.vocabulary import TOTAL
from watchfloor.transparency.models import ReportEntry
from watchfloor.transparency.pages import words
from watchfloor.transparency.pages.reports import period


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("transparency.view")
def index(request: HttpRequest) -> HttpResponse:
    """Names and texts with their versions; recipients of a period. A POST saves what was changed."""
    actor, errors = actor_of(request), []
    half = reporting.last_full_half_year(clock.now().date())
    typed = {"first": request.GET.get("first") or str(half.first), "last": request.GET.get("last") or str(half.last)}
    over = period(typed)
    if request.method == "POST":
        if not actor.has("transparency.edit"):
            raise NotFound("unknown_page", "There is no such page.")
        try:
            saved = _save(request, over)
            messages.success(request, _("Saved.") if saved else _("Nothing was changed."))
            return HttpResponseRedirect(request.get_full_path())
        except (BadInput, Conflict) as error:
            errors = [(error.where, words.sentence(error))]
    context = {
        "texts": _texts(request), "recipients": _recipients(request, over), "typed": typed, "period": over, "errors": errors,
        "error_of": dict(errors), "may_edit": actor.has("transparency.edit"), "day": words.day,
    }  # fmt: skip
    return render(request, "transparency/texts.html", context, status=422 if errors else 200)


def _save(request: HttpRequest, over: Any) -> int:
    saved = 0
    with writing(actor_of(request)) as w:
        if request.POST.get("part") == "recipients":
            values = {place: request.POST.get(f"recipients.{place}", "") for place in (TOTAL, *STATES)}
            before = entries.recipients(over)
            entries.write_recipients(w, over, values)
            return int(entries.recipients(over) != before)
        for key in tuple(entries.keys()):
            if key in request.POST:
                seen = request.POST.get(f"{key}.seen", "")
                former = entries.text(key)
                row = entries.write(w, key, request.POST[key], seen=int(seen) if seen.isdecimal() else None)
                saved += row.text != former
    return saved


def _texts(request: HttpRequest) -> list[dict[str, Any]]:
    versions: dict[str, list[ReportEntry]] = {}
    for row in ReportEntry.objects.filter(key__in=list(entries.keys())).order_by("key", "-number"):
        versions.setdefault(row.key, []).append(row)
    people = names_of(row.written_by for rows in versions.values() for row in rows)
    found = []
    for key, label in entries.keys().items():
        mine = versions.get(key, [])
        found.append({
            "key": key, "label": _(label), "long": key.startswith("text."),
            "value": request.POST.get(key, mine[0].text if mine else ""), "number": mine[0].number if mine else 0,
            "versions": [{"row": row, "by": people.get(row.written_by, row.written_by)} for row in mine[:20]],
        })  # fmt: skip
    return found


def _recipients(request: HttpRequest, over: Any) -> list[dict[str, Any]]:
    known = entries.recipients(over)
    return [
        {"place": place, "value": request.POST.get(f"recipients.{place}", str(known.get(place, "")))}
        for place in (TOTAL, *STATES)
    ]


@require_safe
@guard.page("transparency.view")
def santa_clara(request: HttpRequest) -> HttpResponseBase:
    """The numbers of the Santa Clara Principles over a period that is over; ``?format=csv``.

    They count every case, restricted ones too: of a period that still runs, two looks would tell that one was opened just now.
    """
    half = reporting.last_full_half_year(clock.now().date())
    typed = {"first": request.GET.get("first") or str(half.first), "last": request.GET.get("last") or str(half.last)}
    errors: list[tuple[str, str]] = []
    rows: list[numbers.Row] = []
    try:
        over = period(typed)
        if over.last >= clock.now().date():
            raise BadInput("not_over", "The numbers are shown once the period is over.", where="last")
        rows = numbers.count(over)
    except BadInput as error:
        errors = [(error.where, words.sentence(error))]
    if request.GET.get("format") == "csv" and not errors:
        return csv_response(
            "numbers",
            ("question", "by", "value", "count"),
            ([row.question, row.by, row.value, row.count] for row in rows),
        )
    questions = []
    for key, label in numbers.QUESTIONS.items():
        mine = [row for row in rows if row.question == key]
        splits = {
            by: [(words.split_value(by, row.value), row.count) for row in mine if row.by == by][:12]
            for by in numbers.BY
            if by != numbers.TOTAL
        }
        total = next((row.count for row in mine if row.by == numbers.TOTAL), None)
        questions.append(
            {
                "key": key,
                "label": _(label),
                "total": total,
                "splits": {_(numbers.BY[by]): rows_ for by, rows_ in splits.items() if rows_},
            }
        )
    context = {
        "typed": typed,
        "questions": questions,
        "something": any(row.count for row in rows),
        "errors": errors,
        "error_of": dict(errors),
        "query": request.GET,
    }
    return render(request, "transparency/numbers.html", context, status=422 if errors else 200)


@require_safe
@guard.page("transparency.view")
def frameworks(request: HttpRequest) -> HttpResponse:
    """Practices of ISO/IEC 25389 with their evidence, and our findings in INHOPE's schema."""
    found = evidence.gather()
    groups = [
        {"clause": clause, "name": _(name), "rows": [_evidence(each) for each in found if each.practice.clause == clause]}
        for clause, name in maps.COMMITMENTS.items()
    ]  # fmt: skip
    shown = sum(each.state == "shown" for each in found)
    return render(
        request,
        "transparency/frameworks.html",
        {"groups": groups, "inhope": _inhope(), "shown": shown, "all": len(found)},
    )


def _inhope() -> list[dict[str, str]]:
    """Our findings in INHOPE's schema, in words."""
    known = maps.inhope()
    found = []
    for each in known.mapping:
        kind, _colon, name = each.violation.partition(":")
        finding = (
            _("Industry class %(name)s") % {"name": name}
            if kind == "industry"
            else words.violation_name(each.violation)
        )
        found.append({
            "finding": finding, "section": _(each.section), "about": _(known.sections[each.section]), "element": _(each.element),
            "label": each.label,
        })  # fmt: skip
    return found


def _evidence(each: evidence.Evidence) -> dict[str, Any]:
    try:
        address = reverse(each.practice.page) if each.practice.page else ""
    except NoReverseMatch:
        address = ""
    return {"practice": each.practice, "count": each.count, "newest": each.newest, "state": each.state, "url": address}
