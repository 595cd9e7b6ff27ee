"""An account's line of time: what is left out as too old is exactly what would not have been shown; ids go as one parameter."""

from __future__ import annotations

import uuid

import pytest
from tests.support.floor import LEAD, SPAM, Floor, someone

from watchfloor.items.models import Item
from watchfloor.platform.among import among
from watchfloor.review.models import Case
from watchfloor.review.queries import accounts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("limit", [3, 5, 100])
def test_the_newest_of_all_kinds_are_the_newest_of_each(floor: Floor, limit: int) -> None:
    reviewer, lead = someone(), someone(LEAD)
    case = None
    for number in range(6):  # items, reports and decisions take turns, so that each kind has old and new lines
        case = floor.report(floor.item(author="prolific")[0])
        if number % 2:
            floor.decide(reviewer, SPAM)
    floor.report(reason="child-abuse")
    assert case is not None
    who = case.item.author
    every = [line for kind in accounts.KINDS for line in accounts.lines(lead, who, kinds=(kind,), limit=100)]
    every.sort(key=lambda line: (line.at, str(line.id)), reverse=True)
    assert {line.kind for line in every} == set(accounts.KINDS)
    assert [line.id for line in accounts.lines(lead, who, limit=limit)] == [line.id for line in every[:limit]]
    before = every[2].at
    rest = [line.id for line in every if line.at < before]
    assert [line.id for line in accounts.lines(lead, who, before=before, limit=limit)] == rest[:limit]


def test_among_is_in(floor: Floor) -> None:
    cases = [floor.report() for _ in range(3)]
    wanted = [cases[0].item_id, cases[2].item_id, uuid.uuid4()]
    for name, rows in (
        ("item", Case.objects),
        ("item_id", Case.objects),
        ("cases__item", Item.objects),
        ("pk", Item.objects),
    ):
        found = set(rows.filter(among(name, wanted)).values_list("pk", flat=True))
        assert found == set(rows.filter(**{f"{name}__in": wanted}).values_list("pk", flat=True)) != set()
    assert not Case.objects.filter(among("policy_key", [])).exists()
    assert Case.objects.filter(among("policy_key", ["spam"])).count() == 3
