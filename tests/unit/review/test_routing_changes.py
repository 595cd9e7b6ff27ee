"""What differs between two routing tables, and the mark of a text."""

from __future__ import annotations

from watchfloor.review.domain.routing_changes import changes, fingerprint


def rules(names: str) -> list[dict[str, str]]:
    return [{"name": name, "queue": "q"} for name in names]


def test_added_removed_changed_and_only_what_passed_another_has_moved() -> None:
    after = [*rules("xac"), {"name": "b", "queue": "other"}]
    found = [(row.kind, row.name, row.place_before, row.place_after) for row in changes(rules("abcd"), after)]
    assert found[0] == ("added", "x", 0, 1) and found[-1] == ("removed", "d", 4, 0)
    kinds = {(kind, name) for kind, name, _was, _now in found}
    assert ("changed", "b") in kinds and len([kind for kind, _ in kinds if kind == "moved"]) == 1
    [changed] = [row for row in changes(rules("abcd"), after) if row.kind == "changed"]
    assert changed.parts == ("queue",)


def test_a_rule_put_in_front_moves_nothing() -> None:
    assert [row.kind for row in changes(rules("abc"), rules("xabc"))] == ["added"]
    assert changes(rules("abc"), rules("abc")) == []


def test_the_mark_is_of_the_text_and_not_of_the_order_of_keys() -> None:
    one = [{"name": "a", "queue": "q"}]
    assert fingerprint(one) == fingerprint([{"queue": "q", "name": "a"}]) != fingerprint([{"name": "b", "queue": "q"}])
