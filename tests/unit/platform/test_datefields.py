"""Days and moments as typed: in, or one sentence that names the field."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.platform import datefields


def test_a_day_and_a_moment_are_read() -> None:
    assert datefields.day(" 2026-11-02 ", "on") == date(2026, 11, 2)
    assert datefields.day_or_none("  ", "on") is None
    assert datefields.moment("2026-11-02T10:00", "at") == datetime(2026, 11, 2, 10, tzinfo=UTC)
    madrid = datefields.moment("2026-11-02T10:00", "at", ZoneInfo("Europe/Madrid"))
    assert madrid.astimezone(UTC) == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert datefields.moment("2026-11-02T10:00+05:00", "at", ZoneInfo("Europe/Madrid")).astimezone(UTC).hour == 5


@pytest.mark.parametrize("text", ["zz", "", "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-02\x00", "💥"])
def test_what_is_none_names_its_field(text: str) -> None:
    for read, code in ((datefields.day, "bad_date"), (datefields.moment, "bad_moment")):
        with pytest.raises(BadInput) as refused:
            read(text, "on")
        assert (refused.value.code, refused.value.where) == (code, "on") and "2026-11-02" in refused.value.hint
