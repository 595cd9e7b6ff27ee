"""The change log on a page: filtered, as CSV, written by hand, imported, taken out and put back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending, moment
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.insight.changes import actions, queries, reading
from watchfloor.insight.changes.contracts import ChangeIn
from watchfloor.insight.changes.kinds import KINDS
from watchfloor.insight.schema import DIMENSIONS
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

HEAD = ("kind", "title", "starts_at", "ends_at", "scope", "link", "effect", "source", "by", "id")
SPANS = {"1": N_("Last 24 hours"), "7": N_("Last 7 days"), "28": N_("Last 28 days"), "365": N_("Last year")}
SOURCES = {
    "ledger": N_("by itself"), "hand": N_("by hand"), "api": N_("by a program"), "file": N_("from a file"),
    "calendar": N_("from a calendar"),
}  # fmt: skip
LARGEST, AHEAD = 2_000_000, timedelta(days=400)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("insight.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """``/insight/changes``: ``?days=&kind=&source=&scope=market:ES``; ``?format=csv``. A POST needs ``change.record``."""
    actor, errors = actor_of(request), Errors()
    if request.method == "POST":
        if not actor.has("change.record"):
            raise Forbidden("no_permission", _("Your roles do not include writing into the change log."))
        with mending(errors):
            _act(request, actor)
            return redirect(request.get_full_path())
    asked = request.GET
    days = int(asked.get("days", "7")) if asked.get("days", "7") in SPANS else 7
    now = clock.now()
    kind, source, scope = (asked.get(name, "")[:80] for name in ("kind", "source", "scope"))
    chosen: dict[str, Any] = {"kinds": (kind,) if kind else (), "sources": (source,) if source else (), "scope": scope}
    end = now + (AHEAD if days == 365 else timedelta(days=days))
    rows = queries.between(now - timedelta(days=days), end, limit=2_000, **chosen)
    if asked.get("format") == "csv":
        lines = (
            (row.kind, row.title, row.starts_at, row.ends_at, reading.scope_text(row.scope), row.link, row.effect, row.source,
             row.by, row.id)
            for row in rows
        )  # fmt: skip
        return csv_response("changes", HEAD, lines)
    gone = queries.written(now - timedelta(days=28), now + AHEAD, undone=True)[:20]
    context = {
        "rows": rows[:300], "more": len(rows) > 300, "gone": gone, "query": asked, "kinds": KINDS, "errors": errors,
        "typed": request.POST if errors else QueryDict(), "sources": {key: _(name) for key, name in SOURCES.items()},
        "names": names_of(row.by for row in [*rows[:300], *gone]), "may_write": actor.has("change.record"), "now": now,
        "dimensions": {key: _(name) for key, name in DIMENSIONS.items()},
        "kind_options": [(each.key, _(each.title)) for each in KINDS.values()],
        "filters": [
            {"name": "days", "label": _("Last 7 days"), "options": [(key, _(name)) for key, name in SPANS.items()]},
            {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": [(k.key, _(k.title)) for k in KINDS.values()]},
            {"name": "source", "label": _("Any source"), "chip": _("Source"), "options": [(k, _(n)) for k, n in SOURCES.items()]},
        ],
    }  # fmt: skip
    return render(request, "insight/changes/index.html", context, status=422 if errors else 200)


def _act(request: HttpRequest, actor: Actor) -> None:
    post = request.POST
    step = post.get("step", "")
    if step == "write":
        with writing(actor) as w:
            actions.record(w, _typed(post))
        messages.success(request, _("It is in the change log."))
    elif step in ("undo", "put_back"):
        change_id = ids.decode("chg", post.get("id", ""))
        with writing(actor) as w:
            (actions.undo if step == "undo" else actions.put_back)(w, change_id)
        messages.success(request, _("Taken out; it can be put back below.") if step == "undo" else _("It is in again."))
    elif step == "import":
        found = _read(request)
        with writing(actor) as w:
            for each in found:
                actions.record(w, each)
        count = len(found)
        said = ngettext("%(num)s change is in the log.", "%(num)s changes are in the log.", count) % {"num": count}
        messages.success(request, said)
    else:
        raise BadInput("bad_step", _("That is no step of this page."), where="main")


def _typed(post: QueryDict) -> ChangeIn:
    starts = moment(post.get("starts_at", ""), "starts_at") or clock.now()
    return ChangeIn(
        kind=post.get("kind", ""), title=post.get("title", ""), starts_at=starts,
        ends_at=moment(post.get("ends_at", ""), "ends_at"), scope=reading.scope(post.get("scope", "")),
        link=post.get("link", "").strip(), effect=post.get("effect", ""),
    )  # fmt: skip


def _read(request: HttpRequest) -> list[ChangeIn]:
    post = request.POST
    if post.get("what") == "holidays":
        markets = [part.upper() for part in post.get("markets", "").replace(",", " ").split()]
        if not markets or len(markets) > 60:
            raise BadInput("no_markets", _("Name the countries by their two letters."), where="markets")
        year = clock.now().year
        return reading.holidays(markets, (year, year + 1))
    file = request.FILES.get("file")
    if file is None:
        raise BadInput("no_file", _("Choose a file."), where="file")
    text = file.read(LARGEST).decode("utf-8", "replace")
    if text.lstrip("\ufeff").startswith("BEGIN:VCALENDAR"):
        return reading.from_ical(
            text, kind=post.get("kind") or "world", given=reading.scope(post.get("file_scope", ""), "file_scope")
        )
    return reading.from_csv(text)
