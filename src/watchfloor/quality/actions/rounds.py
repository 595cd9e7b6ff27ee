"""Calibration sessions: opened over looks whose answer is known, answered by each person alone, closed, written up.

Nothing here touches a case. Restricted cases are never in a session: they would be shown to people who need not see them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.quality.events import RoundAnswered, RoundClosed, RoundNoted, RoundOpened
from watchfloor.quality.models import Look, Round, RoundAnswer, RoundItem
from watchfloor.quality.queries import rounds
from watchfloor.quality.queries.population import vendor_of
from watchfloor.quality.queries.seen import manageable
from watchfloor.review.actions import flag_edge_case
from watchfloor.review.domain import findings
from watchfloor.review.models import Case
from watchfloor.review.queries import visible_cases

MOST_ITEMS: Final = 50
MOST_PEOPLE: Final = 2_000
LONGEST: Final = 4_000


def open_round(
    actor: Actor, *, title: str, look_ids: Sequence[UUID], vendors: Sequence[str], due_at: datetime
) -> Round:
    """Begin a session over looks that are agreed or settled, for the people of ``vendors`` whom the actor may see.

    Raises:
        BadInput: no title, no item, nobody to answer, a date that is over.
    """
    title = title.strip()
    if not title or len(title) > 120:
        raise BadInput("bad_title", "Give the session a title of at most 120 characters.", where="title")
    if due_at <= clock.now():
        raise BadInput("bad_due", "The session is due in the future.", where="due")
    if not look_ids or len(look_ids) > MOST_ITEMS:
        raise BadInput("bad_items", f"Choose between 1 and {MOST_ITEMS} looks.", where="items")
    with writing(actor) as w:
        looks = manageable(actor).filter(
            pk__in=list(look_ids), state__in=(Look.State.AGREED, Look.State.SETTLED), purpose="sample", clearance=""
        )
        chosen = sorted(looks, key=lambda row: str(row.pk))  # in no order that would tell anything
        if not chosen:
            raise BadInput("bad_items", "None of these looks can be in a session.", where="items")
        people = [row.pk for row in rounds.possible(actor, vendors)]
        if not people or len(people) > MOST_PEOPLE:
            raise BadInput(
                "nobody",
                f"A session has between 1 and {MOST_PEOPLE} people; these vendors have {len(people)}.",
                where="vendors",
            )
        row = w.create(
            Round,
            title=title,
            vendors=sorted(vendors),
            people=people,
            due_at=due_at,
            made_by=w.actor,
            made_at=clock.now(),
        )
        made = [
            w.create(
                RoundItem, round=row, number=number, case_id=look.case_id, item_version=look.item_version,
                policy_key=look.policy_key, market=look.market, severity=look.severity, right_verdict=look.right_verdict,
                right_violation=look.right_violation,
            )
            for number, look in enumerate(chosen, 1)
        ]  # fmt: skip
        w.event(RoundOpened(items=len(made), people=len(people)), row)
        return row


def answer(actor: Actor, item_id: UUID, *, verdict: str, violation_key: str = "", why: str = "") -> RoundAnswer:
    """Say what one finds, once; it can be changed until the session is closed.

    Raises:
        NotFound: it is nobody's, or somebody else's, session.
        Conflict: it is closed.
        BadInput: a finding that is not complete.
    """
    violation_key = violation_key if verdict == "violating" else ""
    findings.check(verdict, violation_key)
    with writing(actor) as w:
        item = rounds.mine(actor).filter(pk=item_id).select_related("round").first()
        if item is None:
            raise NotFound("unknown_item", "There is no such item.")
        if item.round.state != "open":
            raise Conflict("closed", "The session is closed.")
        if violation_key:
            policies.violation(violation_key)
        version = policies.version_in_force(item.policy_key)
        values = {
            "verdict": verdict, "violation_key": violation_key, "why": why.strip()[:LONGEST], "at": clock.now(),
            "policy_version_id": version.id if version else None,
        }  # fmt: skip
        site = vendor_of(str(actor))
        row = RoundAnswer.objects.select_for_update().filter(item=item, person=UUID(actor.id)).first()
        if row is None:
            row = w.create(RoundAnswer, item=item, person=UUID(actor.id), site=site, **values)
        else:
            w.update(row, **values)
        event = RoundAnswered(
            policy=item.policy_key,
            market=item.market,
            severity=item.severity,
            vendor=site,
            verdict=verdict,
            violation=violation_key,
        )
        w.event(event, row)
        return row


def close(actor: Actor, round_id: UUID) -> Round:
    """End answering; from here on everybody who answered sees what came out."""
    with writing(actor) as w:
        row = _managed(actor, round_id)
        if row.state != "open":
            raise Conflict("closed", "The session is closed.")
        w.update(row, state="closed", closed_at=clock.now())
        w.event(RoundClosed(answers=RoundAnswer.objects.filter(item__round=row).count()), row)
        return row


def note(actor: Actor, round_id: UUID, minutes: str) -> Round:
    """Write down what the session came to."""
    if len(minutes) > 20_000:
        raise BadInput("too_long", "Minutes have at most 20,000 characters.", where="minutes")
    with writing(actor) as w:
        row = _managed(actor, round_id)
        w.update(row, minutes=minutes.strip())
        w.event(RoundNoted(), row)
        return row


def ask_policy(actor: Actor, item_id: UUID, question: str) -> RoundItem:
    """Put the question of an item that divides people to policy: it stands among the edge cases from then on."""
    with writing(actor) as w:
        item = RoundItem.objects.select_for_update().filter(pk=item_id).first()
        if item is None:
            raise NotFound("unknown_item", "There is no such item.")
        row = _managed(actor, item.round_id)
        if item.asked_at is not None:
            raise Conflict("asked", "This has been put to policy.")
        case = visible_cases(actor).filter(pk=item.case_id).first()
        if case is None:
            raise NotFound("unknown_case", "There is no such case.")
        flag_edge_case(w, Case.objects.select_for_update().get(pk=case.pk), question)
        w.update(item, asked_at=clock.now())
        w.event(RoundNoted(asked=1), item)
        del row
        return item


def _managed(actor: Actor, round_id: UUID) -> Round:
    row = rounds.visible(actor).select_for_update().filter(pk=round_id).first()
    if row is None:
        raise NotFound("unknown_round", "There is no such session.")
    return row
