"""All that is known of one thing: an item of the floor (an account, a message, an app), or a value that events share (an address)."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import Count

from watchfloor.detection.investigate.asking import PERMISSION, Asked, Question, ask
from watchfloor.identity.domain import Actor
from watchfloor.items import queries as item_queries
from watchfloor.items.models import Item, Label
from watchfloor.kernel import clock
from watchfloor.review import queries as review
from watchfloor.review.models import Case, Decision, Report

MOST = 20


class Entity(msgspec.Struct, frozen=True):
    """What the page shows. ``item`` is None where a value, not an item, was asked about (or the floor never saw the item).

    Attributes:
        condition: the query that finds its events.
        authored: the newest items of an account, with the number of their reports; ``authored_count``: how many there are.
        cases, reports, decisions: those the actor may see, newest first.
    """

    title: str
    kind: str
    condition: str
    item: Item | None = None
    data: dict[str, Any] = {}
    text: str = ""
    author: Item | None = None
    labels: list[Label] = []
    authored: list[Item] = []
    authored_count: int = 0
    cases: list[Case] = []
    reports: list[Report] = []
    decisions: list[Decision] = []


def of_item(actor: Actor, kind: str, name: str) -> Entity:
    """An item by the platform's name. One that the actor may not know of is as one that was never seen."""
    found = item_queries.find(kind, name)
    condition = f"$.item.type == {kind!r}, $.item.id == {name!r}"
    if found is None or not _may_see(actor, found):
        return Entity(name, kind, f"$.author.id == {name!r}" if kind == "account" else condition)
    item = Item.objects.select_related("author").get(pk=found.pk)
    is_account = item.kind == "account"
    if is_account:
        condition = f"$.author.id == {name!r} or $.item.id == {name!r}"
    cases = review.visible_cases(actor).select_related("item").filter(clearance="")
    same = cases.filter(item__author=item) | cases.filter(item=item) if is_account else cases.filter(item=item)
    newest = list(same.distinct().order_by("-opened_at", "-pk")[:MOST])
    authored = Item.objects.filter(author=item) if is_account else Item.objects.none()
    hidden = Case.objects.exclude(clearance="").filter(item__author=item).values("item")
    shown = authored.exclude(pk__in=hidden)
    data = item_queries.snapshot(item.current_version) or {}
    now = clock.now()
    labels = [
        row
        for row in Label.objects.filter(item=item).order_by("-added_at", "-pk")[: MOST * 2]
        if row.expires_at is None or row.expires_at > now or row.removed_at
    ]
    return Entity(
        name, kind, condition, item, data, item_queries.text_of(item.type_key, data), item.author, labels,
        list(shown.annotate(reported=Count("reports")).order_by("-first_seen_at", "-pk")[:MOST]), shown.count(), newest,
        list(Report.objects.filter(case__in=same).order_by("-received_at", "-pk")[:MOST]),
        list(Decision.objects.filter(case__in=same).select_related("case").order_by("-at", "-pk")[:MOST]),
    )  # fmt: skip


def of_value(path: str, value: str) -> Entity:
    """A value that events have at a path."""
    return Entity(value, path, f"{path} == {value!r}")


def events(actor: Actor, entity: Entity, question: Question) -> Asked | None:
    """The question for the entity's events; None when no event of the span has what it is found by."""
    from watchfloor.engines.sml import RuleErrors

    try:
        return ask(actor, msgspec.structs.replace(question, text=entity.condition), PERMISSION)
    except RuleErrors:
        return None


def _may_see(actor: Actor, item: Item) -> bool:
    """Within the actor's markets, and no case of the item is restricted: those are opened one by one.

    An account of which nothing is known but that it made such items is not known either.
    """
    restricted = Case.objects.exclude(clearance="")
    if restricted.filter(item=item).exists():
        return False
    if item.kind == "account" and not item.current_version:
        made = Item.objects.filter(author=item)
        hidden = made.filter(pk__in=restricted.filter(item__author=item).values("item"))
        if hidden.exists() and not made.exclude(pk__in=hidden.values("pk")).exists():
            return False
    return (
        any(
            PERMISSION in scope.permissions and (scope.markets is None or item.market in scope.markets)
            for scope in actor.scopes
        )
        or actor.all_powerful
    )
