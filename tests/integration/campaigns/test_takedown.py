"""The accounts of a campaign: acted on together, the check afterwards, some given back with a notice, in the words that fit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.support.floor import Floor, install, someone

from watchfloor.detection.campaigns import actions, growing, restoring
from watchfloor.detection.campaigns.accounts import accounts
from watchfloor.enforcement.models import Notice, Strike
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger import rebuild, sequencer
from watchfloor.review import bulk, clusters
from watchfloor.review.bulk.orders import Order
from watchfloor.review.models import Cluster

WORDS = "cheap watches for everyone, limited offer number %s, write to us today and we send them overnight"
LEAD = frozenset({"case.view", "case.bulk", "policy.view", "review.work"})


def decided(lead: Any, cluster: Cluster, violation: str) -> None:
    """The sample is read, and all of it decided."""
    for each in clusters.sample(cluster):
        clusters.read(lead, cluster.pk, each.item_id, "violating")
    order = Order(verb="decide", verdict="violating", violation=violation, policy=violation.split(".")[0])
    clusters.decide(
        lead, cluster.pk, order, token=clusters.preview(lead, cluster, order).token, why="one hand wrote it"
    )
    while bulk.work():
        pass


def test_accounts_are_acted_on_checked_and_restored(db: Any) -> None:
    install()
    floor, lead, now = Floor(), someone(LEAD), clock.now()
    for number in range(3):  # one of them had a life before
        floor.item(f"pictures of the garden in June, part {number}", author="a5", at=now - timedelta(days=90 - number))
    items = []
    for number in range(8):
        item, version = floor.item(WORDS % number, author=f"a{number}", at=now - timedelta(hours=9 - number))
        floor.report(item, version)
        items.append(item)
    growing.grow()
    campaign = items[0].pk
    decided(lead, actions.make_cluster(lead, campaign, name="what they wrote"), "spam.bulk")
    decided(
        lead, actions.make_cluster(lead, campaign, name="who wrote it", of="accounts", policy_key="manipulation"),
        "manipulation.bot",
    )  # fmt: skip
    late, version = floor.item(WORDS % 70, author="late", at=now)
    floor.report(late, version)
    growing.grow()

    found = {each.item.external_id: each for each in accounts(lead, campaign)}
    assert len(found) == 9 and all(len(found[f"a{number}"].acted) == 1 for number in range(8))
    assert (found["late"].left, found["late"].acted) == ("joined", ())
    assert [name for name, each in found.items() if each.signs] == ["a5"] and found["a5"].signs == ("before",)
    assert actions.chosen(lead, actions.queries.campaign(lead, campaign), left=True, of="accounts") == [late.author_id]

    with pytest.raises(Forbidden):
        restoring.restore(someone(), campaign, [found["a5"].item.pk], reason="taken_over", why="x")
    with pytest.raises(BadInput):
        restoring.restore(lead, campaign, [found["a5"].item.pk], reason="taken_over", why=" ")
    owner, stranger = found["a5"].item, found["a6"].item
    done = restoring.restore(lead, campaign, [owner.pk], reason="taken_over", why="The owner wrote to us.")
    assert (done.accounts, done.decisions, done.forgiven, done.kept) == (1, 1, 1, [])
    assert Item.objects.get(pk=items[5].pk).state == "removed"
    assert not Strike.objects.filter(account=owner, state="active").exists()
    told = Notice.objects.filter(recipient="a5").latest("created_at")
    assert told.template == "author_restored" and "new password" in told.body
    done = restoring.restore(lead, campaign, [stranger.pk], reason="not_part", why="A shop of its own.")
    assert (done.accounts, done.decisions, done.forgiven) == (1, 2, 0)
    assert Item.objects.get(pk=items[6].pk).state == "active"
    assert {row.template for row in Notice.objects.filter(recipient="a6").order_by("-created_at")[:2]} == {
        "author_reversed"
    }
    again = restoring.restore(lead, campaign, [stranger.pk], reason="not_part", why="once more")
    assert again.accounts == 0 and "stands" in again.kept[0][1]
    after = {each.item.external_id: each for each in accounts(lead, campaign)}
    assert (after["a5"].restored, after["a6"].restored, after["a5"].acted) == ("taken_over", "not_part", ())
    sequencer.catch_up()
    assert rebuild.check().differences == []
