"""Moments of a launch's stages: what is typed by one clock is shown again by that clock, and is one moment by all others, across DST."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.http import QueryDict
from hypothesis import example, given
from hypothesis import strategies as st

from watchfloor.programme.launches import clocks
from watchfloor.programme.launches.domain.document import Document
from watchfloor.programme.launches.pages import form


def wall(*parts: int) -> datetime:
    """What a clock on a wall says, which knows no zone."""
    year, month, day, *time = parts
    return datetime(year, month, day, *time, tzinfo=UTC).replace(tzinfo=None)


ZONES = sorted(available_timezones() - {"localtime", "Factory"})
MOMENTS = st.datetimes(wall(2024, 1, 1), wall(2030, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0))


def typed(text: str, zone: str) -> Document:
    post = QueryDict(mutable=True)
    post.update({"step_markets": "", "step_percent": "100", "step_start": text, "owner": "", "hypercare_days": "14"})
    return form.read(post, zone)


@given(at=MOMENTS, zone=st.sampled_from(ZONES), other=st.sampled_from(ZONES))
@example(at=wall(2027, 3, 28, 2, 30), zone="Europe/Berlin", other="Asia/Manila")  # is left out
@example(at=wall(2027, 10, 31, 2, 30), zone="Europe/Berlin", other="UTC")  # comes twice
@example(at=wall(2026, 10, 4, 2, 15), zone="Australia/Lord_Howe", other="UTC")  # half an hour is left out
def test_what_is_typed_is_one_moment(at: datetime, zone: str, other: str) -> None:
    document = typed(at.isoformat(timespec="minutes"), zone)
    moment = document.steps[0].starts_at
    shown = datetime.fromisoformat(form.typed(document, zone)["steps"][0][2])
    exists = at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == at
    assert shown == at if exists else timedelta(0) < shown - at <= timedelta(days=1)
    assert (
        typed(shown.isoformat(timespec="minutes"), zone).steps[0].starts_at <= moment
    )  # of an hour that comes twice the first
    by = {clock.place: clock.words[-5:] for clock in clocks.at(moment, [("here", zone), ("there", other)])}
    for place, name in (("here", zone), ("there", other)):
        words = next(text for places, text in by.items() if place in places.split(", "))
        assert words == f"{moment.astimezone(ZoneInfo(name)):%H:%M}"
