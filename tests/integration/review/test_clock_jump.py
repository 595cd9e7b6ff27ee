"""The machine's clock jumps ahead by hours and back again: a deadline is missed once, a lease that was taken over stays taken over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.support.floor import SPAM, Floor, install, someone

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.law import clocks, watching
from watchfloor.law import defaults as law
from watchfloor.law.models import Clock
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review import actions
from watchfloor.review.models import Decision

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=3)


def test_a_jump_ahead_and_back_does_nothing_twice() -> None:
    install()
    with writing(system("test")) as w:
        law.install(w)
    floor, ann, bob = Floor(), someone(), someone()
    now = clock.now()
    with clock.at(now):
        case = floor.report()
        first = floor.claim(ann)
        with writing(system("test")) as w:
            clocks.start_by_hand(w, "eu.tco.removal", clocks.About(kind="case", id=case.pk), now)
    with clock.at(now + HOURS):  # ahead
        assert actions.sweep_leases() == 1
        second = floor.claim(bob)
        while watching.watch():
            pass
        missed = Event.objects.filter(type="clock.missed").count()
    assert missed == 1 and second.job_id == first.job_id and second.token > first.token
    with clock.at(
        now + timedelta(minutes=1)
    ):  # and back: bob's lease ends far in the future, ann's token is old for ever
        assert actions.sweep_leases() == 0
        with pytest.raises(Conflict, match="no longer hold"):
            actions.decide(ann, first.job_id, first.token, SPAM)
        with pytest.raises(Conflict, match="no longer hold"):
            actions.heartbeat(ann, first.job_id, first.token, 1_000)
        while watching.watch():
            pass
        actions.decide(bob, second.job_id, second.token, SPAM)
    with clock.at(now + HOURS):  # where it was
        actions.sweep_leases()
        while watching.watch():
            pass
    assert Event.objects.filter(type="clock.missed").count() == 1
    assert [clock_.state for clock_ in Clock.objects.all()].count("missed") == 1
    assert Decision.objects.filter(case=case).count() == 1
