"""Enforcement in a real browser: every page of it accessible in its looks, and a night's work by keyboard: stop, approve, mend, resume."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]


@pytest.fixture
def floor(open_as: Callable[..., Any]) -> tuple[Callable[..., Any], list[str]]:
    """Somebody who may all of enforcement, on a floor with actions in every state; and the addresses to look at."""
    from tests.integration.enforcement.world import World

    from watchfloor.enforcement import endpoints, reconciling
    from watchfloor.enforcement.models import Action
    from watchfloor.identity import actions as identity
    from watchfloor.identity.domain import PERMISSIONS, system
    from watchfloor.kernel import clock
    from watchfloor.kernel.ids import encode
    from watchfloor.ledger.models import Outbox
    from watchfloor.ledger.writer import writing

    world = World()
    with clock.at(clock.now() - timedelta(hours=3)):
        first, _ = world.decide(
            world.post("a-post-with-a-rather-long-identifier-of-its-own", "ann"), "hate.slur", ("remove", "suspend_24h")
        )
        world.decide(world.post("p2", "ben"), "hate.slur", ("remove", "suspend"))
        world.decide(world.post("p3", "ben"), "spam.bulk", ("lock_until_fixed",), origin="rule", asked_by="rule:R12")
        world.decide(world.post("p4", "carl"), "manipulation.evasion", ("suspend",))
        Action.objects.filter(state="pending").update(state="confirmed", confirmed_at=clock.now())
        Outbox.objects.update(state="confirmed", sent_at=clock.now())
    dead = Outbox.objects.filter(topic="action").order_by("id").first()
    assert dead is not None
    Outbox.objects.filter(pk=dead.pk).update(state="dead", last_error="The endpoint answered 500.")
    with writing(system("test")) as w:
        endpoints.add(w, name="Platform", url="https://platform.example/hook")
        user = identity.create_user(w, email="ada@example.org", name="Ada", password=None)
        identity.save_role(
            w, key="all", name="All", permissions=[name for name in PERMISSIONS if name != "glass.break"]
        )
        identity.grant(w, system("test"), user, "all", clearances=[])
    reconciling.push("token:platform", [b'{"item": {"type": "post", "id": "unknown"}, "effect": "remove"}'], "ndjson")
    action = Action.objects.filter(decision_id=first, kind_key="remove").get()
    addresses = [
        "/enforcement", f"/enforcement/actions/{encode('act', action.pk)}", "/enforcement/held", "/enforcement/catalogue",
        "/enforcement/catalogue/suspend_7d", "/enforcement/automation", "/enforcement/drift", "/enforcement/delivery",
        f"/enforcement/accounts/{encode('itm', world.account('ben').pk)}",
    ]  # fmt: skip
    return partial(open_as, user), addresses


def test_every_page_of_enforcement_and_a_night_by_keyboard(
    floor: tuple[Callable[..., Any], list[str]], four_looks: Callable[[Any], None]
) -> None:
    from watchfloor.enforcement import automation
    from watchfloor.enforcement.models import Action, Drift

    open_page, addresses = floor
    page = open_page(addresses[0])
    for address in addresses:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(address)
        page.wait_for_load_state("networkidle")
        four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})

    page.goto("/enforcement/automation")
    page.get_by_label("Why").focus()
    page.keyboard.type("R12 takes everything for spam")
    page.get_by_role("button", name="Stop automatic actions").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Automatic actions are stopped.")
    assert automation.stopped() is not None

    page.goto("/enforcement/held")
    page.get_by_role("combobox", name="Which").select_option("all")
    page.get_by_role("button", name="Approve …").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Approve 3 actions?")
    four_looks(page)
    assert Action.objects.filter(state="held").count() == 3
    page.get_by_role("button", name="Approve them").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=3 actions were approved.")

    page.goto(addresses[1])
    page.get_by_role("button", name="Take it back").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_label("Why").focus()
    page.keyboard.type("a quote, to object to it")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Undone by")

    page.goto("/enforcement/drift?kind=extra")
    page.get_by_role("button", name="Reverse it there").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=1 message goes out.")
    assert Drift.objects.get(kind="extra").state == "sent"

    page.goto("/enforcement/catalogue")
    page.get_by_label("Points").first.fill("3")
    page.get_by_role("button", name="What would it have done?").click()
    page.wait_for_selector("text=The last 30 days by the ladder above")
    four_looks(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("stop automatic")
    page.get_by_role("option", name=re.compile("Stop automatic")).wait_for()
    very_many(page, four_looks)


def very_many(page: Any, four_looks: Callable[[Any], None]) -> None:
    """More than are answered while one waits: the page of the order moves by itself, and takes all of it back."""
    from tests.integration.enforcement.world import World

    from watchfloor.enforcement import answering
    from watchfloor.enforcement.models import Action
    from watchfloor.enforcement.pages.held import AT_ONCE

    world = World()
    for number in range(AT_ONCE + 1):
        world.decide(world.post(f"wave-{number}", f"waver-{number}"), "other.community", ("suspend",))
    page.goto("/enforcement/held")
    page.get_by_role("combobox", name="Which").select_option("all")
    page.get_by_role("button", name="Approve …").press("Enter")
    page.get_by_role("button", name="Approve them").press("Enter")
    page.wait_for_selector("text=Being approved")
    answering.work(9)
    page.wait_for_selector("#far progress[value='9']")
    four_looks(page)
    while answering.work():
        pass
    page.wait_for_selector("#far-title:text('Done')")
    page.get_by_label("Why it is taken back").fill("the wrong wave")
    page.get_by_role("button", name="Take it all back").press("Enter")
    page.wait_for_selector("text=Being taken back")
    while answering.work():
        pass
    page.wait_for_selector("#far-title:text('Taken back')")
    assert Action.objects.filter(item__external_id__startswith="waver-", state="reversed").count() == AT_ONCE + 1
