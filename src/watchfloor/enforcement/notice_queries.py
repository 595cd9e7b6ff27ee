"""Readers of notices: the log an actor may see, how one was delivered, and real examples to try new words on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from django.db.models import Q, QuerySet

from watchfloor.enforcement import notice_fields, notice_templates, queries
from watchfloor.enforcement.models import Notice
from watchfloor.enforcement.notice_words import LANGUAGES
from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.ids import decode
from watchfloor.ledger.models import Outbox

FILTERS = ("q", "template", "to", "language", "market", "policy")
EXAMPLES = 8
_IDS = {"ntc": "pk", "dec": "decision_id", "case": "case_id"}


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that was sent, to try words on; ``made_up`` values where none was sent yet."""

    key: str
    at: datetime | None
    values: dict[str, str]
    made_up: bool = False


def visible(actor: Actor, permission: str = "enforcement.view") -> QuerySet[Notice]:
    """The notices this actor may see, by queue, market, severity and clearance of what they are about."""
    allowed = access.rows(actor, permission, queue="queue_key", market="market", severity="severity")
    return Notice.objects.filter(allowed).exclude(policy_key__in=queries.hidden_policies(actor, permission))


def notices(actor: Actor, wanted: Mapping[str, str]) -> QuerySet[Notice]:
    """Narrowed by template, side, language, market, policy, and ``q``: an id of a notice, decision or case, or of a person or item."""
    rows = visible(actor).select_related("item", "item__author")
    for name, column in (
        ("template", "template"),
        ("to", "to"),
        ("language", "language"),
        ("market", "market"),
        ("policy", "policy_key"),
    ):
        if wanted.get(name):
            rows = rows.filter(**{column: wanted[name]})
    text = wanted.get("q", "").strip()
    if text:
        rows = rows.filter(_named(text))
    return rows.order_by("-created_at", "-id")


def notice(actor: Actor, notice_id: str, permission: str = "enforcement.view") -> Notice:
    """One notice; ``NotFound`` where the actor may not know of it."""
    row = visible(actor, permission).select_related("item").filter(pk=decode("ntc", notice_id)).first()
    if row is None:
        raise NotFound("unknown_notice", "There is no such notice.")
    return row


def deliveries(row: Notice) -> list[Outbox]:
    """Its messages to the platform, newest first."""
    return list(Outbox.objects.filter(topic="notice", subject=f"notice:{row.pk}").order_by("-created_at", "-id"))


def examples(actor: Actor, key: str, language: str) -> list[Example]:
    """The latest notices of this kind in this language that the actor may see, with the values they were filled with."""
    rows = visible(actor).filter(template=key, language=language).exclude(values={}).order_by("-created_at", "-id")
    found = [Example(key=str(row.pk), at=row.created_at, values=row.values) for row in rows[:EXAMPLES]]
    return found or [made_up(key)]


def made_up(key: str) -> Example:
    """What each field holds, in its place."""
    spec = notice_fields.TEMPLATES[key]
    return Example(key="", at=None, values={name: f"[{name}]" for name in spec.fields}, made_up=True)


def book() -> list[tuple[str, notice_fields.Spec, dict[str, notice_templates.Words | None]]]:
    """Every notice with its words in every language, in the order of the specification."""
    current = notice_templates.CURRENT()
    return [
        (key, spec, {language: current.get((key, language)) for language in LANGUAGES})
        for key, spec in notice_fields.TEMPLATES.items()
    ]


def _named(text: str) -> Q:
    kind = text.partition("_")[0]
    if kind in _IDS:
        try:
            return Q(**{_IDS[kind]: decode(kind, text)})
        except BadInput:
            return Q(pk__in=[])
    return Q(recipient=text) | Q(item__external_id=text) | Q(item__author__external_id=text)
