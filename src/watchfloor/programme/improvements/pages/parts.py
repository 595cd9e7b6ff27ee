"""What the pages of improvements share: tabs, a POST that does one thing and keeps what was typed when it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.policy import queries as policies
from watchfloor.programme import tabs
from watchfloor.programme.facts import queries as facts
from watchfloor.programme.improvements.models import Quantity
from watchfloor.review.models import Queue

Errors = list[tuple[str, str]]
Do = Callable[[], str]


def head(actor: Actor, current: str) -> dict[str, Any]:
    """The parts of Programme."""
    return {"tabs": tabs.tabs(actor.has, current)}


def act(request: HttpRequest, verbs: Mapping[str, Do]) -> Errors | None:
    """Do what the form's button says; None when it was done, else what to mend.

    Raises:
        NotFound: there is no such thing to do.
    """
    do = verbs.get(request.POST.get("do", ""))
    if do is None:
        raise NotFound("unknown_step", "There is no such thing to do.")
    try:
        messages.success(request, do())
    except (BadInput, Conflict, Forbidden) as refused:
        return [(refused.where, f"{refused.message} {refused.hint}".strip())]
    return None


def uuid(text: str) -> UUID:
    """An id of a form.

    Raises:
        NotFound: it is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("unknown_suggestion", "There is no such suggestion.") from None


def open_lines(actor: Actor, lines: Iterable[Quantity]) -> set[UUID]:
    """Of quantities those whose numbers somebody may see: who could read all that they count."""
    found = list(lines)
    rests = {line.pk: [UUID(str(each[1])) for each in line.facts if each[1]] for line in found}
    kept = facts.by_ids([each for wanted in rests.values() for each in wanted])
    seen = {key for key, row in kept.items() if facts.may_see(actor, row)}
    judged = set() if actor.has("quality.view") else {line.pk for line in found if line.kind == "errors"}
    return {key for key, wanted in rests.items() if key not in judged and all(each in seen for each in wanted)}


def open_to(actor: Actor, lines: Iterable[Quantity]) -> bool:
    """Whether somebody may see all the numbers a proposal is sized by."""
    found = list(lines)
    return len(open_lines(actor, found)) == len(found)


def queue_names() -> dict[str, str]:
    """Queues by key."""
    return dict(Queue.objects.filter(archived_at__isnull=True).order_by("position", "key").values_list("key", "name"))


def policy_names() -> dict[str, str]:
    """Policies by key."""
    return {each.key: _(each.name) for each in policies.all_policies()}
