"""Teams' own metrics and dimensions: built from pieces, proved on an example, versioned, and then wherever metrics are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from django.test import Client
from django.urls import reverse
from tests.integration.insight.test_facts import NINE, happen
from tests.integration.insight.test_pages import client

from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import Actor, system
from watchfloor.insight import catalogue, facts, lake, queries
from watchfloor.insight.own_metrics import keeping, trying
from watchfloor.insight.own_metrics.definition import Condition, Definition
from watchfloor.insight.own_metrics.models import OwnMetric, OwnMetricVersion
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db
DAY = Span(start=NINE - timedelta(hours=1), end=NINE + timedelta(days=1))
BIG = Definition(
    key="german_jobs", title="German jobs", kind="share", population="ready",
    of=(Condition(field="market", op="in", values=("DE", "O'Brien; DROP TABLE x --")),),
)  # fmt: skip
ROWS = "market\nDE\nUS"


@pytest.fixture(autouse=True)
def _empty_lake() -> Iterator[None]:
    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    yield
    lake.forget()


def test_a_metric_is_proved_saved_and_then_wherever_metrics_are() -> None:
    with pytest.raises(BadInput, match=r"gives 0\.5, not 0\.7"):
        keeping.save_metric(system("test"), BIG, rows=ROWS, expected="0.7")
    keeping.save_metric(system("test"), BIG, rows=ROWS, expected="0.5")
    happen(3, market="DE")
    happen(9, market="US")
    facts.export()
    with clock.at(NINE + timedelta(hours=8)):
        [kpi] = queries.kpis(system("test"), DAY, metrics=["german_jobs"])
        assert (kpi.value, kpi.title) == (0.25, "German jobs")
        assert queries.rows_behind(system("test"), DAY, "german_jobs").total == 12
    changed = msgspec.structs.replace(BIG, title="Jobs in German")
    keeping.save_metric(system("test"), changed, rows=ROWS, expected="0.5", seen=1)
    assert [row.number for row in OwnMetricVersion.objects.order_by("number")] == [1, 2]
    with pytest.raises(Conflict):
        keeping.save_metric(system("test"), BIG, rows=ROWS, expected="0.5", seen=1)
    keeping.archive_metric(system("test"), "german_jobs")
    assert "german_jobs" not in catalogue.metrics() and OwnMetric.objects.count() == 1
    keeping.archive_metric(system("test"), "german_jobs", back=True)
    assert catalogue.metric("german_jobs").title == "Jobs in German"


@pytest.mark.parametrize(
    ("made", "rows", "value"),
    [
        ({"kind": "count", "population": "decided", "where": [["queue", "not_in", ["a"]]]}, "queue\na\nb\n\n", 1),
        ({"kind": "count", "population": "decided", "where": [["queue", "unknown", []]]}, "queue,kind\na,review\n,review", 1),
        ({"kind": "mean", "population": "decided", "field": "active_total_ms"}, "active_total_ms\n10\n20", 15),
        (
            {"kind": "sum", "population": "decided", "field": "touches", "where": [["age_ms", "at_least", ["60"]]]},
            "touches,age_ms\n2,60\n5,59", 2,
        ),
        ({"kind": "quantile", "population": "taken", "field": "wait_ms", "q": 0.9}, "wait_ms\n0\n10", 9),
    ],
)  # fmt: skip
def test_what_pieces_mean(made: dict, rows: str, value: float) -> None:  # type: ignore[type-arg]
    where = [{"field": field, "op": op, "values": values} for field, op, values in made.pop("where", [])]
    definition = msgspec.convert({"key": "mine", "title": "Mine", "where": where, **made}, Definition)
    assert trying.computed(definition, rows) == pytest.approx(value)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"key": "Bad Key"}, "key"), ({"key": "reports"}, "key"), ({"key": "market"}, "key"), ({"title": "50 % of all"}, "title"),
        ({"kind": "mean", "field": "leaf"}, "field"), ({"population": "facts; --"}, "population"),
        ({"of": (Condition(field="market) OR (true", op="in", values=("x",)),)}, "of.0.field"),
        ({"where": (Condition(field="verdict", op="in", values=("guilty",)),)}, "where.0.values"),
        ({"where": (Condition(field="age_ms", op="at_least", values=("1; --",)),)}, "where.0.values"),
    ],
)  # fmt: skip
def test_what_is_no_metric_is_refused_at_its_place(change: dict, place: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(BadInput) as refused:
        keeping.save_metric(system("test"), msgspec.structs.replace(BIG, **change), rows=ROWS, expected="0.5")
    assert refused.value.where == place


def test_a_dimension_of_groups_splits_and_filters_everything() -> None:
    groups = keeping.read_groups("value,group\nDE,Europe\nFR,Europe\nUS,America's")
    keeping.save_dimension(
        system("test"), key="region", title="Region", base="market", groups=groups, otherwise="Elsewhere"
    )
    for market, count in (("DE", 2), ("FR", 1), ("US", 4), ("JP", 3)):
        happen(count, market=market)
    facts.export()
    with clock.at(NINE + timedelta(hours=8)):
        slices = queries.split(system("test"), DAY, ("region",), metrics=["jobs_ready"])
        assert {each.names: each.values["jobs_ready"] for each in slices} == {
            ("Europe",): 3, ("America's",): 4, ("Elsewhere",): 3,
        }  # fmt: skip
        europe = msgspec.structs.replace(DAY, where={"region": ("Europe",)})
        assert queries.kpis(system("test"), europe, metrics=["jobs_ready"])[0].value == 3
    with pytest.raises(BadInput, match="has a group already"):
        keeping.read_groups("DE,Europe\nDE,Asia")


def form(**more: str) -> dict[str, str]:
    return {
        "title": "Doubts", "key": "doubts", "kind": "share", "population": "decided", "of.0.field": "verdict", "of.0.op": "in",
        "of.0.values": "unsure", "direction": "down", "theme": "quality", "rows": "verdict\nunsure\nclean", "expected": "0.5",
        "seen": "0", **more,
    }  # fmt: skip


def test_the_form_previews_keeps_what_was_typed_and_saves() -> None:
    browser = client()
    for address in ("insight-metric-new", "insight-dimension-new"):
        assert browser.get(reverse(address)).status_code == 200
    body = browser.post(reverse("insight-metric-new"), form(do="preview")).content.decode()
    assert "data-preview" in body and "The example gives 0.5" in body and not OwnMetric.objects.exists()
    refused = browser.post(reverse("insight-metric-new"), form(do="save", expected="0.9"))
    assert refused.status_code == 422
    assert "gives 0.5, not 0.9" in refused.content.decode() and 'value="unsure"' in refused.content.decode()
    saved = browser.post(reverse("insight-metric-new"), form(do="save"))
    assert saved.status_code == 302 and saved["Location"] == "/insight/metric/doubts"
    assert "Doubts" in browser.get("/insight/metric/doubts").content.decode()
    listed = browser.get(reverse("insight-catalogue"), {"whose": "own", "q": "doubt"}).content.decode()
    assert "Doubts" in listed and "AHT" not in listed
    assert 'value="unsure"' in browser.get(reverse("insight-metric-edit", args=["doubts"])).content.decode()
    dimension = {"key": "lands", "title": "Lands", "base": "market", "groups": "DE,Europe"}
    assert browser.post(reverse("insight-dimension-new"), dimension).status_code == 302
    assert "Lands" in browser.get(reverse("insight-catalogue")).content.decode()
    assert browser.get("/insight", {"by": "lands"}).status_code == 200


def test_who_may_not_define_may_read() -> None:
    browser = client("vendor_manager")
    assert browser.get(reverse("insight-catalogue")).status_code == 200
    assert browser.get(reverse("insight-metric-new")).status_code == 403
    with pytest.raises(Forbidden):
        keeping.save_metric(Actor(kind="user", id="1"), BIG, rows=ROWS, expected="0.5")


def test_the_api_lists_defines_and_answers() -> None:
    happen(3, market="DE")
    happen(1, market="US")
    facts.export()
    with writing(system("test")) as w:
        _, secret = create_token(w, system("test"), name="t", source="t", permissions=["insight.view", "metric.define"])
    browser = Client(headers={"authorization": f"Bearer {secret}"})

    def post(address: str, body: object) -> dict:  # type: ignore[type-arg]
        response = browser.post(address, msgspec.json.encode(body), content_type="application/json")
        assert response.status_code == 200, response.content
        return dict(response.json())

    definition = msgspec.to_builtins(BIG)
    made = post("/v1/insight/metrics", {"definition": definition, "rows": ROWS, "expected": "0.5"})
    assert made == {"key": "german_jobs", "version": 1}
    listed = browser.get("/v1/insight/metrics").json()
    assert [one["own"] for one in listed["metrics"] if one["key"] in ("aht", "german_jobs")] == [False, True]
    day = {"start": "2026-11-02", "end": "2026-11-03"}
    asked = {"metrics": ["german_jobs", "jobs_ready"], "interval": "day", **day}
    with clock.at(NINE + timedelta(hours=8)):
        whole = post("/v1/insight/query", asked)["numbers"]
        split = post("/v1/insight/query", {"metrics": ["jobs_ready"], "by": ["market"], **day})["numbers"]
    assert [(one["value"], len(one["points"])) for one in whole] == [(0.75, 1), (4, 1)]
    assert [(one["names"], one["value"]) for one in split] == [(["DE"], 3), (["US"], 1)]
