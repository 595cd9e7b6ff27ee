"""Parts that belong together stand under one tab; who may see only one of them sees no second line of one."""

from __future__ import annotations

from watchfloor.programme import tabs


def test_a_group_is_one_tab_which_opens_with_the_first_part_one_may_see() -> None:
    shown = tabs.tabs(lambda name: name == "programme.suggest", "programme-suggestions")
    group = next(each for each in shown if each["label"] == "Improvements")
    assert [part["label"] for part in group["parts"]] == ["Suggestions"]
    assert group["current"] and group["href"] == group["parts"][0]["href"]


def test_few_enough_to_be_read_in_one_line_and_each_part_is_in_one_place() -> None:
    shown = tabs.tabs(lambda _: True, "programme-horizon")
    assert len(shown) <= 8
    places = [part["href"] for each in shown for part in each.get("parts", [each])]
    assert len(places) == len(set(places)) == len(tabs._TABS)
    assert [each["label"] for each in shown if each["current"]] == ["Looking ahead"]
    assert [
        part["label"] for part in shown[[each["current"] for each in shown].index(True)]["parts"] if part["current"]
    ] == ["Horizon"]
