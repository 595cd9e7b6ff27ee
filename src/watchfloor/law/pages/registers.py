"""The registers: courts and authorities with their contacts, trusted flaggers with what became of their notices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.law import authorities, flaggers, words
from watchfloor.law.models import Authority, Flagger
from watchfloor.law.pages import parts
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.SEE)
def authority_list(request: HttpRequest) -> HttpResponseBase:
    """``/law/authorities``: the register; POST adds one, or with ``verify`` says that somebody made sure of one. ``?format=csv``."""
    actor, errors, post = actor_of(request), Errors(), request.POST
    if request.method == "POST":
        parts.must(actor, parts.MANAGE)
        with mending(errors):
            if post.get("verify"):
                authorities.verify(actor, parts.of("auth", post["verify"]))
            else:
                authorities.save(actor, _authority(post))
            messages.success(request, _("Done."))
            return redirect("law-authorities")
    rows = list(Authority.objects.filter(ended_at__isnull=True).order_by("country", "name"))
    if request.GET.get("format") == "csv":
        head = ("name", "kind", "country", "verified")
        return csv_response("authorities", head, ((row.name, row.kind, row.country, row.verified_at) for row in rows))
    context = {
        "tabs": parts.tabs(actor, "authorities"), "rows": rows, "kinds": words.authority_kinds(), "errors": errors, "typed": post,
        "may_manage": actor.has(parts.MANAGE),
    }  # fmt: skip
    return render(request, "law/authorities.html", context, status=parts.status(errors))


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(parts.MANAGE)
def authority(request: HttpRequest, authority_id: str) -> HttpResponseBase:
    """``/law/authorities/<auth>``: change what the register says of one."""
    actor, errors, post = actor_of(request), Errors(), request.POST
    found = parts.of("auth", authority_id)
    row = Authority.objects.filter(pk=found).first()
    if row is None:
        raise NotFound("unknown_authority", "There is no such authority.")
    if request.method == "POST":
        with mending(errors):
            authorities.save(actor, _authority(post), found)
            messages.success(request, _("Changed. Somebody must make sure of it again."))
            return redirect("law-authorities")
    typed: Any = (
        post if post else {name: getattr(row, name) for name in ("name", "kind", "country", "contact", "email")}
    )
    context = {"row": row, "errors": errors, "typed": typed, "kinds": words.options(words.authority_kinds())}
    return render(request, "law/authority.html", context, status=parts.status(errors))


@require_safe
@guard.page(*parts.SEE)
def flagger_list(request: HttpRequest) -> HttpResponseBase:
    """``/law/flaggers``: ``?state=``; ``?format=csv``."""
    actor = actor_of(request)
    found = Flagger.objects.order_by("name")
    if request.GET.get("state"):
        found = found.filter(state=request.GET["state"][:10])
    rows: list[dict[str, Any]] = [{"row": row, "figures": flaggers.figures(row)} for row in found]
    if request.GET.get("format") == "csv":
        head = ("name", "coordinator", "country", "state", "notices", "decided", "rejected", "share", "low", "high")
        lines = (
            (each["row"].name, each["row"].coordinator, each["row"].country, each["row"].state, *_figures(each["figures"])) for each in rows
        )  # fmt: skip
        return csv_response("trusted-flaggers", head, lines)
    context = {
        "tabs": parts.tabs(actor, "flaggers"), "rows": rows, "states": words.flagger_states(), "query": request.GET,
        "may_manage": actor.has(parts.MANAGE),
        "filters": [{"name": "state", "label": _("Any state"), "chip": _("State"), "options": words.options(words.flagger_states())}],
    }  # fmt: skip
    return render(request, "law/flaggers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(parts.MANAGE)
def flagger_new(request: HttpRequest) -> HttpResponseBase:
    """``/law/flaggers/new``: put a flagger into the register."""
    return _flagger_page(request, "")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.SEE)
def flagger(request: HttpRequest, flagger_id: str) -> HttpResponseBase:
    """``/law/flaggers/<flg>``: one flagger, its figures, its state; POST needs ``law.manage``."""
    return _flagger_page(request, flagger_id)


def _flagger_page(request: HttpRequest, flagger_id: str) -> HttpResponseBase:
    actor, errors, post = actor_of(request), Errors(), request.POST
    found: UUID | None = parts.of("flg", flagger_id) if flagger_id else None
    row = flaggers.find(found) if found else None
    if request.method == "POST" or row is None:
        parts.must(actor, parts.MANAGE)
    if request.method == "POST":
        with mending(errors):
            if post.get("step") == "state" and found is not None:
                flaggers.change(actor, found, post.get("state", ""), post.get("why", ""))
            else:
                row = flaggers.save(actor, _flagger(post), found)
            messages.success(request, _("Done."))
            assert row is not None
            return redirect("law-flagger", ids.encode("flg", row.pk))
    figures = flaggers.figures(row) if row else None
    typed: Any = post if post.get("name") is not None else _shown(row)
    context = {
        "row": row, "errors": errors, "typed": typed, "figures": figures, "states": words.flagger_states(),
        "may_manage": actor.has(parts.MANAGE),
        "steps": _steps(row), "complaint": complaint(row, figures) if row and figures and figures.rejected else "",
    }  # fmt: skip
    return render(request, "law/flagger.html", context, status=parts.status(errors))


def complaint(row: Flagger, figures: flaggers.Figures) -> str:
    """A draft of the complaint to the coordinator (Regulation (EU) 2022/2065, article 22(6)); a person decides whether it goes."""
    assert figures.share is not None and figures.low is not None and figures.high is not None
    return "\n".join([
        row.coordinator, "",
        _("Information under article 22(6) of Regulation (EU) 2022/2065 on %(name)s") % {"name": row.name}, "",
        _("%(name)s has sent us %(notices)s notices since the status was awarded on %(date)s. %(decided)s of them are decided.")
        % {"name": row.name, "notices": figures.notices, "date": f"{row.awarded_at:%Y-%m-%d}", "decided": figures.decided},
        _("%(rejected)s of these were not found to concern illegal content: %(share).0f %% (95 %% interval %(low).0f to %(high).0f %%).")
        % {"rejected": figures.rejected, "share": figures.share * 100, "low": figures.low * 100, "high": figures.high * 100},
        "", _("We ask you to look into whether these notices were sufficiently precise and substantiated."),
    ])  # fmt: skip


def _steps(row: Flagger | None) -> list[tuple[str, str]]:
    if row is None:
        return []
    every = {"awarded": _("Award it again"), "suspended": _("Suspend it"), "ended": _("End it")}
    allowed = {"awarded": ("suspended", "ended"), "suspended": ("awarded", "ended"), "ended": ()}[row.state]
    return [(key, every[key]) for key in allowed]


def _authority(post: QueryDict) -> authorities.Entry:
    return authorities.Entry(
        name=post.get("name", ""), kind=post.get("kind", ""), country=post.get("country", "").strip(), contact=post.get("contact", ""),
        email=post.get("email", ""),
    )  # fmt: skip


def _flagger(post: QueryDict) -> flaggers.Entry:
    awarded = parts.typed_moment(post, "awarded_at")
    if awarded is None:
        raise BadInput("missing", _("Say when the status was awarded."), where="awarded_at")
    return flaggers.Entry(
        name=post.get("name", ""), coordinator=post.get("coordinator", ""), country=post.get("country", "").strip(),
        area=post.get("area", ""), contact=post.get("contact", ""), reporters=tuple(parts.lines(post.get("reporters",
        ""))), awarded_at=awarded,
    )  # fmt: skip


def _shown(row: Flagger | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "name": row.name, "coordinator": row.coordinator, "country": row.country, "area": row.area, "contact": row.contact,
        "reporters": "\n".join(row.reporters), "awarded_at": f"{row.awarded_at:%Y-%m-%d}",
    }  # fmt: skip


def _figures(figures: flaggers.Figures) -> tuple[Any, ...]:
    return figures.notices, figures.decided, figures.rejected, figures.share, figures.low, figures.high
