"""Lists and banks: which there are, and one with its entries, its versions, and the rules that ask it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from watchfloor.detection import lists
from watchfloor.detection.lists import files, reading
from watchfloor.detection.models import ListEntry, NamedList
from watchfloor.detection.pages import parts
from watchfloor.detection.pages.list_steps import STEPS, field_of, must, number, sentence, version_in
from watchfloor.detection.pages.list_words import CALLS, EXAMPLES, kind_words, permission_words
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Forbidden, WatchfloorError
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render

PER_PAGE = 50
HISTORY = 30
TYPED = ("value", "reason", "expires", "rows", "paste_reason", "paste_expires")


@require_http_methods(["GET", "POST"])
@guard.page("rule.view", "list.edit")
def list_index(request: HttpRequest) -> HttpResponse:
    """All lists; a POST begins a new one."""
    actor = actor_of(request)
    errors: dict[str, str] = {}
    typed = {name: request.POST.get(name, default) for name, default in _NEW.items()}
    if request.method == "POST":
        must(reading.may_begin(actor))
        try:
            with writing(actor) as w:
                row = lists.create(
                    w, typed["name"].strip(), typed["kind"], description=typed["description"], owner=typed["owner"],
                    edit_permission=typed["edit_permission"], distance=number(typed["distance"]),
                )  # fmt: skip
            messages.success(request, _("%(name)s is begun. Put the first entries in.") % {"name": row.name})
            return HttpResponseRedirect(reverse("list-detail", args=[row.name]))
        except WatchfloorError as error:
            errors[error.where or "name"] = sentence(error)
    kind, word = request.GET.get("kind", ""), request.GET.get("q", "").casefold().strip()
    rows = NamedList.objects.filter(archived_at__isnull=True).order_by("name")
    found = [
        row for row in rows if (not kind or row.kind == kind) and word in f"{row.name} {row.description}".casefold()
    ]
    used = reading.used_by()
    context = {
        "rows": [{"list": row, "used": used.get(row.name, ()), "url": reverse("list-detail", args=[row.name])} for row in found],
        "any": rows.exists(),
        "missing": sorted(set(used) - {row.name for row in rows}),
        "used": used, "kinds": kind_words(), "errors": errors, "typed": typed, "query": request.GET,
        "permissions": permission_words(), "tabs": parts.tabs("lists"), "may_begin": reading.may_begin(actor),
        "names": names_of(row.changed_by for row in found),
        "fields": [
            {"name": "q", "label": _("Name or words"), "type": "search"},
            {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": list(kind_words().items())},
        ],
    }  # fmt: skip
    return render(request, "detection/lists.html", context, status=422 if errors else 200)


_NEW = {
    "name": "",
    "kind": "domains",
    "description": "",
    "owner": "",
    "edit_permission": "list.edit",
    "distance": "0.5",
}


@require_http_methods(["GET", "POST"])
@guard.page("rule.view", "list.edit")
def list_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One list; a POST changes it (``step``: add, paste, remove, restore, save, archive)."""
    row, actor = lists.by_name(name), actor_of(request)
    errors: dict[str, str] = {}
    bad: files.Read | None = None
    if request.method == "POST":
        step = request.POST.get("step", "")
        try:
            bad, said = STEPS[step](request, actor, row) if step in STEPS else (None, "")
            if said:
                messages.success(request, said)
            if bad is None or not bad.bad_count:
                here = reverse("lists") if step == "archive" else reverse("list-detail", args=[name])
                return HttpResponseRedirect(here)
            row.refresh_from_db()
        except Forbidden:
            raise
        except WatchfloorError as error:
            errors[field_of(step, error.where)] = sentence(error)
    return render(
        request, "detection/list.html", _context(request, actor, row, errors, bad), status=422 if errors or bad else 200
    )


@require_GET
@guard.page("rule.view", "list.edit")
def list_csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """The list as CSV, as it stands or (``?version=``) stood."""
    row = lists.by_name(name)
    version = version_in(request.GET.get("version", ""), row)
    response = StreamingHttpResponse(files.written(row, version=version), content_type="text/csv; charset=utf-8")
    ending = f"-v{version}" if version is not None else ""
    response.headers["Content-Disposition"] = f'attachment; filename="{row.name}{ending}.csv"'
    return response


def _context(
    request: HttpRequest, actor: Actor, row: NamedList, errors: dict[str, str], bad: files.Read | None
) -> dict[str, Any]:
    now = clock.now()
    show, word = request.GET.get("show", ""), request.GET.get("q", "").strip()
    found = _entries(row, show, word, now)
    page = max(1, int(request.GET["page"])) if request.GET.get("page", "").isdecimal() else 1
    start = (page - 1) * PER_PAGE
    entries = list(found[start : start + PER_PAGE + 1])
    more, entries = len(entries) > PER_PAGE, entries[:PER_PAGE]
    history = list(Event.objects.filter(subject=f"namedlist:{row.pk}").order_by("-ordinal")[:HISTORY])
    compared = _compared(request, row)
    ending = reading.standing(row).filter(expires_at__isnull=False)
    return {
        "list": row, "kinds": kind_words(), "tabs": parts.tabs("lists"), "errors": errors, "bad": bad, "query": request.GET,
        "entries": [{"entry": entry, "ended": entry.expires_at is not None and entry.expires_at <= now} for entry in entries],
        "pager": _pager(request, page, start, len(entries), more),
        "counts": {"ended": ending.filter(expires_at__lte=now).count(), "ending": ending.filter(expires_at__gt=now).count()},
        "used": reading.used_by().get(row.name, ()), "history": history, "compared": compared,
        "example": EXAMPLES[row.kind],
        "fields": [
            {"name": "q", "label": _("Value or reason"), "type": "search"},
            {"name": "show", "label": _("All that stand"), "chip": _("Show"), "options": [
                ("in-force", _("In force now")), ("ending", _("With an end")), ("ended", _("Ended")), ("removed", _("Taken out"))]},
        ],
        "names": names_of([row.changed_by, *(entry.added_by for entry in entries), *(entry.removed_by for entry in entries),
                           *(event.actor for event in history)]),
        "typed": {field: request.POST.get(field, "") for field in TYPED},
        "may_edit": lists.may_edit(actor, row), "may_begin": reading.may_begin(actor),
        "permissions": permission_words(), "show": show, "call": CALLS[row.kind].format(name=row.name),
    }  # fmt: skip


def _entries(row: NamedList, show: str, word: str, now: datetime) -> Any:
    if show == "removed":
        found = ListEntry.objects.filter(list=row, removed_version__isnull=False).order_by("-removed_version", "id")
    elif show == "in-force":
        found = reading.in_force(row, now).order_by("-added_version", "id")
    else:
        found = reading.standing(row).order_by("-added_version", "id")
        if show == "ended":
            found = found.filter(expires_at__lte=now)
        elif show == "ending":
            found = found.filter(expires_at__gt=now).order_by("expires_at", "id")
    for part in word.split():
        found = found.filter(value__icontains=part) | found.filter(reason__icontains=part)
    return found


def _compared(request: HttpRequest, row: NamedList) -> dict[str, Any] | None:
    """What changed from one version to another, as the address asks."""
    after = version_in(request.GET.get("to", ""), row)
    if after is None:
        return None
    before = version_in(request.GET.get("from", ""), row)
    before = max(0, after - 1) if before is None else before
    return {"before": before, "after": after, "diff": lists.diff(row, min(before, after), max(before, after))}


def _pager(request: HttpRequest, page: int, start: int, count: int, more: bool) -> dict[str, Any] | None:
    if page == 1 and not more:
        return None

    def address(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return "?" + query.urlencode()

    return {
        "start": start + 1, "end": start + count, "total": None,
        "previous": address(page - 1) if page > 1 else None, "next": address(page + 1) if more else None,
    }  # fmt: skip
