"""Verdicts come home: what people decide on a match, when they check the sample, and on appeal, confirms or rejects it and its entry.

The ledger is read by leaf, each decision once. A person's later word counts in place of an earlier one.
"""

from __future__ import annotations

import logging
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from watchfloor.detection.banks import bench, feedback, queries
from watchfloor.detection.banks.contracts import Judgement
from watchfloor.detection.banks.events import BankJudged
from watchfloor.detection.banks.guard import public_name
from watchfloor.detection.banks.models import Entry, Followed, Match
from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Forbidden, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.policy import queries as policies
from watchfloor.review import actions as review
from watchfloor.review.models import Decision

log = logging.getLogger(__name__)
BY = system("banks")
CONFIRMED, REJECTED = "confirmed", "rejected"
_PEOPLE = ("human", "appeal")
_READ = """
SELECT e.subject FROM ledger_leaf l JOIN ledger_event e ON e.id = l.event_id
WHERE l.number >= %s AND l.number < %s AND e.type = 'decision.made' ORDER BY l.number
"""
_END = "SELECT max(number) + 1 FROM ledger_leaf WHERE number >= %s AND number < %s"


class Word(NamedTuple):
    """What was said of a match: right, wrong, or None where it was taken back; and by whom, how."""

    confirmed: bool | None
    by: str
    how: str


def follow(limit: int = 2000) -> int:
    """Read on in the ledger; how many leaves were passed."""
    with writing(BY) as w:
        cursor, new = Followed.objects.select_for_update().get_or_create(pk=1)
        with connection.cursor() as db:
            if new:
                db.execute("SELECT coalesce(max(number) + 1, 0) FROM ledger_leaf")
                Followed.objects.filter(pk=1).update(leaf=db.fetchone()[0])
                return 0
            db.execute(_END, [cursor.leaf, cursor.leaf + limit])
            end = db.fetchone()[0]
            if end is None:
                return 0
            db.execute(_READ, [cursor.leaf, end])
            subjects = [row[0] for row in db.fetchall()]
        ids = [UUID(subject.partition(":")[2]) for subject in subjects]
        made = {row.pk: row for row in Decision.objects.filter(pk__in=ids).select_related("case")}
        for each in ids:
            if each in made:
                _learn(w, made[each])
        Followed.objects.filter(pk=1).update(leaf=end)
    return int(end - cursor.leaf)


def check(actor: Actor, match_id: UUID, *, right: bool, why: str = "") -> Match:
    """A person's word on a sampled match; a decision that was wrong falls in the same transaction.

    Raises:
        NotFound: there is no such match, or one is not cleared for its bank. Forbidden: one may not judge in this bank.
    """
    row = queries.matches(actor).filter(pk=match_id).first()
    if row is None:
        raise NotFound("no_match", "There is no such match.")
    if not queries.may(actor, queries.EDITS, row.bank):
        raise Forbidden("no_permission", "Your roles do not include judging matches.", hint="It needs bank.edit.")
    with writing(actor, reason=why[:200]) as w:
        judge(w, row.pk, Word(right, str(actor), "check"))
        if not right and row.decision_id is not None:
            review.take_back(w, row.decision_id, rests=True)
    row.refresh_from_db()
    return row


def judge(w: Writer, match_id: UUID, word: Word) -> bool:
    """Write a word down, on the match and in its entry's counts; whether it says anything new."""
    row = Match.objects.select_for_update(of=("self",)).select_related("bank", "entry", "item").get(pk=match_id)
    verdict = {True: CONFIRMED, False: REJECTED, None: ""}[word.confirmed]
    before = row.verdict
    if before == verdict:
        return False
    row.verdict, row.judged_at, row.judged_by = verdict, clock.now(), word.by
    row.judged_how = word.how if not row.judged_how or word.how != "appeal" else row.judged_how
    row.save(update_fields=["verdict", "judged_at", "judged_by", "judged_how"])
    Entry.objects.filter(pk=row.entry_id).update(
        confirmed=F("confirmed") + int(verdict == CONFIRMED) - int(before == CONFIRMED),
        rejected=F("rejected") + int(verdict == REJECTED) - int(before == REJECTED),
    )
    if word.confirmed is None:
        return True
    bank = row.bank
    w.event(
        BankJudged(
            bank=public_name(bank), kind=row.kind, policy=bank.policy_key, market=row.item.market, confirmed=word.confirmed,
            by_appeal=word.how == "appeal",
        ),
        ("bankmatch", row.pk), case_id=row.case_id, item_version=row.item_version,
    )  # fmt: skip
    feedback.tell(
        w,
        Judgement(
            match=row.pk, bank=bank.key, bank_id=bank.pk, entry=row.entry_id, kind=row.kind, source=row.entry.source,
            source_ref=row.entry.source_ref, confirmed=word.confirmed, before=before, by=word.by,
        ),
    )  # fmt: skip
    return True


def _learn(w: Writer, decision: Decision) -> None:
    if decision.supersedes_id is not None and decision.verdict != "violating":
        bench.fallen(w, decision.supersedes_id)
    word = _word(decision)
    if word is None:
        return
    group = decision.case.harm_group
    found: Any = Match.objects.filter(
        Q(case_id=decision.case_id) | Q(item_id=decision.case.item_id, item_version=decision.item_version)
    ).exclude(did__in=("suppressed", "held"))
    for pk, policy in found.order_by("pk").values_list("pk", "bank__policy_key"):
        if policies.policy(policy).harm_group == group:
            judge(w, pk, word)


def _word(decision: Decision) -> Word | None:
    """What a decision says of the matches on its case; None: nothing."""
    if decision.origin == "undo":
        earlier = decision.supersedes
        if earlier is None or earlier.origin not in _PEOPLE:
            return None
        return Word(None, decision.decider, "review")
    if decision.origin not in _PEOPLE or decision.verdict not in ("violating", "clean"):
        return None
    how = "appeal" if decision.origin == "appeal" else "review"
    return Word(decision.verdict == "violating", decision.decider, how)
