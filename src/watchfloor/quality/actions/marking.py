"""The scorecard: a save makes a version that is live from then on; a decision that was looked at is marked by the live one."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.quality.actions.dims import of_look
from watchfloor.quality.actions.settling import is_wrong
from watchfloor.quality.domain import cards
from watchfloor.quality.domain.cards import Card
from watchfloor.quality.domain.looks import DONE
from watchfloor.quality.events import CardMade, CardMarked
from watchfloor.quality.models import Marked, Scorecard
from watchfloor.quality.queries.seen import manageable


def live() -> tuple[Scorecard, Card] | None:
    """The scorecard in force."""
    row = Scorecard.objects.filter(live=True).first()
    return (row, msgspec.convert(row.document, Card)) if row is not None else None


def save(actor: Actor, card: Card, *, seen: int) -> Scorecard:
    """A new version goes live. ``seen``: the number of the one before (0: none); ``Conflict`` when another was made since."""
    cards.check(card)
    with writing(actor) as w:
        old = Scorecard.objects.select_for_update().filter(live=True).first()
        if (old.number if old else 0) != seen:
            raise Conflict(
                "card_changed", "Another scorecard has gone live meanwhile.", hint="Look at it, then save again."
            )
        if old is not None:
            w.update(old, live=False)
        row = w.create(
            Scorecard,
            number=seen + 1,
            document=msgspec.to_builtins(card),
            live=True,
            made_by=w.actor,
            made_at=clock.now(),
        )
        w.event(CardMade(number=row.number), row)
        return row


def mark(actor: Actor, look_id: UUID, marks: Mapping[str, str]) -> Marked:
    """Mark a decision; marks given before are replaced, the ledger keeps both.

    Raises:
        Conflict: there is no scorecard, or nobody has said anything of the decision yet.
        Forbidden: it is one's own decision.
        BadInput: a part without a mark.
    """
    with writing(actor) as w:
        look = manageable(actor).select_for_update().filter(pk=look_id).first()
        if look is None:
            raise NotFound("unknown_look", "There is no such look.")
        found = live()
        if found is None:
            raise Conflict("no_card", "There is no scorecard yet.", hint="Make one under Quality, Scorecard.")
        if look.state not in DONE or look.purpose != "sample":
            raise Conflict("not_looked", "A decision is marked once it was looked at.")
        if look.decider == str(actor):
            raise Forbidden("own", "This is your own decision: another person marks it.")
        row, card = found
        kept = {part.key: str(marks.get(part.key, "")) for part in card.parts if marks.get(part.key)}
        score = cards.score(card, kept, verdict=look.verdict, wrong=is_wrong(look))
        values = {
            "card": row.number, "marks": kept, "score": score.value, "failed": score.failed, "passed": score.passed,
            "marked_by": w.actor, "marked_at": clock.now(),
        }  # fmt: skip
        made = Marked.objects.select_for_update().filter(look_id=look.pk).first()
        if made is None:
            made = w.create(Marked, look_id=look.pk, **values)
        else:
            w.update(made, **values)
        event = CardMarked(**of_look(look), score=score.value, failed=score.failed)
        w.event(event, made, case_id=look.case_id, policy_version=look.policy_version_id)
        return made
