"""What exams came to as xAPI statements, for a learning record store: they name nobody, and say no question's text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.platform import config
from watchfloor.policy import queries as policies
from watchfloor.training import bank, scope
from watchfloor.training.domain import xapi
from watchfloor.training.domain.units import Stamp
from watchfloor.training.models import Answer, Sitting, TrainingItem
from watchfloor.workforce.models import Reviewer

OVER = (Sitting.State.PASSED, Sitting.State.FAILED)  # an exam that is void says nothing of anybody


def of_policy(actor: Actor, policy_key: str, home: str, most: int = 20_000) -> list[xapi.Statement]:
    """Answers and results of exams that are over, the oldest first, of people of the vendors one may see.

    Args:
        home: the address of this installation: accounts and questions are named below it.
    """
    people = Reviewer.objects.filter(scope.rows(actor, *scope.TEACH)).values("pk")
    over = Sitting.objects.filter(policy_key=policy_key, state__in=OVER, reviewer_id__in=people)
    return of_sittings(policy_key, list(over.order_by("finished_at", "pk")[:most]), home)


def of_sittings(policy_key: str, rows: Sequence[Sitting], home: str) -> list[xapi.Statement]:
    """Answers and results of these exams of one policy, all of them over."""
    name = policies.policy(policy_key).name
    items = {row.pk: row for row in TrainingItem.objects.filter(policy_key=policy_key)}
    findings = bank.findings(policy_key)
    given: defaultdict[UUID, list[Answer]] = defaultdict(list)
    for answer in Answer.objects.filter(sitting__in=rows).order_by("at"):
        assert answer.sitting_id is not None
        given[answer.sitting_id].append(answer)
    place = xapi.Place(home=home, secret=config.secret("training.key").encode())
    found: list[xapi.Statement] = []
    for row in rows:
        assert row.finished_at is not None
        sitting = xapi.Sitting(
            id=row.pk, person=str(row.reviewer_id), name=name,
            stamp=Stamp(policy=policy_key, version=row.policy_version, digest=row.text_digest),
        )  # fmt: skip
        for answer in given[row.pk]:
            item = items[answer.item_id]
            known = [str(option) for option in item.options] or findings
            if item.revision != answer.revision or answer.given not in known or item.answer not in known:
                continue  # the question has changed since: its choices are not what they were
            found.append(xapi.answered(
                place, sitting, item=item.key, options=len(known), given=known.index(answer.given), right=known.index(item.answer),
                at=answer.at,
            ))  # fmt: skip
        total = max(len(row.items), row.right)
        found.append(
            xapi.finished(
                place, sitting, right=row.right, total=total, passed=row.state == "passed", at=row.finished_at,
                took=row.finished_at - row.started_at,
            )
        )  # fmt: skip
    return found
