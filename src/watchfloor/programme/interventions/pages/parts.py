"""What the pages of interventions and risks share: the tabs, forms that keep what was typed, fields as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.mending import moment as typed_moment
from watchfloor.insight import catalogue
from watchfloor.insight.floor_pages.parts import number as typed_number
from watchfloor.insight.schema import DIMENSIONS
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform import datefields
from watchfloor.programme import tabs as parts_of_programme

# What a form asks for; the API takes every dimension.
ASKED = ("market", "queue", "policy", "vendor", "language", "channel", "severity")


def context(actor: Actor, current: str, errors: Errors, request: HttpRequest) -> dict[str, Any]:
    """What every page here needs."""
    return {
        "tabs": parts_of_programme.tabs(actor.has, current), "errors": errors, "typed": request.POST, "query": request.GET,
        "actor_may": actor.has,
    }  # fmt: skip


def act(request: HttpRequest, verbs: Mapping[str, Callable[[], str]], errors: Errors, *, allowed: bool) -> bool:
    """Do what the form's button says (``do``); false when something is to be mended.

    Raises:
        NotFound: there is no such thing to do, for this person.
    """
    do = verbs.get(request.POST.get("do", ""))
    if do is None or not allowed:
        raise NotFound("unknown_step", "There is no such thing to do.")
    with mending(errors):
        messages.success(request, do())
    return not errors


def moment(post: QueryDict, name: str) -> datetime:
    """A moment that must be there."""
    found = typed_moment(post.get(name, ""), name)
    if found is None:
        raise BadInput("no_moment", _("Say when."), where=name)
    return found


def day(post: QueryDict, name: str) -> date | None:
    """A day, or None."""
    return datefields.day_or_none(post.get(name, ""), name)


def a_day(post: QueryDict, name: str) -> date:
    """A day that must be there."""
    found = day(post, name)
    if found is None:
        raise BadInput("no_day", _("Say on which day."), where=name)
    return found


def number(post: QueryDict, name: str) -> float:
    """A number as typed."""
    return typed_number(post.get(name, ""), name)


def share(post: QueryDict, name: str) -> float:
    """Per cent as typed, as a share."""
    text = post.get(name, "").replace("%", "").replace("−", "-")
    return typed_number(text, name) / 100


def figure(post: QueryDict, name: str) -> int:
    """A figure that was chosen."""
    text = post.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise BadInput("bad_figure", _("Choose one."), where=name)
    return int(text)


def filters(post: QueryDict) -> dict[str, list[str]]:
    """Values by dimension, as typed with commas."""
    found = {name: [each.strip() for each in post.get(name, "").split(",") if each.strip()] for name in ASKED}
    return {name: values for name, values in found.items() if values}


def dimensions() -> list[tuple[str, str]]:
    """What the form asks for, with names."""
    return [(name, _(DIMENSIONS[name])) for name in ASKED]


def metrics() -> list[tuple[str, str]]:
    """The catalogue as options."""
    return [(key, each.title if each.own else _(each.title)) for key, each in catalogue.metrics().items()]
