"""One person's own results, with what they mean: an estimate with its interval, beside everybody's; never a place in an order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

import msgspec

from watchfloor.engines import agreement
from watchfloor.engines.agreement import Person, Standing
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.quality.domain.looks import DONE
from watchfloor.quality.models import Coaching, Look
from watchfloor.quality.queries.figures import Filters, looks_of, verdict


class Own(msgspec.Struct, frozen=True):
    """``mine`` is None where nothing was looked at; ``all_wrong`` is everybody's share of wrong decisions."""

    mine: Person | None
    all_wrong: float | None
    looks: list[Look]
    coaching: list[Coaching]
    right_left: int


def standing(rows: Iterable[Look]) -> Standing:
    """Everybody who decided (rules are not people), each drawn towards the others."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row.decider.startswith("user:"):
            counts[row.decider][0] += verdict(row).is_wrong
            counts[row.decider][1] += 1
    return agreement.standing(agreement.Checked(who, wrong, read) for who, (wrong, read) in sorted(counts.items()))


def own(actor: Actor, days: int = 90) -> Own:
    """The actor's own: no right is needed to know it, and nobody else's is in it but as one number."""
    since = clock.now() - timedelta(days=days)
    done = Look.objects.filter(state__in=DONE, purpose="sample", decided_at__gte=since, origin="human")
    done = done.exclude(right_verdict="").exclude(decider="")
    rows = list(done)
    found = standing(rows)
    mine = next((one for one in found.people if one.who == str(actor)), None)
    looks = [row for row in rows if row.decider == str(actor)]
    looks.sort(key=lambda row: row.decided_at, reverse=True)
    told = [row for row in looks if row.state in (Look.State.AGREED, Look.State.SETTLED, Look.State.DISPUTED)]
    coaching = list(Coaching.objects.filter(person=str(actor)).select_related("look").order_by("-made_at")[:50])
    asked = agreement.ask(agreement.Rule(), mine.wrong, mine.read) if mine else None
    left = asked.right_left if asked is not None and asked.says == "go on" else 0
    few = len(found.people) < 5  # one number of so few would tell who
    return Own(mine, None if few else found.prior.mean, told, coaching, left)


def people(actor: Actor, filters: Filters) -> Standing:
    """Those whose looks the actor may know of."""
    return standing(looks_of(actor, filters))
