"""Topics on the screen: the list of what is new and grows, one topic, what one does with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.insight import happening
from watchfloor.insight.trends import topic_actions, topics
from watchfloor.insight.trends.access import MANAGE, VIEW, counted
from watchfloor.insight.trends.models import Topic, TopicAlarm
from watchfloor.insight.trends.pages import parts
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies

FILTERS = ("source", "show", "market", "language", "policy", "q")
MOST_CSV = 500


@require_safe
@page(VIEW)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/insight/topics``: ``?source=``, ``?show=all|muted``, ``?market=``, ``?language=``, ``?policy=``, ``?q=``, ``?format=csv``."""
    actor = actor_of(request)
    wanted = {name: request.GET.get(name, "").strip()[:80] for name in FILTERS}
    if request.GET.get("format") == "csv":
        lines = topics.listed(actor, wanted, limit=MOST_CSV)
        columns = (
            "topic",
            "text",
            "name",
            "words",
            "kind",
            "last_day",
            "day_before",
            "four_weeks",
            "first_seen",
            "last_seen",
        )
        rows = (
            (line.key, line.source, line.name, " ".join(line.words), line.alarm.kind if line.alarm else "", line.day, round(line.before, 2),
             line.total, line.first_seen.isoformat(), line.last_seen.isoformat())
            for line in lines
        )  # fmt: skip
        return csv_response("topics", columns, rows)
    lines = topics.listed(actor, wanted)
    rows_read = counted(actor)
    names = {policy.key: policy.name for policy in policies.all_policies()}
    values = {
        name: sorted({value for value in rows_read.order_by().values_list(column, flat=True).distinct() if value})
        for name, column in topics.DIMENSIONS.items()
    }
    context = {
        "tabs": parts.tabs("topics"), "lines": [{"line": line, "url": reverse("insight-topic", args=[line.key])} for line in lines],
        "sources": parts.sources(), "kinds": kinds(), "query": request.GET, "policies": names,
        "fields": [
            {"name": "q", "label": _("A word, a name"), "type": "search", "chip": _("Search")},
            {"name": "show", "label": _("New and growing"), "chip": _("Show"),
             "options": [("all", _("Every topic")), ("muted", _("Muted"))]},
            {"name": "source", "label": _("Both kinds of text"), "chip": _("Text"), "options": list(parts.sources().items())},
            {"name": "market", "label": _("Every market"), "chip": _("Market"), "options": [(each, each) for each in values["market"]]},
            {"name": "language", "label": _("Every language"), "chip": _("Language"),
             "options": [(each, each) for each in values["language"]]},
            {"name": "policy", "label": _("Every policy"), "chip": _("Policy"),
             "options": [(each, names.get(each, each)) for each in values["policy"]]},
        ],
        "csv_url": f"?{urlencode({**{k: v for k, v in wanted.items() if v}, 'format': 'csv'})}", "read": rows_read.exists(),
    }  # fmt: skip
    return render(request, "insight/trends/topics.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(VIEW)
def one(request: HttpRequest, key: str) -> HttpResponse:
    """``/insight/topics/<key>``: one topic. A POST with ``do`` = name, mute, join or split changes it."""
    actor = actor_of(request)
    joined = Topic.objects.filter(key=key).exclude(joined_to="").first()
    if joined is not None and not counted(actor).filter(topic=key).exists():
        return redirect("insight-topic", joined.joined_to)
    line = topics.one(actor, key)
    errors: list[tuple[str, str]] = []
    typed = {name: request.POST.get(name, "").strip() for name in ("name", "days", "into", "word")}
    if request.method == "POST":
        try:
            return redirect("insight-topic", _do(request, key, typed))
        except (BadInput, NotFound) as error:
            errors.append((error.where or "name", f"{error.message} {error.hint}".strip()))
    else:
        typed["name"] = line.name
    days = topics.series(actor, key)
    examples = topics.examples(actor, key)
    alarms = topics.alarms_of(actor, key)
    start, end = clock.now() - topics.DAYS * topics.DAY, clock.now()
    context = {
        "line": line, "title": title(line), "splits": topics.splits(actor, key), "examples": examples, "alarms": alarms,
        "related": topics.related(actor, key, examples), "sources": parts.sources(), "kinds": kinds(), "typed": typed, "errors": errors,
        "of": dict(errors), "may": actor.has(MANAGE), "query": request.GET, "dimensions": dimensions(),
        "policies": {policy.key: policy.name for policy in policies.all_policies()}, "changes": happening.changes(start, end, limit=6),
        "links": _links(actor, line, examples), "alarm_words": [(alarm, kinds()[alarm.kind], slice_words(alarm)) for alarm in alarms[:10]],
        "chart": {
            "times": [parts.noon(day) for day, _count in days],
            "series": [{"name": _("Texts a day"), "values": [count for _day, count in days]}],
            "marks": [{"at": int(alarm.at.timestamp()), "label": kinds()[alarm.kind]} for alarm in alarms[:4]],
        },
    }  # fmt: skip
    return render(request, "insight/trends/topic.html", context, status=422 if errors else 200)


def _do(request: HttpRequest, key: str, typed: dict[str, str]) -> str:
    actor, what = actor_of(request), request.POST.get("do", "")
    if what == "name":
        topic_actions.name(actor, key, typed["name"])
        messages.success(request, _("The topic has this name now."))
    elif what == "mute":
        if not typed["days"].isdecimal() or len(typed["days"]) > 3:
            raise BadInput("bad_mute", "Say for how many days, as a number.", where="days")
        topic_actions.mute(actor, key, int(typed["days"]))
        messages.success(
            request, _("The mute is over.") if typed["days"] == "0" else _("It does not alarm until then.")
        )
    elif what == "join":
        topic_actions.join(actor, key, typed["into"])
        messages.success(request, _("They are one topic now."))
        return typed["into"]
    elif what == "split":
        made = topic_actions.split(actor, key, typed["word"])
        messages.success(request, _("These texts are a topic of their own now."))
        return made.key
    else:
        raise BadInput("unknown_step", "There is nothing to do.", where="do")
    return key


def title(line: topics.Line) -> str:
    """What a topic is called: its name, else its words, else its key."""
    return line.name or " · ".join(line.words) or _("Topic %(key)s") % {"key": line.key}


def kinds() -> dict[str, str]:
    """Of alarms."""
    return {"new": _("New topic"), "growing": _("Growing topic")}


def dimensions() -> dict[str, str]:
    """What a topic is split by."""
    return {"market": _("Market"), "language": _("Language"), "policy": _("Policy")}


def slice_words(alarm: TopicAlarm) -> str:
    """Where it alarmed."""
    return f"{dimensions().get(alarm.dimension, alarm.dimension)}: {alarm.value}" if alarm.dimension else _("In all")


def _links(actor: Any, line: topics.Line, examples: list[topics.Example]) -> list[dict[str, str]]:
    """Where one goes on from here, as far as one may."""
    found = []
    word = next((word for word in line.words if word.isalnum()), "")
    if actor.has("investigate.view") and word:
        query = f"TextContains(phrase='{word}', text=$.item.data.text)"
        address = f"{reverse('investigate')}?{urlencode({'q': query})}"
        found.append({"label": _("Look for it in all events, make a rule"), "href": address, "icon": "zoom-code"})
    if actor.has("claim.edit") and examples:
        address = f"{reverse('claim-new')}?{urlencode({'text': examples[0].text[:300]})}"
        found.append({"label": _("Put the claim into the register"), "href": address, "icon": "scale"})
    if actor.has("spike.manage"):
        now = clock.now()
        span = {"metric": "incoming_total", "from": f"{now - topics.DAY:%Y-%m-%dT%H:%M}", "to": f"{now:%Y-%m-%dT%H:%M}"}
        found.append(
            {
                "label": _("Open a spike case"),
                "href": f"{reverse('spike-investigate')}?{urlencode(span)}",
                "icon": "trending-up",
            }
        )
    return found
