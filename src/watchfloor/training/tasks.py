"""Background loops of training: exams end in time, products of units are made, people are reminded, mails go out."""

from __future__ import annotations

from watchfloor.identity.domain import system
from watchfloor.ledger.writer import writing
from watchfloor.platform.loops import WORK, loop
from watchfloor.training import cohort_actions, letters, making, record_push, sittings


@loop("training.exams", idle=15)
def exams() -> int:
    """End exams whose time is over."""
    with writing(system("training")) as w:
        return sittings.finish_overdue(w)


@loop("training.products", idle=2, place=WORK)
def products() -> int:
    """Make the products of a unit that was published."""
    return making.work()


@loop("training.escalate", idle=60)
def escalate() -> int:
    """Remind who is not certified as their day comes; tell the lead once it is over."""
    with writing(system("training")) as w:
        return cohort_actions.escalate_due(w)


@loop("training.letters", idle=5)
def send() -> int:
    """Send invitations and reminders."""
    return letters.send_due()


@loop("training.records", idle=5)
def tell_store() -> int:
    """Send what exams came to to the learning record store."""
    return record_push.push_due()
