"""The pages as a browser asks for them: they show what was counted, lead to the rows, and keep to the viewer's rights."""

from __future__ import annotations

import asyncio
import csv
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.floor import LEAD, someone

from watchfloor.identity import actions as identity
from watchfloor.identity import defaults as identity_defaults
from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.insight import facts, queries, stream
from watchfloor.insight.own_metrics import keeping
from watchfloor.kernel import clock
from watchfloor.ledger import sequencer
from watchfloor.ledger.writer import writing
from watchfloor.review import actions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worked")]


def client(role: str = "program_manager", **limits: object) -> Client:
    with writing(system("test")) as w:
        identity_defaults.install(w)
        user = identity.create_user(w, email=f"{role}@example.org", name="Someone", password=None)
        identity.grant(w, system("test"), user, role, **limits)  # type: ignore[arg-type]
    browser = Client()
    browser.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_the_floor_shows_what_waits_and_what_was_solved() -> None:
    response = client().get(reverse("floor"))
    body = response.content.decode()
    assert response.status_code == 200
    assert "spam.en" in body and "Backlog" in body and "Solved / h" in body
    assert body.index("spam.en") < body.index("terrorism")  # where work is comes first


def test_the_live_part_is_the_page_without_its_frame() -> None:
    body = client().get(reverse("floor-now")).content.decode()
    assert "<html" not in body and "spam.en" in body


def test_every_kpi_leads_to_its_metric_and_every_metric_to_its_rows() -> None:
    browser = client()
    body = browser.get(reverse("insight-kpis"), {"span": "24h"}).content.decode()
    from watchfloor.insight.catalogue import metrics

    for key, metric in metrics().items():
        assert f"/insight/metric/{key}?span=24h" in body
        page = browser.get(reverse("insight-metric", args=[key]), {"span": "24h"})
        assert page.status_code == 200
        assert metric.pitfalls.split("'")[0] in page.content.decode().replace("&#39;", "'")
        assert browser.get(reverse("insight-rows", args=[key]), {"span": "24h"}).status_code == 200


def rows_of(browser: Client, key: str, **query: str) -> list[dict[str, str]]:
    response = browser.get(reverse("insight-rows", args=[key]), {"span": "24h", "format": "csv", **query})
    assert response["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(response.getvalue().decode("utf-8-sig").splitlines()))


def test_rows_are_what_was_counted_and_can_be_filtered() -> None:
    browser = client()
    assert len(rows_of(browser, "incoming_manual")) == 6
    assert len(rows_of(browser, "backlog")) == 2
    german = rows_of(browser, "incoming_manual", market="DE")
    assert [row["market"] for row in german] == ["DE", "DE"]
    assert {row["type"] for row in german} == {"job.ready"}


def test_rows_say_who_decided_and_not_who_gave_back() -> None:
    """As the tables that one asks in SQL: whoever took, skipped or stepped back is no column, no filter and no split of numbers."""
    anna, ben = someone(LEAD), someone(LEAD)
    held = [actions.claim(anna, queue="spam.en"), actions.claim(ben, queue="spam.en")]
    assert held[0] is not None and held[1] is not None
    actions.skip(anna, held[0].job_id, held[0].token, "language")
    actions.skip(ben, held[1].job_id, held[1].token, "wellbeing")
    sequencer.catch_up()
    facts.export()
    browser = client()
    assert {"job.leased", "job.released"} == {row["type"] for row in rows_of(browser, "skip_rate")}
    assert {row["reviewer"] for row in rows_of(browser, "skip_rate")} == {""}
    assert [row["type"] for row in rows_of(browser, "skip_rate")].count(
        "job.released"
    ) == 1  # the step back is not among them
    assert all(row["reviewer"] for row in rows_of(browser, "violation_rate"))  # decisions
    assert not rows_of(browser, "skip_rate", reviewer=anna.id)
    day = queries.Span(start=clock.now() - timedelta(hours=2), end=clock.now() + timedelta(hours=1))
    by = queries.split(system("test"), day, ("reviewer",), metrics=["skip_rate"])
    assert [each.names for each in by] == [("(none)",)]
    assert len(queries.split(system("test"), day, ("reviewer",), metrics=["aht"])) == 2
    groups = {anna.id: "Anna", ben.id: "Ben"}
    keeping.save_dimension(system("test"), key="people", title="People", base="reviewer", groups=groups)
    by = queries.split(system("test"), day, ("people",), metrics=["skip_rate"])
    assert [each.names for each in by] == [("(none)",)]


def test_who_is_limited_to_a_market_sees_its_numbers_only() -> None:
    browser = client(markets=["DE"])
    assert [row["market"] for row in rows_of(browser, "incoming_manual")] == ["DE", "DE"]
    body = browser.get(reverse("insight-kpis"), {"span": "24h", "by": "market"}).content.decode()
    assert "?span=24h&amp;by=market&amp;market=DE" in body
    assert "market=US" not in body


def test_who_may_not_see_numbers_is_told_so_and_strangers_sign_in() -> None:
    assert client("reviewer").get(reverse("insight-kpis")).status_code == 403
    assert Client().get(reverse("floor")).status_code == 302


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("/insight", {"by": "market; DROP TABLE x"}),
        ("/insight", {"span": "forever"}),
        ("/insight", {"from": "2026-13-45"}),
        ("/insight", {"from": "2026-11-02", "to": "2026-11-01"}),
        ("/insight", {"interval": "hour", "from": "2000-01-01"}),
        ("/insight/metric/nothing", {}),
        ("/insight/rows/nothing", {}),
    ],
)
def test_what_cannot_be_asked_is_answered_with_a_sentence(address: str, query: dict[str, str]) -> None:
    response = client().get(address, query, headers={"accept": "application/json"})
    assert response.status_code == 422
    assert response.json()["error"]["message"].endswith(".")


def test_the_stream_tells_topics_that_changed_and_only_those() -> None:
    async def listen() -> list[bytes]:
        watch = stream.Watch()
        watch.note([("", 10)])
        watch.looked = float("inf")  # the database is not asked; what it would have said comes below
        told = stream.events({"jobs", "rules"}, watch)
        heard = [await anext(told)]
        watch.note([("job.decided", 11), ("case.closed", 12)])
        heard.append(await anext(told))
        await told.aclose()  # type: ignore[attr-defined]
        return heard

    assert asyncio.run(listen()) == [b"retry: 3000\n\n", b'data: {"topic":"jobs"}\n\n']


def test_the_ledger_is_asked_for_what_is_new() -> None:
    [(_, where)] = stream.newest(None)
    assert stream.newest(where) == []
    assert {type_ for type_, _ in stream.newest(0)} >= {"job.ready", "job.decided", "case.closed"}
