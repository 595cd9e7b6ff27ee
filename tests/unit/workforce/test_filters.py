"""Whose wish holds for filters."""

from __future__ import annotations

from watchfloor.workforce.domain.filters import Filters, cleaned, merged


def test_without_any_wish_everything_is_on() -> None:
    assert merged({}, {}, hold=False) == Filters()


def test_a_person_may_loosen_what_the_house_does_not_hold() -> None:
    assert merged({"grey": True}, {"grey": False, "blur": False}, hold=False) == Filters(grey=False, blur=False)


def test_a_house_that_holds_its_filters_can_only_be_outdone() -> None:
    found = merged({"grey": True, "small": False}, {"grey": False, "small": True, "toggle": True}, hold=True)
    assert found == Filters(grey=True, small=True, toggle=True, locked=("blur", "grey", "mute"))


def test_only_known_names_are_kept() -> None:
    assert cleaned({"grey": 0, "sepia": 1, "toggle": "on"}) == {"grey": False, "toggle": True}
