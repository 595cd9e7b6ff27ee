"""Which clauses mislead: where decisions were wrong and reviewers asked, clause by clause, and whether a new unit changed it.

Whoever keeps suggestions (a context above) registers ``suggest_by``; the page then offers the button.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from watchfloor.engines import agreement
from watchfloor.engines.agreement import Share
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.policy import precedents
from watchfloor.policy import queries as policies
from watchfloor.quality.models import Look
from watchfloor.quality.queries.figures import Filters, looks_of, verdict
from watchfloor.training.models import UnitVersion

DAYS: Final = 90  # looked back
FEW: Final = 10  # looks, below which a share is not told
BEFORE: Final = timedelta(days=56)  # of the time before a unit was published that it is compared with


class Misled(msgspec.Struct, frozen=True, kw_only=True):
    """One clause: so many decisions about it were looked at and so many were wrong; so many questions were asked.

    Attributes:
        wrong_share: the share of wrong decisions among all, with its interval; None with fewer than ``FEW`` looks.
        taken_for: what it is most often taken for (two names of findings), or ("", "").
        since: when the unit that teaches it was last published; ``before`` and ``after`` are wrong shares around it.
        cases: cases to look at, the newest first.
        questions: what was asked, the newest first.
    """

    policy_key: str
    clause: str
    looks: int
    wrong: int
    wrong_share: Share | None
    asked: int
    taken_for: tuple[str, str]
    cases: tuple[UUID, ...]
    questions: tuple[str, ...]
    since: datetime | None
    before: Share | None
    after: Share | None


Suggest = Callable[[Actor, Misled, str], str]  # of a clause or of its unit; the address at which it stands
May = Callable[[Actor], bool]
_suggest: list[tuple[Suggest, May]] = []


def suggest_by(function: Suggest, may: May) -> None:
    """Register who makes a suggestion of a clause that misleads and says where it stands, and who may (in an app's ``ready``)."""
    _suggest[:] = [(function, may)]


def can_suggest(actor: Actor) -> bool:
    """Whether somebody keeps suggestions here and this person may make one."""
    return any(may(actor) for _, may in _suggest)


def suggest(actor: Actor, row: Misled, of: str = "clause") -> str:
    """Suggest a change of the clause, or (``of`` is unit) of the unit that teaches it; the suggestion's address."""
    return _suggest[0][0](actor, row, of)


def clauses(actor: Actor, policy_key: str, days: int = DAYS) -> list[Misled]:
    """The clauses of a policy by how often they mislead, most wrong decisions and questions first; those without any are left out."""
    known = policies.policy(policy_key)
    version = policies.version_in_force(known.key)
    numbers = {clause.key: clause.number for clause in version.clauses} if version else {}
    kinds = {row.key: row.clause.split(" ")[0] for row in policies.all_violations(known.key)}
    by_clause: defaultdict[str, list[Look]] = defaultdict(list)
    for row in looks_of(actor, Filters(days=days, policy=known.key)):
        for clause in {kinds.get(row.violation_key, ""), kinds.get(row.right_violation, "")} - {""}:
            by_clause[clause].append(row)
    asked: defaultdict[str, list[str]] = defaultdict(list)
    since = clock.now() - timedelta(days=days)
    for each in precedents.of_policy(actor, known.key):
        clause = numbers.get(each.clause) or kinds.get(each.violation_key, "")
        if clause and each.at >= since:
            asked[clause].append(each.question)
    live = UnitVersion.objects.filter(unit__policy_key=known.key, unit__original=True, state="published")
    published = live.values_list("published_at", flat=True).first()
    found = [_misled(known.key, clause, by_clause[clause], asked[clause], published) for clause in {*by_clause, *asked}]
    return sorted(
        (row for row in found if row.wrong or row.asked), key=lambda row: (-row.wrong - row.asked, row.clause)
    )


def _misled(policy_key: str, clause: str, looks: list[Look], asked: list[str], published: datetime | None) -> Misled:
    wrong = [row for row in looks if verdict(row).is_wrong]
    pairs: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in wrong:
        pairs[row.right_violation or row.right_verdict, row.violation_key or row.verdict] += 1
    before = [row for row in looks if published and published - BEFORE <= row.decided_at < published]
    after = [row for row in looks if published and row.decided_at >= published]
    newest = sorted(wrong, key=lambda row: row.decided_at, reverse=True)
    return Misled(
        policy_key=policy_key, clause=clause, looks=len(looks), wrong=len(wrong), wrong_share=share(looks), asked=len(asked),
        taken_for=max(pairs, key=lambda pair: (pairs[pair], pair)) if pairs else ("", ""),
        cases=tuple(dict.fromkeys(row.case_id for row in newest))[:3], questions=tuple(asked[:3]), since=published,
        before=share(before), after=share(after),
    )  # fmt: skip


def share(looks: Iterable[Look]) -> Share | None:
    """The share of wrong decisions these looks stand for; None where they are too few."""
    rows = [agreement.Look(row.probability, float(verdict(row).is_wrong), 1.0, row.stratum) for row in looks]
    return agreement.share(rows, process=True) if len(rows) >= FEW else None
