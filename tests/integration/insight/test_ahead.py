"""What comes next of a number: the calendar's past events are learnt, new kinds are taken at their word, each sees their own markets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from tests.support.markets import CHANGED, TODAY, written
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import system
from watchfloor.insight import facts, lake
from watchfloor.insight.ahead import HORIZON, ahead
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.programme.risks.actions import coming
from watchfloor.programme.risks.domain import EventIn

pytestmark = pytest.mark.django_db
METRIC, DE = "incoming_total", {"market": ("DE",)}
DAY = timedelta(days=1)


@pytest.fixture
def year(db: None) -> Iterator[None]:
    """Seventy days of five markets."""
    written()
    yield
    import shutil

    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()


def event(title: str, kind: str, market: str, days: float, uplift: float = 0.0, lasts: int = 1) -> None:
    start = TODAY.replace(hour=0) + days * DAY
    given = EventIn(title=title, kind=kind, market=market, starts_at=start, ends_at=start + lasts * DAY, uplift=uplift)
    with writing(system("test")) as w:
        coming.write_event(w, system("test"), given)


def test_a_fortnight_with_what_is_known_to_come(year: None) -> None:
    everybody = actor_of(member({"insight.view"}))
    with clock.at(TODAY):
        plain = ahead(everybody, METRIC, {})
        assert (
            len(plain.days) == HORIZON
            and plain.days[0].at == TODAY.replace(hour=0)
            and plain.learnt == plain.said == ()
        )
        assert all(0 <= each.low <= each.value <= each.high for each in plain.days)
        assert plain.error is not None and plain.naive is not None and plain.held is not None
        # A kind nobody has seen: the calendar's word, by the market's share of the work.
        event("A final", "sport", "DE", 3, uplift=0.5)
        event("Elsewhere", "sport", "JP", 4, uplift=9.0)  # no work comes from there
        told, local = ahead(everybody, METRIC, {}), ahead(everybody, METRIC, DE)
        lift = [now.value / then.value for now, then in zip(told.days, plain.days, strict=True)]
        assert 1.05 < lift[3] < 1.3 and told.said == ("sport",)
        assert [place for place, each in enumerate(lift) if each != pytest.approx(1)] == [3]
        assert [one.title for one in told.days[3].events] == ["A final"] and local.days[3].events == told.days[3].events
        before = ahead(everybody, METRIC, {"market": ("FR",)})
        assert all(not each.events for each in before.days)
        # A kind that has been seen is learnt from its days, whatever the calendar expected.
        for ago in (40, 33, 26):
            event("A day off", "holiday", "DE", -ago, uplift=5.0)
        event("The next one", "holiday", "DE", 2, uplift=5.0)
        learnt = ahead(everybody, METRIC, DE)
        assert [each.kind for each in learnt.learnt] == ["holiday"] and learnt.said == ("sport",)
        [holiday] = learnt.learnt
        assert holiday.low < holiday.effect < holiday.high and holiday.effect < (2 if holiday.times else 60)
        # Rights: another's market is neither counted nor named.
        french = actor_of(member({"insight.view"}, markets=["FR"]))
        theirs = ahead(french, METRIC, {})
        assert all(not each.events for each in theirs.days) and theirs.days[0].value < told.days[0].value
        assert ahead(everybody, "sla_completed", {}).other and ahead(everybody, "exposure_4", {}).other
        assert ahead(everybody, METRIC, {"market": ("JP",)}).short == 0


def test_the_page_and_the_api(year: None) -> None:
    event("A <b>final", "sport", "DE", 3, uplift=0.5)
    web = signed_in(member({"insight.view"}))
    with writing(system("test")) as w:
        _row, secret = create_token(w, system("test"), name="t", source="t", permissions=["insight.view"])
    api = Client(headers={"authorization": f"Bearer {secret}"})
    with clock.at(TODAY):
        page = web.get(f"/insight/ahead/{METRIC}?market=DE").content.decode()
        assert "A &lt;b&gt;final" in page and "repeating the week before by" in page and "not seen before" in page
        assert f"/insight/ahead/{METRIC}" in web.get(f"/insight/metric/{METRIC}").content.decode()
        assert "Not foretold" in web.get("/insight/ahead/sla_completed").content.decode()
        assert "The past is too short" in web.get(f"/insight/ahead/{METRIC}?market=JP").content.decode()
        lines = b"".join(web.get(f"/insight/ahead/{METRIC}?format=csv").streaming_content).decode().splitlines()
        assert len(lines) == 1 + HORIZON and lines[1].startswith(f"{TODAY.date()}")
        told = api.get(f"/v1/insight/metrics/{METRIC}/ahead?market=DE").json()
        assert (
            told["days"][3]["coming"] == ["A <b>final"]
            and told["not_seen"] == ["sport"]
            and len(told["days"]) == HORIZON
        )
        assert api.get("/v1/insight/metrics/sla_completed/ahead").json()["error"]["code"] == "not_foretold"
        assert api.get("/v1/insight/metrics/moon/ahead").status_code == 422
    with clock.at(CHANGED - 40 * DAY):
        assert api.get(f"/v1/insight/metrics/{METRIC}/ahead").json()["error"]["code"] == "too_short"
