"""What a ladder would have done to the strikes of the last days, beside what the present one does: the preview before it is saved."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from watchfloor.enforcement import domain
from watchfloor.enforcement.domain import Step
from watchfloor.enforcement.models import Strike
from watchfloor.kernel import clock

LONGEST_STRIKE = timedelta(days=366)


class Would(msgspec.Struct, frozen=True, kw_only=True):
    """Steps reached in the time, by action, and by how many accounts; ``strikes`` were given in it."""

    strikes: int
    accounts: int
    by_action: dict[str, int]


def would_have(steps: Sequence[Step], days: int = 30, *, without: Sequence[str] = ()) -> Would:
    """The strikes that still stand (voided ones were mistakes), in the order they were given; ``without`` those of these policies."""
    now = clock.now()
    since = now - timedelta(days=days)
    rows = (
        Strike.objects.filter(given_at__gte=since - LONGEST_STRIKE)
        .exclude(state=Strike.State.VOIDED)
        .exclude(policy_key__in=without)
    )
    active = set(Strike.objects.filter(given_at__gte=since).values_list("account_id", flat=True))
    by_account: dict[UUID, list[Strike]] = defaultdict(list)
    for row in rows.filter(account__in=active).order_by("given_at", "id").iterator():
        by_account[row.account_id].append(row)
    reached: Counter[str] = Counter()
    accounts: set[UUID] = set()
    given = 0
    for account, strikes in by_account.items():
        for place, strike in enumerate(strikes):
            if strike.given_at < since:
                continue
            given += 1
            before = sum(each.points for each in strikes[:place] if each.expires_at > strike.given_at)
            step = domain.step_crossed(steps, before, before + strike.points)
            if step is not None:
                reached[step.action_key] += 1
                accounts.add(account)
    return Would(strikes=given, accounts=len(accounts), by_action=dict(reached))
