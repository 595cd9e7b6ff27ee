"""Readers for the person who learns: what I hold, what ends, what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.policy import queries as policies
from watchfloor.training import bank, sandbox, sittings
from watchfloor.training.contracts import Path
from watchfloor.training.models import Exam, Sitting, TrainingItem
from watchfloor.workforce.certificates import held_of
from watchfloor.workforce.domain.matching import Held
from watchfloor.workforce.models import Certificate

_FIRST = {"old": 0, "ended": 1, "": 2, "current": 3}


def paths(reviewer_id: UUID) -> list[Path]:
    """Every policy that one can learn or is certified for; what must be renewed first, then what is new, then what is done."""
    held = _held(reviewer_id)
    open_now = sittings.open_sitting(reviewer_id)
    found = [_path(reviewer_id, key, held, open_now) for key in taught() | {each.key for each in held}]
    order = {policy.key: index for index, policy in enumerate(policies.all_policies())}
    return sorted(found, key=lambda path: (_FIRST[path.holds], order.get(path.policy_key, len(order)), path.policy_key))


def path(reviewer_id: UUID, policy_key: str) -> Path:
    """The same for one policy. Raises ``BadInput`` for a policy that is not there."""
    policies.policy(policy_key)
    return _path(reviewer_id, policy_key, _held(reviewer_id), sittings.open_sitting(reviewer_id))


def taught() -> set[str]:
    """Keys of the policies with an exam or practice cases that were approved."""
    rows = TrainingItem.objects.filter(use="practice", state=TrainingItem.State.APPROVED)
    return set(rows.values_list("policy_key", flat=True)) | set(Exam.objects.values_list("policy_key", flat=True))


def holding(held: Iterable[Held], version: int | None, now: datetime) -> tuple[str, datetime | None]:
    """``holds`` and ``until`` of ``contracts.Path`` for the certificates of one policy: the best decides, then what lasts longest."""
    own = list(held)
    counting = [each for each in own if each.counts(now)]
    newest = [each for each in counting if version is None or each.version >= version]
    best = newest or counting
    if not best:
        return ("ended", max((each.until for each in own if each.until), default=None)) if own else ("", None)
    until = None if any(each.until is None for each in best) else max(each.until for each in best if each.until)
    return ("current" if newest else "old"), until


def _path(reviewer_id: UUID, key: str, held: list[Held], open_now: Sitting | None) -> Path:
    known = {policy.key: policy.name for policy in policies.all_policies()}
    version = policies.version_in_force(key) if key in known else None
    done = sandbox.standing(reviewer_id, key)
    exam = Exam.objects.filter(policy_key=key).first()
    own = [each for each in held if each.key == key]
    holds, until = holding(own, version.number if version else None, clock.now())
    needed = min(exam.practice_right, done.total) if exam else 0
    opens = sittings.opens_at(exam, reviewer_id) if exam else None
    if open_now is not None and open_now.policy_key == key:
        step = "go_on"
    elif holds == "current" or exam is None:
        step = "practise" if done.right < done.total else "none"
    elif done.right < needed:
        step = "practise"
    else:
        step = "wait" if opens is not None and opens > clock.now() else "sit"
    return Path(
        policy_key=key, name=known.get(key, key), version=version.number if version else None, practice_right=done.right,
        practice_total=done.total, practice_needed=needed, has_exam=exam is not None, holds=holds, until=until, step=step,
        opens_at=opens if step == "wait" else None, sitting_id=open_now.pk if open_now and step == "go_on" else None,
    )  # fmt: skip


def _held(reviewer_id: UUID) -> list[Held]:
    return held_of(Certificate.objects.filter(reviewer_id=reviewer_id))


def past_sittings(reviewer_id: UUID, limit: int = 20) -> list[Sitting]:
    """One's own exams that are over, the newest first."""
    rows = Sitting.objects.filter(reviewer_id=reviewer_id).exclude(state=Sitting.State.OPEN)
    return list(rows.order_by("-started_at", "-pk")[:limit])


def examples(policy_key: str, topic: str) -> list[TrainingItem]:
    """Practice cases of a topic that count now: the examples of the article. Exam questions are never among them."""
    return list(bank.usable(policy_key, "practice").filter(topic=topic).order_by("difficulty", "key"))
