"""An expression that is the same in every row still has a value for every row, whatever the optimizer makes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from watchfloor.engines import sml

RULES = """
Count: int = JsonData(path='$.n.count')
Flag: bool = JsonData(path='$.n.flag')
Same = ((0) == (Count + Count))
Known = ((1) == (1))
Plain = Rule(when_all=[Flag], description='plain')
"""


def test_a_field_that_no_event_has_is_compared_for_each_of_them() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    frame = sml.flatten([sml.Event(n, "post", start + timedelta(hours=n), {"n": {}}) for n in range(3)])
    rules = sml.compile_rules({"main.sml": RULES})
    columns = sml.compile_columns(rules, sml.schema_of(frame))
    made = frame.select("action_id", **{f"f {name}": one for name, one in columns.features.items()}, **columns.fired)
    assert made.height == 3
    assert made["Plain"].to_list() == [None, None, None]  # it needs what no event has
