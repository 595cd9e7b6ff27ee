"""What the training pages share: the tabs, the person, words for topics and standings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput, NotFound, WatchfloorError
from watchfloor.policy import queries as policies
from watchfloor.policy.contracts import PolicyRef
from watchfloor.training.models import TrainingItem

LEARN = ("training.learn",)
SEE = ("training.view",)
WRITE = ("training.edit", "training.approve")
MISLED = ("training.edit", "quality.view")
OUTCOMES = ("training.edit", "quality.view")


def tabs(actor: Actor, current: str) -> list[dict[str, Any]]:
    """The parts of training this person may open."""
    known = [
        ("mine", _("My training"), "training", LEARN),
        ("feedback", _("My feedback"), "training-feedback", LEARN),
        ("people", _("Who is certified"), "training-people", SEE),
        ("cohorts", _("Cohorts"), "training-cohorts", (*SEE, "training.edit")),
        ("paths", _("Onboarding"), "training-onboarding", (*SEE, "training.edit")),
        ("units", _("Units"), "training-units", (*SEE, *WRITE)),
        ("bank", _("Cases and questions"), "training-bank", WRITE),
        ("misled", _("What misleads"), "training-misled", MISLED),
        ("outcomes", _("Outcomes"), "training-outcomes", OUTCOMES),
        ("records", _("Record store"), "training-records", ("settings.manage",)),
    ]
    return [
        {"label": label, "href": reverse(url), "current": key == current}
        for key, label, url, needed in known
        if any(actor.has(name) for name in needed)
    ]


def me(request: HttpRequest) -> UUID:
    """Who learns: certificates are given to people by this id."""
    assert request.user.pk is not None
    return UUID(str(request.user.pk))


def policy_of(key: str) -> PolicyRef:
    """The policy of an address; a 404 when there is none."""
    try:
        return policies.policy(key)
    except BadInput:
        raise NotFound("unknown_policy", f"There is no policy {key[:60]!r}.") from None


def topics(policy_key: str) -> dict[str, str]:
    """What topics of a policy are called."""
    found = {kind.key: f"{kind.clause} {kind.name}" for kind in policies.all_violations(policy_key)}
    return {**found, "clean": _("Clean"), "general": _("The policy as a whole")}


def uses() -> dict[str, str]:
    """What uses of an item are called."""
    return {"practice": _("Practice case"), "exam": _("Exam question")}


def levels() -> dict[int, str]:
    """What difficulties are called."""
    return {1: _("Easy"), 2: _("Medium"), 3: _("Hard")}


def shown(item: TrainingItem) -> dict[str, str]:
    """The content of an item with every field there is, as texts."""
    names = ("text", "question", "author", "kind", "market", "language")
    return {name: str(item.content.get(name, "")) for name in names}


def sentence(error: WatchfloorError) -> str:
    """An error as a person reads it."""
    return f"{error.message} {error.hint}".strip()
