"""Related items: by sealed values, links and near-duplicate text; nothing one may not know of is counted."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.floor import LEAD, Floor, someone

from watchfloor.identity.domain import system
from watchfloor.items import actions as items
from watchfloor.items import keying
from watchfloor.items import queries as item_queries
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.models import Item, ItemKey, ItemVersion
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.review import queries
from watchfloor.review.queries.related import members

BOSS = LEAD | {"case.bulk"}
TEXT = "Dear friend, we have the cheapest watches in town, all brands, all colours, only today, write to us soon"


@pytest.fixture
def show(floor: Floor) -> Any:
    """Shows the floor a message with signals; the type has fields for them."""
    with writing(system("test")) as w:
        items.save_type(w, key="message", name="Message", kind="content", fields=[
            {"name": "text", "role": "text"}, {"name": "author", "role": "creatorId"}, {"name": "ip", "role": "ip"},
            {"name": "device", "role": "deviceId"}, {"name": "card", "role": "payment"},
        ])  # fmt: skip
    item_queries.forget_types()

    def seen(name: str, **data: str) -> Item:
        with writing(system("test")) as w:
            item, _ = items.see(w, ItemSeen(type="message", id=name, data={"author": f"author-{name}", **data},
                                            seen_at=clock.now(), market="US", language="en"))  # fmt: skip
        return item

    return seen


def groups(actor: Any, case: Any) -> dict[str, list[str]]:
    return {group.kind: [other.external_id for other in group.first] for group in queries.related(actor, case).groups}


def test_each_kind_finds_its_own_and_no_value_is_kept(floor: Floor, show: Any) -> None:
    case = floor.report(
        show("one", text=TEXT + " www.shop.example/a?x=1", ip="2001:db8::1", device="D-77", card="4111 1111")
    )
    show("same-ip", ip="2001:db8::beef")
    show("same-device", device="D-77")
    show("same-card", card="4111-1111")
    show("same-link", text="look at https://SHOP.example/a#top")
    show("near", text=TEXT.replace("cheapest", "che4pest").replace("today", "tonight"))
    show("far", text="I had a lovely walk along the river with my dog and the weather was fine all day long")
    show("by-one", author="author-one")
    while keying.note_new():
        pass
    found = groups(someone(BOSS), case)
    assert found["ip"] == ["same-ip"]
    assert found["device"] == ["same-device"]
    assert found["payment"] == ["same-card"]
    assert found["link"] == ["same-link"]
    assert found["text"] == ["near"]
    assert found["author"] == ["author-one", "by-one"]
    stored = str(list(ItemVersion.objects.values_list("data", flat=True)))
    assert "D-77" not in stored
    assert "2001:db8" not in stored
    assert "4111" not in stored
    assert set(members(someone(BOSS), case, "text")) == {case.item_id, Item.objects.get(external_id="near").pk}
    picture = queries.related(someone(BOSS), case).spots
    assert {spot.kind for spot in picture} == set(found)
    assert all(0 < spot.x < 640 and 0 < spot.y < 360 for spot in picture)


def test_restricted_items_and_other_markets_are_not_counted(floor: Floor, show: Any) -> None:
    case = floor.report(show("one", device="D"))
    floor.report(show("hidden", device="D"), reason="child-abuse")
    while keying.note_new():
        pass
    boss = someone(BOSS)
    assert "device" not in groups(boss, case)
    floor.report(show("seen", device="D"))
    keying.note_new()
    assert groups(boss, case)["device"] == ["seen"]
    case_abroad = someone(BOSS, markets=frozenset({"DE"}))
    assert "device" not in groups(case_abroad, case)


def test_keys_are_made_once_and_an_erased_version_has_none(floor: Floor, show: Any) -> None:
    show("one", device="D")
    gone = show("two", device="E")
    ItemVersion.objects.filter(item=gone).update(erased_at=clock.now(), data={})
    assert keying.note_new() == 2
    assert keying.note_new() == 0
    assert ItemKey.objects.count() == 1
