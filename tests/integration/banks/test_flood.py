"""An entry that suddenly hits thousands is stopped before fifty were acted on. WATCHFLOOR_FLOOD_ITEMS=10000 runs the whole bar."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.banks import BY, a_hash
from tests.support.people import member

from watchfloor.detection.banks import actions, guard, indexes, look_up
from watchfloor.detection.banks.models import Entry, EntryHour, Match
from watchfloor.kernel import clock
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions as plans
from watchfloor.oncall.models import Page
from watchfloor.review.models import Case, Decision, Signal

if TYPE_CHECKING:
    from tests.support.banks import Banks

# More than the 31 that it takes to stop it.
MANY = int(os.environ.get("WATCHFLOOR_FLOOD_ITEMS", "36"))


@pytest.mark.parametrize("apart", [False, True])
def test_a_flood_is_stopped_before_fifty_are_acted_on(banks: Banks, apart: bool) -> None:
    """Once as one medium that all items show, once as a medium for each."""
    banks.add(banks.bank(action="decide"), a_hash(1))
    items = [banks.item() for _ in range(MANY if not apart else min(MANY, 200))]
    if apart:
        for each in items:
            banks.medium(a_hash(1), each)
    else:
        banks.medium(a_hash(1), *items)
    banks.match()
    entry = Entry.objects.get()
    assert entry.state == "quarantined"
    assert Decision.objects.count() == 30 < 50
    assert Match.objects.filter(did="flooded").count() == 1 and Match.objects.count() == 31
    assert Event.objects.filter(type="bank.quarantined").get().data == {
        "bank": "known",
        "hits": 31,
        "limit": 30,
        "acted": 30,
    }
    assert Case.objects.filter(state="open").count() == 1 == Signal.objects.filter(source="flood:known").count()
    assert look_up("pdq", a_hash(1)) == []
    indexes.follow()
    assert indexes.check().sound and indexes.status().hashes == 0


def test_somebody_is_paged_once(banks: Banks) -> None:
    person = member({"oncall.view", "oncall.answer"}, "Lena Lead")
    with writing(BY) as w:
        for key in ("night", "floods"):
            plans.save_policy(w, key=key, name=key, steps=[{"targets": [f"user:{person.pk}"], "wait": 5}])
        lines = [{"policy": "spam", "escalation_policy": "floods"}, {"escalation_policy": "night"}]
        plans.save_matrix(w, [{**line, "min_severity": 1} for line in lines])
    banks.add(banks.bank(action="decide", flood_limit=5), a_hash(1))
    banks.medium(a_hash(1), *[banks.item() for _ in range(8)])
    banks.match()
    page = Page.objects.get()
    entry = Entry.objects.get()
    assert (page.key, page.escalation_policy, page.state) == (f"bank-flood:{entry.pk}", "floods", "raised")
    assert page.case_id == Case.objects.get(state="open").pk


def test_a_flood_pages_though_its_policy_is_of_low_severity(banks: Banks) -> None:
    person = member({"oncall.view", "oncall.answer"}, "Lena Lead")
    with writing(BY) as w:
        plans.save_policy(w, key="night", name="night", steps=[{"targets": [f"user:{person.pk}"], "wait": 5}])
        plans.save_matrix(w, [{"escalation_policy": "night", "min_severity": 4}])
    banks.add(banks.bank(action="decide", flood_limit=5), a_hash(1))
    banks.medium(a_hash(1), *[banks.item() for _ in range(7)])
    banks.match()
    page = Page.objects.get()
    assert (page.escalation_policy, page.severity) == ("night", 1)


def test_a_released_entry_counts_again_up_to_its_own_limit(banks: Banks) -> None:
    known = banks.bank(action="decide", flood_limit=5)
    ids = banks.add(known, a_hash(1)).ids
    media = banks.medium(a_hash(1), *[banks.item() for _ in range(6)])
    banks.match()
    with writing(BY) as w:
        assert actions.release(w, known, ids, "all of them were right", flood_limit=12) == 1
    for _ in range(8):
        banks.again(media, banks.item()[1])
    banks.match()
    assert Match.objects.filter(did="decided").count() == 5 + 6 and Entry.objects.get().state == "quarantined"


def test_what_is_usual_for_an_entry_is_no_flood(banks: Banks) -> None:
    known = banks.bank()
    banks.add(known, a_hash(1))
    entry = Entry.objects.get()
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    for number in range(1, 31):
        EntryHour.objects.create(entry=entry, hour=hour - timedelta(hours=number), hits=40)
    assert guard.limit_of(entry) == 120
