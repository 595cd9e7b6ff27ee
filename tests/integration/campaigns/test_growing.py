"""Campaigns on a floor: planted rings are found and grow under one id, what is restricted or decided is known, a cluster case follows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.floor import SPAM, Floor, install, someone

from watchfloor.detection.campaigns import actions, growing, queries, reading
from watchfloor.detection.campaigns.models import Campaign, CampaignEdge, CampaignItem
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.ledger import rebuild, sequencer
from watchfloor.review.models import Case, ClusterItem

if TYPE_CHECKING:
    from watchfloor.items.models import Item

WORDS = "cheap watches for everyone, limited offer number %s, write to us today and we send them overnight"
LEAD = frozenset({"case.view", "case.bulk", "policy.view", "review.work"})


@pytest.fixture
def floor(db: Any) -> Floor:
    install()
    return Floor()


def ring(floor: Floor, count: int, *, start: int = 0, phone: str = "") -> list[Item]:
    """Reported near-copies by one account each, or, with a phone number, unlike texts that share it."""
    made = []
    for number in range(start, start + count):
        text = WORDS % number
        if phone:
            text = f"{' '.join(f'word{number}x{place}' for place in range(12))} call {phone}"
        item, version = floor.item(text, author=f"{'p' if phone else 'a'}{number}")
        floor.report(item, version)
        made.append(item)
    return made


def test_near_copies_and_a_shared_phone_become_campaigns_with_lasting_ids(floor: Floor) -> None:
    copies = ring(floor, 4)
    callers = ring(floor, 3, phone="+1 212 555 0147")
    for number in range(5):
        item, version = floor.item(
            f"an honest question about topic {number * 977} and nothing else whatsoever {number}"
        )
        floor.report(item, version)
    seen = growing.grow()
    assert (seen.items, seen.found, seen.joined, seen.left) == (12, 2, 7, 0)
    assert set(Campaign.objects.values_list("pk", flat=True)) == {copies[0].pk, callers[0].pk}
    told = reading.seen(someone(LEAD), callers[0].pk)
    assert {edge.kind for edge in told.edges} == {"phone"} and told.shared[0].value.endswith("2125550147")
    assert not CampaignEdge.objects.filter(token__contains="555").exists()
    assert [row.why for row in told.members] == ["first", "phone", "phone"]
    again = growing.grow()
    assert (again.found, again.joined, again.left) == (0, 0, 0)

    made = actions.make_cluster(someone(LEAD), callers[0].pk, name="callers")
    tied, version = floor.item((WORDS % 99) + " call +1 212 555 0147", author="both")
    floor.report(tied, version)
    growing.grow()
    older, younger = Campaign.objects.get(pk=copies[0].pk), Campaign.objects.get(pk=callers[0].pk)
    assert (older.state, younger.state, younger.into) == ("open", "joined", older.pk)
    assert queries.campaign(someone(LEAD), older.pk).items == 8
    assert queries.became(someone(LEAD), younger.pk) == older.pk
    every = [each.item_id for each in queries.items_of(someone(LEAD), older.pk)]
    found = actions.done(older, every)
    assert found.cluster == made and set(found.joined) == {each.pk for each in (*copies, tied)}
    with pytest.raises(NotFound):
        queries.campaign(someone(LEAD), younger.pk)


def test_restricted_items_and_other_markets_are_not_there(floor: Floor) -> None:
    items = ring(floor, 5)
    growing.grow()
    assert queries.campaigns(someone(LEAD, markets=frozenset({"DE"}))) == []
    assert queries.campaign(someone(LEAD), items[0].pk).items == 5
    Case.objects.filter(item=items[4]).update(clearance="child-safety")
    assert queries.campaign(someone(LEAD), items[0].pk).items == 4  # before the loop comes round
    growing.grow()
    assert set(CampaignItem.objects.values_list("item_id", flat=True)) == {each.pk for each in items[:4]}
    assert not CampaignEdge.objects.filter(right=items[4]).exists()


def test_what_was_is_seen_as_of_then_and_what_falls_apart_is_gone(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    items = []
    for number in range(6):
        item, version = floor.item(WORDS % number, author=f"a{number}", at=now - timedelta(hours=12 - number))
        floor.report(item, version)
        items.append(item)
    growing.grow()
    whole = reading.seen(someone(LEAD), items[0].pk)
    assert len(whole.members) == 6 and sum(count for _, count in whole.hours) == 6
    part = reading.seen(someone(LEAD), items[0].pk, items[2].first_seen_at)
    assert [each.item.pk for each in part.members] == [each.pk for each in items[:3]]
    assert {edge.right for edge in part.edges} <= {each.pk for each in items[:3]}
    Case.objects.filter(item__in=items[2:]).update(clearance="child-safety")
    growing.grow()
    assert (
        Campaign.objects.get().state == "gone"
        and not CampaignItem.objects.exists()
        and not CampaignEdge.objects.exists()
    )


def test_a_cluster_case_is_made_and_what_joined_since_is_named(floor: Floor) -> None:
    items = ring(floor, 4)
    growing.grow()
    lead, pk = someone(LEAD), items[0].pk
    with pytest.raises(Forbidden):
        actions.make_cluster(someone(), pk, name="watches")
    made = actions.make_cluster(lead, pk, name="watches")
    assert set(ClusterItem.objects.filter(cluster=made).values_list("item_id", flat=True)) == {
        each.pk for each in items
    }
    floor.decide(someone(), SPAM)
    ring(floor, 1, start=50)
    growing.grow()
    row = Campaign.objects.get()
    every = [each.item_id for each in queries.items_of(lead, pk)]
    found = actions.done(row, every)
    assert (found.violating, found.clean, len(found.left), found.open) == (1, 0, 4, 4)
    assert found.joined == [every[-1]] and found.cluster == made
    assert actions.make_cluster(lead, pk, name="the rest", left=True).count == 4

    with pytest.raises(BadInput):
        actions.set_state(lead, pk, "closed")
    actions.set_state(lead, pk, "closed", "taken down")
    ring(floor, 1, start=60)
    growing.grow()
    assert [each.since for each in queries.campaigns(lead, {"state": "closed"})] == [1]
    assert queries.campaigns(lead) == []
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_an_old_campaign_rests_as_it_is_and_stays_whole_when_one_of_it_is_reported_again(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = ring(floor, 4)
    growing.grow()
    later = clock.now() + timedelta(days=60)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert growing.grow().items == 0
    assert queries.campaign(someone(LEAD), items[0].pk).items == 4
    floor.report(items[3], received_at=later)
    seen = growing.grow()
    assert (seen.items, seen.found, seen.joined, seen.left) == (4, 0, 0, 0)
    assert Campaign.objects.get().state == "open"
