"""The addresses of the protocol. Answers are its exact words; what went wrong stands in its headers.

The key comes in the form (``api_key``, ``key``) or, as older plug-ins send it, as the first part of the host's name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import split_domain_port
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.interop import sentences, sites, teaching
from watchfloor.interop.akismet.fields import comment_of, data_of
from watchfloor.interop.models import Site, SiteDay
from watchfloor.kernel import clock

THANKS = "Thanks for making the web a better place."
OPEN = "It asks for a website's own key and answers nothing without it."
Answers = Callable[[HttpRequest, Site], HttpResponse]


def keyed(*methods: str) -> Callable[[Answers], Callable[[HttpRequest], HttpResponse]]:
    """With the site of the key that was sent; ``invalid`` without one."""

    def decorate(view: Answers) -> Callable[[HttpRequest], HttpResponse]:
        @wraps(view)
        def asked(request: HttpRequest) -> HttpResponse:
            site = sites.by_key(_key(request))
            if site is None:
                return _said("invalid", {"X-akismet-debug-help": "The key is unknown or has ended."})
            return view(request, site)

        return csrf_exempt(guard.everyone(OPEN)(require_http_methods(methods)(asked)))  # type: ignore[return-value]

    return decorate


@keyed("POST")
def verify_key(request: HttpRequest, site: Site) -> HttpResponse:
    """``valid``; without a key that works the answer is ``invalid``, as everywhere."""
    return _said("valid")


@keyed("POST")
def comment_check(request: HttpRequest, site: Site) -> HttpResponse:
    """``true`` for spam, else ``false``; the header ``X-akismet-pro-tip: discard`` where nobody need look."""
    missing = [name for name in ("blog", "user_ip") if not request.POST.get(name)]
    if missing:
        return _said("invalid", {"X-akismet-debug-help": f"Empty '{missing[0]}' value."})
    comment = comment_of(_form(request))
    settled = comment.settled
    if settled is None:
        found = sentences.answer(site, comment.text, author=comment.sender, data=data_of(comment))
        spam, discard = found.spam, found.discard
    else:
        spam, discard = settled, False
    if not comment.test:
        teaching.asked(site, spam)
    return _said("true" if spam else "false", {"X-akismet-pro-tip": "discard"} if discard else {})


@keyed("POST")
def submit_spam(request: HttpRequest, site: Site) -> HttpResponse:
    """A comment that was spam after all."""
    return _submitted(request, site, True)


@keyed("POST")
def submit_ham(request: HttpRequest, site: Site) -> HttpResponse:
    """A comment that was none."""
    return _submitted(request, site, False)


@keyed("GET", "HEAD", "POST")
def usage_limit(request: HttpRequest, site: Site) -> HttpResponse:
    """How many submissions of a day are learned, and how many were. Questions have no limit."""
    used, limit = teaching.used_today(site), settings.SITE_LABELS
    share = f"{100 * used / limit:.2f}" if limit else "100.00"
    return JsonResponse({"limit": limit, "usage": used, "percentage": share, "throttled": used >= limit})


@keyed("GET", "HEAD", "POST")
def key_sites(request: HttpRequest, site: Site) -> HttpResponse:
    """What was asked in a month (``2026-11``; by default this one), as JSON or CSV."""
    asked = request.GET.get("month", "") or request.POST.get("month", "")
    month = _month(asked)
    if month is None:
        return JsonResponse({"error": f"{asked[:20]!r} is no month: write 2026-11."}, status=400)
    after = (month + timedelta(days=32)).replace(day=1)
    days = list(SiteDay.objects.filter(site=site, day__gte=month, day__lt=after))
    sums = {name: sum(getattr(day, name) for day in days) for name in ("spam", "ham", "missed", "wrong")}
    row = {
        "site": site.address or site.name, "api_calls": sums["spam"] + sums["ham"], "spam": sums["spam"], "ham": sums["ham"],
        "missed_spam": sums["missed"], "false_positives": sums["wrong"], "is_revoked": False,
    }  # fmt: skip
    if "csv" in (request.GET.get("format"), request.POST.get("format")):
        text = io.StringIO()
        writer = csv.DictWriter(text, [name for name in row if name != "is_revoked"], extrasaction="ignore")
        writer.writeheader()
        writer.writerow(row)
        return HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    return JsonResponse({f"{month:%Y-%m}": [row], "limit": 500, "offset": 0, "total": 1})


def _submitted(request: HttpRequest, site: Site, spam: bool) -> HttpResponse:
    comment = comment_of(_form(request))
    if comment.test:  # a plug-in tries itself out
        return _said(THANKS)
    said = None
    if comment.text.strip():
        settled = comment.settled
        said = (
            sentences.answer(site, comment.text, author=comment.sender, data=data_of(comment)).spam
            if settled is None
            else settled
        )
    why = teaching.submit(site, comment.text, spam, sender=comment.sender, said=said)
    heads = {"day": "The day's submissions are full.", "full": "The site's model is full."}
    return _said(THANKS, {"X-akismet-alert-msg": heads[why]} if why in heads else {})


def _key(request: HttpRequest) -> str:
    for name in ("api_key", "key"):
        sent = request.POST.get(name) or request.GET.get(name)
        if sent:
            return str(sent).strip()
    host, _ = split_domain_port(request.get_host())
    return host.partition(".")[0]


def _form(request: HttpRequest) -> dict[str, str]:
    return {name: str(request.POST.get(name) or "") for name in request.POST}


def _month(text: str) -> date | None:
    if not text:
        return clock.now().date().replace(day=1)
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _said(word: str, headers: dict[str, str] | None = None) -> HttpResponse:
    response = HttpResponse(word, content_type="text/plain; charset=utf-8")
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response
