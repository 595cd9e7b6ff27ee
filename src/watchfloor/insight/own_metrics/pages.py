"""The catalogue's pages: every definition in one list, a form for a team's own metric with preview and test, and own dimensions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.insight import catalogue, queries, show
from watchfloor.insight.boards import keeping as boards
from watchfloor.insight.boards.serving import name_of
from watchfloor.insight.floor_pages.parts import sentence
from watchfloor.insight.own_metrics import keeping, trying
from watchfloor.insight.own_metrics.definition import (
    KINDS,
    NUMBERS,
    OPERATORS,
    POPULATIONS,
    TEXTS,
    Condition,
    Definition,
    metric_of,
)
from watchfloor.insight.own_metrics.models import OwnDimension, OwnMetric, OwnMetricVersion
from watchfloor.insight.schema import DIMENSIONS
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound, WatchfloorError
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

LINES = 3  # conditions a form offers of each sort


@require_safe
@page("insight.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """All definitions: search, theme, shipped or the team's own."""
    actor, query = actor_of(request), request.GET
    words, theme, whose = query.get("q", "").strip().lower(), query.get("theme", ""), query.get("whose", "")
    known = {row.key: row for row in OwnMetric.objects.all()}
    using = boards.using(actor)
    found: list[dict[str, Any]] = [
        {
            "key": one.key, "title": _(one.title), "theme": _(catalogue.THEMES[one.theme]), "formula": _(one.formula),
            "owner": one.owner if one.own else _(one.owner), "own": one.own, "number": known[one.key].number if one.own else None,
            "boards": [(row.pk, name_of(row)) for row in using.get(one.key, ())],
        }
        for one in catalogue.metrics().values()
        if (not theme or one.theme == theme) and (whose != "own" or one.own) and (whose != "shipped" or not one.own)
    ]  # fmt: skip
    rows = [row for row in found if words in f"{row['key']} {row['title']} {row['formula']} {row['owner']}".lower()]
    if query.get("format") == "csv":
        names = ("key", "title", "theme", "formula", "owner")
        lines = ([*(row[name] for name in names), "; ".join(name for _pk, name in row["boards"])] for row in rows)
        return csv_response("metrics", (*names, "boards"), lines)
    context = {
        "rows": rows, "query": query, "may_define": actor.has(keeping.DEFINES),
        "themes": [(key, _(title)) for key, title in catalogue.THEMES.items()],
        "away": [row for row in known.values() if row.archived_at is not None],
        "dimensions": list(OwnDimension.objects.order_by("archived_at", "key")),
        "bases": {key: _(title) for key, title in DIMENSIONS.items()},
    }  # fmt: skip
    return render(request, "insight/catalogue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(keeping.DEFINES)
def new(request: HttpRequest) -> HttpResponse:
    """A new metric."""
    return _form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@page(keeping.DEFINES)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The next version of a metric."""
    row = OwnMetric.objects.filter(key=key).first()
    if row is None:
        raise NotFound("no_metric", "There is no such metric.")
    return _form(request, row)


@require_POST
@page(keeping.DEFINES)
def archive(request: HttpRequest, key: str) -> HttpResponse:
    """Put a metric away, or take it out again."""
    back = request.POST.get("do") == "back"
    keeping.archive_metric(actor_of(request), key, back=back)
    messages.success(request, _("It is in use again.") if back else _("It is put away. Nothing of it is lost."))
    return redirect("insight-catalogue")


def _form(request: HttpRequest, row: OwnMetric | None) -> HttpResponse:
    """The form; ``do=preview`` shows its numbers and what its example gives, ``do=save`` keeps it."""
    actor, errors, preview = actor_of(request), {}, None
    typed = _typed(request.POST) if request.method == "POST" else _stored(row)
    if request.method == "POST":
        try:
            made = _definition(typed, row.key if row else "")
            preview = _preview(request, made, typed)
            if request.POST.get("do") == "save":
                saved = keeping.save_metric(
                    actor, made, rows=typed["rows"], expected=typed["expected"], seen=int(typed["seen"] or 0)
                )
                messages.success(request, _("Saved. It is wherever metrics are."))
                return redirect("insight-metric", saved.key)
        except BadInput as problem:
            errors[_field_of(problem)] = sentence(problem)
        except WatchfloorError as problem:
            errors["title"] = sentence(problem)
    fields = [(name, _(title)) for name, title in {**TEXTS, **NUMBERS}.items()]
    context = {
        "row": row, "typed": typed, "errors": errors, "preview": preview, "lines": range(LINES),
        "kinds": [(key, _(title)) for key, title in KINDS.items()],
        "populations": [(key, _(each.title)) for key, each in POPULATIONS.items()],
        "fields": [("", _("(no condition)")), *sorted(fields, key=lambda each: each[1])],
        "operators": [(key, _(title)) for key, title in OPERATORS.items()],
        "numbers": [("", _("(none)")), *((key, _(title)) for key, title in NUMBERS.items())],
        "themes": [(key, _(title)) for key, title in catalogue.THEMES.items()],
        "directions": [("up", _("More is better")), ("down", _("Less is better")), ("neutral", _("Neither"))],
        "versions": list(OwnMetricVersion.objects.filter(key=row.key).order_by("-number")[:20]) if row else [],
    }  # fmt: skip
    return render(request, "insight/own_metric.html", context, status=422 if errors else 200)


_PLAIN = (
    "key", "title", "kind", "population", "field", "q", "direction", "theme", "owner", "formula", "pitfalls", "rows", "expected", "seen",
)  # fmt: skip


def _typed(sent: QueryDict) -> dict[str, Any]:
    found: dict[str, Any] = {name: sent.get(name, "")[:20_000] for name in _PLAIN}
    for sort in ("where", "of"):
        for place in range(LINES):
            for part in ("field", "op", "values"):
                name = f"{sort}.{place}.{part}"
                found[name] = sent.get(name, "")[:4_000]
    return found


def _stored(row: OwnMetric | None) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(_PLAIN, "")
    if row is None:
        return empty | {"kind": "count", "direction": "neutral", "theme": "volume", "q": "0.9", "seen": "0"}
    made = msgspec.convert(row.body, Definition)
    found = empty | {name: getattr(made, name) for name in _PLAIN if hasattr(made, name)}
    found |= {"rows": row.rows, "expected": row.expected, "seen": row.number}
    for sort in ("where", "of"):
        for place, one in enumerate(getattr(made, sort)):
            found |= {
                f"{sort}.{place}.field": one.field,
                f"{sort}.{place}.op": one.op,
                f"{sort}.{place}.values": ", ".join(one.values),
            }
    return found


def _definition(typed: dict[str, Any], key: str) -> Definition:
    def conditions(sort: str) -> tuple[Condition, ...]:
        return tuple(
            Condition(
                field=typed[f"{sort}.{place}.field"], op=typed[f"{sort}.{place}.op"] or "in",
                values=tuple(value.strip() for value in typed[f"{sort}.{place}.values"].split(",") if value.strip()),
            )
            for place in range(LINES)
            if typed[f"{sort}.{place}.field"]
        )  # fmt: skip

    try:
        q = float(typed["q"].replace(",", ".") or 0.5)
    except ValueError:
        raise BadInput("bad_percentile", _("Write a number."), where="q") from None
    plain = {
        name: typed[name]
        for name in ("title", "kind", "population", "field", "direction", "theme", "owner", "formula", "pitfalls")
    }
    made = Definition(key=key or typed["key"].strip(), q=q, where=conditions("where"), of=conditions("of"), **plain)
    metric_of(made)
    return made


def _preview(request: HttpRequest, made: Definition, typed: dict[str, Any]) -> dict[str, Any]:
    """The last 28 days within one's rights, and what the example gives."""
    metric, now = metric_of(made), clock.now()
    end = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    span = queries.Span(start=end - timedelta(days=28), end=end, interval="day")
    value, points = queries.trial(actor_of(request), span, metric)
    found: dict[str, Any] = {
        "kind": metric.unit, "value": show.scaled(metric.unit, value), "chart": show.chart(metric, points, {}, ()), "example": None,
        "unit": _("seconds") if metric.unit == "ms" else "",
    }  # fmt: skip
    if typed["rows"].strip():
        found["example"] = trying.computed(made, typed["rows"])
        found["tried"] = True
    return found


def _field_of(problem: BadInput) -> str:
    return problem.where or "title"


@require_http_methods(["GET", "HEAD", "POST"])
@page(keeping.DEFINES)
def dimension(request: HttpRequest, key: str = "") -> HttpResponse:
    """A dimension of the team's own: groups of the values of another."""
    row = OwnDimension.objects.filter(key=key).first() if key else None
    if key and row is None:
        raise NotFound("no_dimension", "There is no such dimension.")
    errors: dict[str, str] = {}
    typed = {"key": "", "title": "", "base": "market", "groups": "", "otherwise": ""}
    if row is not None:
        lines = "\n".join(f"{value},{group}" for value, group in row.groups.items())
        typed = {"key": row.key, "title": row.title, "base": row.base, "groups": lines, "otherwise": row.otherwise}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "")[:200_000] for name in typed} | ({"key": row.key} if row else {})
        file = request.FILES.get("file")
        try:
            if file is not None:
                typed["groups"] = file.read(200_000).decode("utf-8", "replace")
            if row is None and OwnDimension.objects.filter(key=typed["key"].strip()).exists():
                raise BadInput("key_taken", _("There is a dimension of that key already."), where="key")
            keeping.save_dimension(
                actor_of(request), key=typed["key"].strip(), title=typed["title"], base=typed["base"],
                groups=keeping.read_groups(typed["groups"]), otherwise=typed["otherwise"], archived=request.POST.get("do") == "archive",
            )  # fmt: skip
            messages.success(request, _("Saved. Metrics can be split and filtered by it."))
            return redirect("insight-catalogue")
        except BadInput as problem:
            errors[_field_of(problem)] = sentence(problem)
    context = {
        "row": row,
        "typed": typed,
        "errors": errors,
        "bases": [(name, _(title)) for name, title in DIMENSIONS.items()],
    }
    return render(request, "insight/own_dimension.html", context, status=422 if errors else 200)
