"""What training comes to: how soon new people decide as well as the tenured, and how cohorts of different trainers fare.

Numbers are of groups. Trainers are told apart only where the difference is not noise, by the same rule as everywhere (``standing``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
from django.db.models import Min

from watchfloor.engines import agreement
from watchfloor.engines.agreement import Interval, Standing
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.quality.queries.figures import Filters, looks_of, verdict
from watchfloor.training import cohort_queries
from watchfloor.training.domain import proficiency
from watchfloor.training.domain.proficiency import Judged, Point
from watchfloor.training.models import Member, Sitting, TrainingSession
from watchfloor.workforce.models import Certificate

NEW: Final = 180  # days since the first certificate, up to which somebody is new
FEW: Final = 5  # people, below which a group's numbers would tell who


class Proficiency(msgspec.Struct, frozen=True, kw_only=True):
    """New people of a policy by days since their first certificate, against the mean of the tenured.

    ``points`` is empty with fewer than ``FEW`` new people. ``reached``: how many of them decide as well; ``days``: their median day.
    """

    people: int
    looks: int
    points: list[Point]
    tenured: Interval | None
    tenured_looks: int
    reached: int
    days: float | None


def new_people(actor: Actor, policy_key: str, vendor: str = "") -> Proficiency:
    """The curve of one policy, of the vendors one may see."""
    rows = [
        row
        for row in looks_of(actor, Filters(days=2 * NEW, policy=policy_key, vendor=vendor))
        if row.decider.startswith("user:")
    ]
    makers = [_person(row.decider) for row in rows]
    first = dict(
        Certificate.objects.filter(policy_key=policy_key, reviewer_id__in=set(makers))
        .order_by()
        .values_list("reviewer_id")
        .annotate(first=Min("granted_at"))
    )
    limit = clock.now() - timedelta(days=NEW)
    old: list[bool] = []
    new: defaultdict[UUID, list[Judged]] = defaultdict(list)
    for row, maker in zip(rows, makers, strict=True):
        begun = first.get(maker)
        good = not verdict(row).is_wrong
        if begun is None or begun < limit:
            old.append(good)
        elif row.decided_at >= begun:
            new[maker].append(Judged((row.decided_at - begun).days, good))
    tenured = agreement.wilson(sum(old), len(old)) if len(old) >= proficiency.LEAST else None
    days = [proficiency.reached(many, tenured.value) for many in new.values()] if tenured else []
    enough = len(new) >= FEW
    return Proficiency(
        people=len(new), looks=sum(map(len, new.values())), tenured=tenured, tenured_looks=len(old),
        points=proficiency.curve([each for many in new.values() for each in many]) if enough else [],
        reached=sum(day is not None for day in days) if enough else 0, days=proficiency.middle(days) if enough else None,
    )  # fmt: skip


def _person(decider: str) -> UUID:
    """Who decided; one id for all who are no person of this installation any more."""
    try:
        return UUID(decider.partition(":")[2])
    except ValueError:
        return UUID(int=0)


def trainers(actor: Actor) -> tuple[Standing, dict[str, str]]:
    """First attempts that failed, by who taught most of the cohort's sessions; and the trainers' policies."""
    cohorts = {row.pk: row for row in cohort_queries.visible(actor)}
    taught: defaultdict[UUID, Counter[UUID]] = defaultdict(Counter)
    for pk, trainer in TrainingSession.objects.filter(
        cohort__in=cohorts, cancelled_at=None, starts_at__lte=clock.now()
    ).values_list("cohort_id", "trainer_id"):
        taught[pk][trainer] += 1
    members = Member.objects.filter(cohort__in=list(taught)).values_list("cohort_id", "reviewer_id", "joined_at")
    sittings: defaultdict[tuple[UUID, str], list[Sitting]] = defaultdict(list)
    people = {person for _, person, _ in members}
    for row in Sitting.objects.filter(reviewer_id__in=people, state__in=["passed", "failed"]).order_by("started_at"):
        sittings[row.reviewer_id, row.policy_key].append(row)
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    topics: defaultdict[str, set[str]] = defaultdict(set)
    for pk, person, joined in members:
        cohort = cohorts[pk]
        first = next(
            (
                s
                for s in sittings[person, cohort.policy_key]
                if s.started_at >= joined and s.policy_version >= cohort.policy_version
            ),
            None,
        )
        if first is None:
            continue
        who = f"user:{min(taught[pk].items(), key=lambda pair: (-pair[1], pair[0]))[0]}"
        counts[who][0] += first.state == "failed"
        counts[who][1] += 1
        topics[who].add(cohort.policy_key)
    found = agreement.standing(agreement.Checked(who, wrong, read) for who, (wrong, read) in sorted(counts.items()))
    return found, {name: ", ".join(sorted(keys)) for name, keys in topics.items()}
