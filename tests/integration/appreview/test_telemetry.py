"""An app that drifts from its declared use, replayed day by day through the lake: reopened the day after, with the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support import apps
from tests.support.lake import NOON, event, fresh
from tests.support.people import member, signed_in

from watchfloor.appreview import telemetry
from watchfloor.appreview.models import ApiApp, AppDay, Application
from watchfloor.intake import lake
from watchfloor.kernel import clock

pytestmark = pytest.mark.django_db
DRIFTS = 9  # the day of the replay on which the app begins to blast


def rows_of(day: int) -> Iterator[lake.Row]:
    """A hundred calls: reads and replies as declared; from ``DRIFTS`` on the same message to everybody. Another app stays as it is."""
    for number in range(100):
        for app, blasts in (("app-17", day >= DRIFTS), ("app-04", False)):
            writes = number % 10 < 3 or blasts
            text = (
                f"Win {number} prizes today"
                if blasts
                else f"About your order {chr(97 + number % 26) * (number // 3 + 1)}"
            )
            yield event(
                day * 1000 + number, {"text": text, "client_app": app}, minutes=day * 1440 + number * 5 - 720,
                author=f"{app}-u{number % 20}", item=f"{app}-{day}-{number}", name="message_sent" if writes else "profile_read",
            )  # fmt: skip


def test_an_app_that_drifts_is_reopened_within_a_day(tmp_path: Path, monkeypatch: Any) -> None:
    fresh(monkeypatch, tmp_path)
    now = [NOON - timedelta(days=1)]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    blaster, steady = apps.approve(apps.hand_in()), apps.approve(apps.hand_in("app-04", "dev-2", name="Deskpost"))
    reopened: dict[str, datetime] = {}
    for day in range(DRIFTS + 1):
        rows = [
            lake.Row(
                **{name: getattr(row, name) for name in row.__struct_fields__ if name != "id"},
                id=f"{row.id}{row.item_id}",
            )
            for row in rows_of(day)
        ]
        lake.write(rows)
        now[0] = NOON.replace(hour=0) + timedelta(days=day + 1, minutes=20)
        telemetry.count_due()
        for row in Application.objects.filter(trigger="drift"):
            reopened.setdefault(row.app.external_id, now[0])
    began = NOON.replace(hour=0) + timedelta(days=DRIFTS)
    assert set(reopened) == {"app-17"}
    assert timedelta(0) < reopened["app-17"] - began <= timedelta(days=1, minutes=20)

    row = Application.objects.get(trigger="drift")
    figures = {each["figure"]: each for each in row.evidence}
    assert {"mix_distance", "write_share", "near_duplicates"} <= set(figures)
    assert figures["write_share"]["seen"] == 1.0 and figures["write_share"]["declared"] == pytest.approx(0.3)
    assert figures["near_duplicates"]["before"] < 0.5 < figures["near_duplicates"]["seen"]
    assert row.due_at == reopened["app-17"] + timedelta(days=1)
    assert {each["key"]: each["count"] for each in row.weights}["drift"] == len(figures)
    last = AppDay.objects.filter(app=blaster).latest("day")
    assert last.day == date(2026, 3, 1) + timedelta(days=DRIFTS) and last.figures["calls"] == 100
    assert all(each.alarms == [] for each in steady.days.all()) and telemetry.count_due() == 0
    assert ApiApp.objects.get(pk=blaster.pk).state == "approved"  # it runs on until a person has decided

    client = signed_in(member({"app.view"}))
    page = client.get(f"/apps/applications/{row.pk}").content.decode()
    assert "Why it was reopened" in page and "Share of near-duplicates" in page and "out of line" in page
    assert "2026-03-10" in client.get(f"/apps/of/{blaster.pk}").content.decode()


def test_a_day_without_calls_is_counted_once(tmp_path: Path, monkeypatch: Any) -> None:
    fresh(monkeypatch, tmp_path)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))
    apps.approve(apps.hand_in())
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 3, 9, tzinfo=UTC))
    assert (telemetry.count_due(), telemetry.count_due()) == (1, 0)
    assert AppDay.objects.get().figures["calls"] == 0
