"""What each queue is planned to solve by the hour: read from CSV, shown by day, given back as CSV."""

from __future__ import annotations

import csv
import io

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.insight import solve_plan
from watchfloor.insight.floor_pages.parts import sentence
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.platform.render import render

LARGEST = 1_000_000


@require_http_methods(["GET", "POST"])
@page("queue.manage")
def index(request: HttpRequest) -> HttpResponse:
    """The plans; a POST replaces those of the queues it names."""
    actor, errors, typed = actor_of(request), {}, request.POST.get("rows", "")
    if request.GET.get("format") == "csv":
        return _csv()
    if request.method == "POST":
        try:
            file = request.FILES.get("file")
            text = file.read(LARGEST).decode("utf-8", "replace") if file is not None else typed[:LARGEST]
            count = solve_plan.save(actor, text)
            said = ngettext("The plan of %(num)s queue is in.", "The plans of %(num)s queues are in.", count) % {
                "num": count
            }
            messages.success(request, said)
            return HttpResponseRedirect(reverse("solve-plan"))
        except WatchfloorError as error:
            errors["rows"] = sentence(error)
    days: dict[str, list[float]] = {}
    for queue, day, _hour, solved in solve_plan.lines():
        days.setdefault(queue, [0.0] * 7)[solve_plan.DAYS.index(day)] += solved
    context = {"plans": list(days.items()), "typed": typed, "errors": errors, "example": EXAMPLE}
    return render(request, "insight/plan.html", context, status=422 if errors else 200)


EXAMPLE = "queue,day,hour,solved\nspam.en,,,80\nspam.en,sun,,40"


def _csv() -> HttpResponse:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(solve_plan.COLUMNS)
    writer.writerows((queue, day, hour, f"{solved:g}") for queue, day, hour, solved in solve_plan.lines())
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="plan.csv"'
    return response
