"""My settings: kept with the person, shown in every browser, refused when they cannot be, never in the way when damaged."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.people import member, signed_in

from watchfloor.identity import preferences
from watchfloor.kernel.errors import BadInput

pytestmark = pytest.mark.django_db


def test_another_browser_shows_the_same() -> None:
    rita = member({"case.view"})
    one, other = signed_in(rita), signed_in(rita)
    url = reverse("my-settings")
    assert 'data-theme="auto"' in other.get(url).content.decode()
    sent = {"theme": "dark", "density": "compact", "decide_by": "list", "tab": "signals", "idle_minutes": "7"}
    assert one.post(url, sent).status_code == 302
    page = other.get(url).content.decode()
    assert 'data-theme="dark"' in page and 'data-density="compact"' in page and 'data-single-keys="off"' in page
    assert 'data-kept="theme density"' in page
    rita.refresh_from_db()
    mine = preferences.of(rita)
    assert (mine.decide_by, mine.tab, mine.idle_minutes, mine.auto_next) == ("list", "signals", 7, False)


def test_what_cannot_be_is_refused_and_what_was_typed_stays() -> None:
    client = signed_in(member({"case.view"}))
    page = client.post(reverse("my-settings"), {"decide_by": "tree", "tab": "history", "idle_minutes": "99"})
    assert page.status_code == 422 and 'value="99"' in page.content.decode()
    keep = reverse("my-settings-keep")

    def sent(body: Any) -> int:
        return client.post(
            keep, body, content_type="application/json", headers={"Accept": "application/json"}
        ).status_code

    assert sent({"columns": [40, 30, 30]}) == 204
    assert sent({"theme": "pink"}) == 422 or sent({"theme": "pink"}) == 400
    assert sent("[1]") in (400, 422)
    assert Client().post(keep, {"theme": "dark"}, content_type="application/json").status_code == 302


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("columns", [50, 40, 20]), ("columns", [1, 59, 40]), ("columns", "x"), ("idle_minutes", True), ("idle_minutes", 0),
        ("tab", "<b>"), ("single_keys", "yes"), ("theme", []), ("nothing", 1),
    ],
)  # fmt: skip
def test_values_are_checked(name: str, value: Any) -> None:
    with pytest.raises(BadInput):
        preferences.check(name, value)


def test_damaged_settings_are_as_if_never_set() -> None:
    rita = member({"case.view"})
    rita.preferences = {preferences.KEY: {"theme": "pink", "tab": "signals", "gone": 1}}
    assert preferences.of(rita) == preferences.Preferences(tab="signals")
    assert preferences.of(None) == preferences.Preferences()
