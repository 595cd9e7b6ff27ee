"""What a certificate is worth at a moment, and who is on shift."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.workforce.domain.matching import Held, ends, on_shift, shifts, skills

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)


def test_the_first_of_what_ends_a_certificate_ends_it() -> None:
    grace = 14 * DAY
    assert ends(expires_at=None, revoked_at=None, succeeded_at=None, grace=grace) is None
    assert ends(expires_at=None, revoked_at=None, succeeded_at=NOW, grace=grace) == NOW + grace
    assert ends(expires_at=NOW + DAY, revoked_at=None, succeeded_at=NOW, grace=grace) == NOW + DAY
    assert ends(expires_at=NOW + DAY, revoked_at=NOW, succeeded_at=NOW - 20 * DAY, grace=grace) == NOW - 6 * DAY


def test_who_was_ever_certified_is_known_by_certificates_alone() -> None:
    spam, hate = Held(key="spam", version=1), Held(key="hate", version=1, until=NOW)
    assert skills((), (), NOW) is None
    assert skills(("scam",), (), NOW) == ("scam",)
    assert skills(("scam",), (spam, hate), NOW) == ("spam",)
    assert skills(("scam",), (spam, hate), NOW - DAY) == ("hate", "spam")
    assert skills(("scam",), (hate,), NOW) == ()


def test_a_night_shift_goes_over_midnight_by_the_clock_on_its_wall() -> None:
    night = shifts([{"weekday": 0, "start": "22:00", "end": "06:00", "zone": "Europe/Madrid"}])  # UTC+1 in March
    assert not on_shift(night, datetime(2026, 3, 2, 20, 59, tzinfo=UTC))
    assert on_shift(night, datetime(2026, 3, 2, 21, 0, tzinfo=UTC))
    assert on_shift(night, datetime(2026, 3, 3, 4, 59, tzinfo=UTC))
    assert not on_shift(night, datetime(2026, 3, 3, 5, 0, tzinfo=UTC))
    assert not on_shift(night, datetime(2026, 3, 3, 21, 0, tzinfo=UTC))
    assert on_shift((), NOW)


@pytest.mark.parametrize(
    "row",
    [
        {"weekday": 7, "start": "09:00", "end": "17:00"},
        {"weekday": 0, "start": "nine", "end": "17:00"},
        {"weekday": 0, "start": "09:00", "end": "17:00", "zone": "Atlantis/Centre"},
        {"weekday": 0, "start": "09:00"},
    ],
)
def test_hours_that_make_no_sense_are_named(row: dict[str, object]) -> None:
    with pytest.raises(BadInput) as error:
        shifts([{"weekday": 0, "start": "09:00", "end": "17:00"}, row])
    assert error.value.where == "hours[1]"
