"""The page to ask in SQL: a field with completion, one's history and kept questions, the answer as a table, a chart and files."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.insight.boards.models import SqlQuestion
from watchfloor.insight.boards.sql import runs, tables
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

QUICK = 1.0  # seconds that the page waits for an answer before it shows progress
SHOWN = 500
EXAMPLE = """SELECT date_trunc('day', moment) AS day, queue, count(*) AS decided
FROM facts
WHERE type = 'job.decided'
GROUP BY ALL ORDER BY ALL"""
NUMBERS = ("INT", "BIGINT", "DOUBLE", "DECIMAL", "HUGEINT", "FLOAT", "SMALLINT", "TINYINT", "UINT", "UBIGINT")
FUNCTIONS = (
    "count", "sum", "avg", "min", "max", "median", "quantile_cont", "date_trunc", "coalesce", "list", "arg_max", "arg_min",
    "approx_quantile", "row_number", "lead", "lag", "filter", "group by all", "order by all", "unnest", "range", "interval",
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@page("insight.sql")
def index(request: HttpRequest) -> HttpResponse:
    """The field, and the answer of ``?run=``."""
    actor = actor_of(request)
    typed: dict[str, Any] = {"sql": EXAMPLE, "days": "28", "name": ""}
    problem: WatchfloorError | None = None
    found: runs.Run | None = None
    if request.method == "POST":
        typed = {
            "sql": request.POST.get("sql", ""),
            "days": request.POST.get("days", ""),
            "name": request.POST.get("name", ""),
        }
        days = int(typed["days"]) if typed["days"].isdecimal() and len(typed["days"]) < 5 else 0
        try:
            if request.POST.get("do") == "keep":
                runs.keep(actor, typed["name"], typed["sql"], days, shared=request.POST.get("shared") == "on")
                messages.success(request, _("Kept. It stands beside the field."))
                return redirect("insight-sql")
            run_id = runs.start(actor, typed["sql"], days)
            runs.wait(actor, run_id, QUICK)
            return redirect(f"{reverse('insight-sql')}?run={run_id}")
        except WatchfloorError as refused:
            problem = refused
    elif request.GET.get("run"):
        found = runs.state(actor, _id(request.GET["run"]))
        typed = {"sql": found.text, "days": str(found.days), "name": ""}
    elif request.GET.get("question"):
        kept = _mine(str(actor)).filter(pk=_id(request.GET["question"])).first()
        if kept is not None:
            typed = {"sql": kept.text, "days": str(kept.days), "name": kept.name}
    mine = _mine(str(actor))
    columns = tables.columns()
    words = [{"name": name, "kind": "table"} for name in columns] + [
        {"name": name, "kind": "column"} for name in sorted({each for some in columns.values() for each in some})
    ] + [{"name": name, "kind": "function"} for name in FUNCTIONS]  # fmt: skip
    context = {
        "typed": typed, "problem": problem, "run": found, "columns": columns, "notes": tables.NOTES, "words": words,
        "kept": mine.exclude(name="").order_by("name"), "history": mine.filter(name="", owner=str(actor)).order_by("-asked_at")[:12],
        "shown": shown(found),
        "days": [(str(many), ngettext("%(num)s day", "%(num)s days", many) % {"num": many}) for many in (1, 7, 28, 90, 400)],
    }  # fmt: skip
    return render(request, "insight/boards/sql.html", context, status=problem.status if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page("insight.sql")
def run(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """How far a question is, as a part of the page; POST stops it; ``?format=csv`` or ``parquet`` gives its answer as a file."""
    actor = actor_of(request)
    if request.method == "POST":
        runs.cancel(actor, run_id)
        return redirect(f"{reverse('insight-sql')}?run={run_id}")
    found = runs.state(actor, run_id)
    answer = found.answer
    if answer is not None and not answer.error and request.GET.get("format") == "csv":
        return csv_response("answer", [name for name, _kind in answer.columns], answer.rows)
    if answer is not None and not answer.error and request.GET.get("format") == "parquet":
        target = io.BytesIO()
        runs.frame(answer).write_parquet(target)
        response = HttpResponse(target.getvalue(), content_type="application/vnd.apache.parquet")
        response.headers["Content-Disposition"] = 'attachment; filename="answer.parquet"'
        return response
    return render(request, "insight/boards/sql_run.html", {"run": found, "shown": shown(found)})


def shown(found: runs.Run | None) -> dict[str, Any]:
    """The answer for the page: the first rows, and a chart where the columns make one."""
    if found is None or found.answer is None or found.answer.error:
        return {}
    answer = found.answer
    number = [kind.startswith(NUMBERS) for _name, kind in answer.columns]
    columns = [
        {"key": f"c{place}", "label": name, "number": number[place], "title": kind}
        for place, (name, kind) in enumerate(answer.columns)
    ]
    return {
        "columns": columns,
        "rows": answer.rows[:SHOWN],
        "total": len(answer.rows),
        "number": number,
        **_chart(answer, number),
    }


def _chart(answer: runs.Answer, number: list[bool]) -> dict[str, Any]:
    """A time first and numbers after it: lines; a name and one number: bars; anything else is a table."""
    if len(answer.rows) < 2 or not any(number):
        return {}
    drawn = [place for place, is_number in enumerate(number) if is_number][:6]
    if answer.columns[0][1].startswith(("TIMESTAMP", "DATE")) and all(number[1:]):
        rows = sorted((row for row in answer.rows if row[0]), key=lambda row: str(row[0]))
        if len({row[0] for row in rows}) != len(rows):
            return {}
        return {"line": {
            "times": [_seconds(str(row[0])) for row in rows],
            "series": [{"name": answer.columns[place][0], "values": [row[place] for row in rows]} for place in drawn],
        }}  # fmt: skip
    if len(answer.columns) == 2 and number == [False, True] and len(answer.rows) <= 30:
        values = [row[1] for row in answer.rows]
        if all(value is not None and value >= 0 for value in values):
            return {
                "bars": [
                    {"name": str(row[0]), "value": row[1], "places": 0 if float(row[1]).is_integer() else 2}
                    for row in answer.rows
                ]
            }
    return {}


def _seconds(text: str) -> int:
    """A moment or a day of an answer (UTC) as seconds since 1970."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _mine(owner: str) -> Any:
    return SqlQuestion.objects.filter(Q(owner=owner) | Q(shared=True), archived_at__isnull=True)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
