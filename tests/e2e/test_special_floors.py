"""The special floors in a real browser, in two visits: live streams, the register, a release, break-glass with its bell and review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
WHY = "A child is in danger now and nobody cleared answers the phone."


@pytest.fixture
def people() -> dict[str, Any]:
    """A cleared lead and somebody of security, on a floor with a stream that goes on, a protected account and a restricted case."""
    from tests.support.floor import LEAD, Floor, install
    from tests.support.people import member

    from watchfloor.identity.domain import system
    from watchfloor.items import actions as items
    from watchfloor.items import defaults, protected
    from watchfloor.items import queries as item_queries
    from watchfloor.items.contracts import ItemSeen
    from watchfloor.kernel import clock, ids
    from watchfloor.ledger.writer import writing

    install()
    with writing(system("test")) as w:
        defaults.install(w)
    item_queries.forget_types()
    floor = Floor()
    data = {"title": "Street fight, live", "live": True, "viewers": 4_200, "author_id": "caster"}
    seen = ItemSeen(type="live_stream", id="s1", data=data, seen_at=clock.now() - timedelta(minutes=7), market="US")
    with writing(system("test")) as w:
        stream, _version = items.see(w, seen)
    floor.report(stream)
    case = floor.report(reason="child-abuse")
    item, _version = floor.item(author="mayor")
    with writing(system("test")) as w:
        assert item.author is not None
        row = protected.protect(
            w, item.author, tier="public", why="Runs for mayor", review_at=clock.now() + timedelta(days=90)
        )
        protected.name_representative(w, row, name="Ida Agent", channel="email", address="ida@agency.example")
    may = LEAD | {"restricted.view", "protected.know", "protected.manage", "glass.break"}
    return {
        "lead": member(may, "Lena Lead", clearances=["child_safety"]),
        "security": member({"glass.review", "reads.view"}, "Samir Security"),
        "release": f"/cases/{ids.encode('case', case.pk)}/release",
        "entry": f"/protected/{row.pk}",
    }


def test_a_lead_and_security(
    people: dict[str, Any], open_as: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    page = open_as(people["lead"], "/review/live")
    assert "4,200" in page.locator("main").inner_text()
    four_looks(page)
    for address in ("/protected", people["entry"], "/protected/parity"):
        page.goto(address)
        four_looks(page)
    page.goto(people["release"])
    page.get_by_label("What for").fill("asked for by the prosecutor, letter of today")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("Waits for a second person").wait_for()
    four_looks(page)
    page.goto("/settings/break-glass")
    page.get_by_label("What happens, and why it cannot wait").fill("short")
    page.get_by_role("button", name="Break the glass").click()
    assert page.get_by_label("What happens, and why it cannot wait").input_value() == "short"  # what was typed stays
    page.get_by_label("What happens, and why it cannot wait").fill(WHY)
    page.get_by_role("button", name="Break the glass").click()
    page.get_by_role("heading", name="Glass broken by Lena Lead").wait_for()

    page = open_as(people["security"], "/settings/me")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Break-glass: broken now, or to be reviewed").click()
    page.get_by_text("Broken now", exact=True).wait_for()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Lena Lead").click()
    page.get_by_role("button", name="End it now").click()
    page.get_by_label("It was justified").check()
    page.get_by_label("What you found").fill("It was the only way to reach the family.")
    four_looks(page)
    page.get_by_role("button", name="Close the review").click()
    page.get_by_text("justified", exact=True).wait_for()
    page.goto("/settings/reads")
    four_looks(page)
