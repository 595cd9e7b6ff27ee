"""What a person should not be given now: the one question that routing asks of well-being."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from watchfloor.kernel import clock
from watchfloor.kernel.remembered import RememberedBy
from watchfloor.workforce import wellbeing
from watchfloor.workforce.contracts import NO_LIMITS, Limits
from watchfloor.workforce.domain import budgets


def _limits(user_id: UUID) -> Limits:
    who, now = wellbeing.profile(user_id), clock.now()
    if wellbeing.on_break(user_id, now) is not None:
        return Limits(avoid=who.avoid, rest=True, why=_("You are on a break. Come back when you want."))
    waiting = wellbeing.due(user_id, who, now)
    if waiting is not None:
        why = _("A break of %(minutes)s minutes is due. Work waits until you have had it.") % {
            "minutes": waiting.minutes
        }
        return Limits(avoid=who.avoid, rest=True, why=why)
    spent = wellbeing.spent(user_id, who, now)
    empty = budgets.spent_up(who.budget, spent.lines)
    if empty is None:
        return NO_LIMITS if not who.avoid else Limits(avoid=who.avoid)
    why = {
        "day": _("Today's exposure to severity %(level)s and above is used up; you get other work until tomorrow."),
        "week": _("This week's exposure to severity %(level)s and above is used up; you get other work until Monday."),
    }[empty.span] % {"level": empty.severity}
    return Limits(max_severity=empty.severity - 1, avoid=who.avoid, why=why)


# Remembered for a few seconds: a claim may be that much late in knowing, which the budget's reserve more than covers.
limits_of = RememberedBy(_limits)
