"""The ready texts that fit a case, filled: the shipped ones, those everyone shares, one's own."""

from __future__ import annotations

import msgspec
from django.db.models import Q
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock, ids
from watchfloor.policy import queries as policies
from watchfloor.review.actions.people import person_id
from watchfloor.review.domain.macros import fill
from watchfloor.review.models import Case, Job
from watchfloor.review.models_bench import Macro
from watchfloor.review.pages.typed import MACROS

MOST = 60


class Ready(msgspec.Struct, frozen=True):
    """One ready text: its key in the form, its name, the filled text. ``group``: own | shared | shipped."""

    key: str
    name: str
    text: str
    group: str


def ready(actor: Actor, job: Job, *, violation: str = "") -> list[Ready]:
    """One's own first; then shared ones that fit the policy and the queue; then the shipped ones."""
    case = job.case
    values = values_of(case, violation)
    rows = Macro.objects.filter(Q(owner=None) | Q(owner=person_id(actor)), archived_at=None)
    rows = rows.filter(policy_key__in=["", case.policy_key], queue_key__in=["", job.queue_key])
    found = [
        Ready(f"m:{row.pk}", row.name, fill(row.text, values), "own" if row.owner else "shared") for row in rows[:MOST]
    ]
    found.sort(key=lambda each: (each.group, each.name.casefold()))
    return [*found, *(Ready(key, str(words), text, "shipped") for key, (words, text) in MACROS.items())]


def values_of(case: Case, violation: str = "") -> dict[str, str]:
    """What the placeholders stand for here."""
    author = case.item.author
    named = ""
    if violation:
        named = next(
            (kind.name for kind in policies.violations(case.policy_key, case.market) if kind.key == violation), ""
        )
    return {
        "case": ids.short(case.pk),
        "item_type": case.item.type_key,
        "author": author.external_id if author is not None else _("the author"),
        "market": case.market,
        "language": case.language,
        "policy": policies.policy(case.policy_key).name,
        "violation": named,
        "reports": str(case.report_count),
        "date": clock.now().date().isoformat(),
    }


def text_of(actor: Actor, job: Job, key: str, violation: str = "") -> str:
    """The text behind a key of the form, for a page without script."""
    return next((each.text for each in ready(actor, job, violation=violation) if each.key == key), "")
