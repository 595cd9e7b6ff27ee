"""The page of doors: all that registered are there, with a state that is asked when it is opened."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.django_db


def test_every_door_is_on_the_page(db: Any) -> None:
    from tests.support.people import member, signed_in

    from watchfloor.interop.doors import all_doors

    browser, stranger = signed_in(member({"settings.manage"})), signed_in(member({"case.view"}))
    assert stranger.get("/settings/doors").status_code == 403
    page = browser.get("/settings/doors").content.decode()
    doors = all_doors()
    assert len(doors) >= 6
    for door in doors:
        assert f"docs/how-to/{door.how_to}.md" in page
        assert all(f"http://testserver{each}" in page for each in door.addresses if each.startswith("/"))
    rows = browser.get("/settings/doors?format=csv").getvalue().decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(rows) == len(doors) + 1 and rows[0].startswith("door,direction,addresses,state")
    assert "/settings/doors" in browser.get("/settings").content.decode()
