"""Accounts that were acted on with a campaign get everything back: taken over by somebody else, or never part of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from watchfloor.detection.campaigns import queries
from watchfloor.detection.campaigns.accounts import Account, accounts
from watchfloor.detection.campaigns.events import CampaignAccountRestored
from watchfloor.detection.campaigns.models import Campaign, CampaignRestore
from watchfloor.enforcement import actions as enforcement
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review.actions import restoring
from watchfloor.review.models import Decision

MOST = 200  # by one press; a whole decision for many is taken back where it was made
NOTICE = {"taken_over": "author_restored", "not_part": "author_reversed"}


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: accounts restored, decisions that fell, strikes forgiven; and whom not, each with a sentence."""

    accounts: int
    decisions: int
    forgiven: int
    kept: list[tuple[UUID, str]]


def falling(each: Account, reason: str) -> list[UUID]:
    """The decisions that fall when this account is restored: those against it and, if it is no part of it, against its items."""
    return [*each.acted, *(each.found if reason == CampaignRestore.Reason.NOT_PART else ())]


def restore(actor: Actor, pk: UUID, chosen: Sequence[UUID], *, reason: str, why: str) -> Restored:
    """Restore accounts of a campaign, each in a transaction of its own, with a notice to whose it is.

    ``taken_over``: the account is given back; what was sent stays removed and its strikes are voided. ``not_part``: what was found
    of its items in the campaign falls as well.

    Raises:
        BadInput: no or too many accounts, no such reason, or no why. Forbidden: without ``case.bulk``.
        NotFound: the actor knows of no such campaign, or one of the accounts is not in it.
    """
    if not actor.has(queries.ACTS):
        raise Forbidden(
            "no_permission", "Your roles do not include orders over many cases.", hint="It needs case.bulk."
        )
    if reason not in NOTICE:
        raise BadInput(
            "unknown_reason", "Say why they are restored.", where="reason", hint=f"One of: {', '.join(NOTICE)}."
        )
    if not why.strip():
        raise BadInput("missing_why", "Say what shows it, so that the next one understands.", where="why")
    wanted = list(dict.fromkeys(chosen))
    if not 1 <= len(wanted) <= MOST:
        raise BadInput("bad_number", f"Choose from 1 to {MOST} accounts.", where="account",
                       hint="To take back all, open the order over many and take it back as a whole.")  # fmt: skip
    known = {each.item.pk: each for each in accounts(actor, pk)}
    if any(key not in known for key in wanted):
        raise NotFound("no_account", "There is no such account in this campaign.")
    campaign = Campaign.objects.get(pk=pk)
    done: list[tuple[int, int]] = []
    kept: list[tuple[UUID, str]] = []
    for key in wanted:
        try:
            done.append(_one(actor, campaign, known[key], reason, why))
        except (Conflict, Forbidden, NotFound) as problem:
            kept.append((key, problem.message))
    return Restored(
        accounts=len(done), decisions=sum(fell for fell, _ in done), forgiven=sum(more for _, more in done), kept=kept
    )


@begin_again
def _one(actor: Actor, campaign: Campaign, each: Account, reason: str, why: str) -> tuple[int, int]:
    fall = falling(each, reason)
    if not fall:
        raise Conflict("nothing_stands", "Nothing that was decided with the campaign stands against it.")
    with writing(actor, reason=" ".join(why.split())[:200]) as w:
        undone = [restoring.restore(w, actor, pk, told=NOTICE[reason]) for pk in fall]
        forgiven = _forgive(w, each, undone[0]) if reason == CampaignRestore.Reason.TAKEN_OVER else 0
        row = w.create(
            CampaignRestore, campaign=campaign, account=each.item, reason=reason, decisions=len(undone), at=clock.now(),
            by=str(actor),
        )  # fmt: skip
        w.event(CampaignAccountRestored(why=reason, decisions=len(undone), forgiven=forgiven), row)
    return len(undone), forgiven


def _forgive(w: Writer, each: Account, by: Decision) -> int:
    cases = Decision.objects.filter(pk__in=each.found).values_list("pk", "case")
    return sum(enforcement.forgive(w, pk, by=by.pk, case_id=case) for pk, case in cases)
