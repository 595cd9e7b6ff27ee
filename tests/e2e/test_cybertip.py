"""A report to NCMEC in a real browser, in one visit: list, draft, what is missing, release by another, life, settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.cybertip import Service

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    from tests.support.cybertip import Service

    made = Service()
    monkeypatch.setenv("WATCHFLOOR_CYBERTIP_URL", made.url)
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    yield made
    made.close()


def test_two_people_hand_a_report_in(
    service: Service, open_as: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    from tests.support import tips
    from tests.support.people import member

    from watchfloor.cybertip import sending
    from watchfloor.cybertip.models import Tip

    floor = tips.install()
    tips.settle()
    tips.somebody_on_call()
    tips.account("mallory", display_name="Mal Ory", handle="mal", email="mal@mail.example", device_id="d1")
    tips.gathered(floor, names=("p1", "p2"))
    stuck = tips.released(floor, account="eve")
    service.password = "other"
    sending.send_due()
    service.password = "floor"
    one, two = (member(tips.ROLE, name, clearances=["child_safety"]) for name in ("Ada Writer", "Ben Second"))

    page = open_as(one, "/cybertip")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="mallory").click()
    page.get_by_label("Why this cannot wait").fill("The child is with him now.")
    page.get_by_role("button", name="Complete: ask a colleague").click()
    page.get_by_role("link", name="Say where it happened.").wait_for()
    assert (
        page.get_by_label("Why this cannot wait").input_value() == "The child is with him now."
    )  # what was typed stays
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_label("It happened").select_option("web_page_incident")
    page.get_by_label("Web addresses").fill("https://chirp.example/p/1")
    page.get_by_label("Classification").first.select_option("A2")
    page.get_by_role("button", name="Complete: ask a colleague").click()
    page.get_by_text("You prepared it. Somebody else who is cleared must release it.").wait_for()
    address = page.url.partition("/cybertip")[2]

    page = open_as(two, f"/cybertip{address}")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Release: Production").click()
    page.get_by_text("On its way").first.wait_for()
    sending.send_due()
    page.reload()
    page.get_by_text("Handed in as report 7000000.").first.wait_for()
    four_looks(page)
    page.goto(f"/cybertip/{stuck.pk}/life")
    page.get_by_text("NCMEC does not know our user name or password.").wait_for()
    four_looks(page)
    page.goto("/cybertip/settings")
    four_looks(page)
    assert Tip.objects.filter(state="finished").count() == 1
