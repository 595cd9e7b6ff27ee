"""The clock table and the retention rules as data: what is shipped, and what is refused with a sentence that says where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.law import shipped
from watchfloor.law.domain import retention
from watchfloor.law.domain.orders import KINDS, missing
from watchfloor.law.domain.table import read

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("key", "due"),
    [
        ("eu.tco.removal", NOON + HOUR), ("in.order", NOON + 3 * HOUR), ("in.intimate", NOON + 2 * HOUR), ("in.urgent", NOON + 36 * HOUR),
        ("in.grievance", datetime(2026, 11, 27, 18, 30, tzinfo=UTC)),  # the end of the seventh day in India
        ("us.take_it_down", NOON + 48 * HOUR), ("gb.ncii", NOON + 48 * HOUR), ("au.removal", NOON + 24 * HOUR),
        ("dmca.counter_notice", datetime(2026, 12, 12, 5, tzinfo=UTC)),  # 14 business days, Thanksgiving left out, New York
        ("eu.dsa.window", datetime(2027, 5, 20, 22, tzinfo=UTC)), ("eu.dsa.dispute", datetime(2027, 2, 18, 23, tzinfo=UTC)),
        ("eu.dsa.threat_to_life", NOON + timedelta(minutes=15)),
        ("eu.gdpr.request", datetime(2026, 12, 21, 23, tzinfo=UTC)),  # 20 December is a Sunday: until the end of Monday, in Brussels
        ("eu.gdpr.breach", NOON + 72 * HOUR),
    ],
)  # fmt: skip
def test_the_shipped_periods(key: str, due: datetime) -> None:
    table = read(shipped.clocks())
    assert table.due(table.clocks[key], NOON) == due


def test_material_comes_back_after_ten_business_days_at_the_earliest() -> None:
    table = read(shipped.clocks())
    assert table.earliest(table.clocks["dmca.counter_notice"], NOON) == datetime(2026, 12, 8, 5, tzinfo=UTC)
    assert table.earliest(table.clocks["eu.tco.removal"], NOON) is None


def test_every_row_says_where_its_figure_is_from() -> None:
    for rule in read(shipped.clocks()).clocks.values():
        assert rule.source.startswith(("page", "known", "own")), rule.key
        assert rule.own == rule.source.startswith("own"), rule.key
        assert rule.trigger and rule.recipient and rule.proof, rule.key


def test_what_happened_finds_its_rules() -> None:
    table = read(shipped.clocks())
    found = table.on("report", {"market": "IN", "reason": "intimate-images", "reporter_kind": "trusted_flagger"})
    assert {rule.key for rule in found} == {"in.intimate", "eu.dsa.trusted_flagger"}
    assert not table.on("order", {"kind": "unheard-of"})
    assert not [rule for rule in table.on("manual", {}) if rule.key == "de.netzdg"]  # no longer active


GOOD: dict[str, Any] = {"key": "x.y", "name": "X", "instrument": "Y", "amount": 1, "stops": ["person"]}


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"unit": "fortnights"}, "clocks[0].unit"), ({"amount": 0}, "clocks[0].amount"), ({"not_before": 2}, "clocks[0].amount"),
        ({"unit": "business_days"}, "clocks[0].calendar"), ({"calendar": "moon"}, "clocks[0].calendar"), ({"stops": []}, "clocks[0].stops"),
        ({"stops": ["wish"]}, "clocks[0].stops"), ({"pauses": ["lunch"]}, "clocks[0].pauses"), ({"zone": "Mars/Base"}, "clocks[0].zone"),
        ({"when": {"mood": ["good"]}}, "clocks[0].when"), ({"warn": 1.5}, "clocks[0].warn"), ({"page": 9}, "clocks[0].page"),
        ({"key": "Not a key"}, "clocks[0].key"), ({"colour": "red"}, "clocks[0]"), ({"roll": True, "unit": "days"}, "clocks[0].roll"),
    ],
)  # fmt: skip
def test_a_mistake_says_where(changed: dict[str, Any], where: str) -> None:
    read({"clocks": [GOOD]})
    with pytest.raises(BadInput) as refused:
        read({"clocks": [{**GOOD, **changed}]})
    assert refused.value.where == where


def test_retention_is_read_and_never_shorter_than_a_complaint_needs() -> None:
    assert [rule.kind for rule in retention.read(shipped.retention())] == list(retention.KINDS)
    for rules in (
        [{"kind": "appeals", "days": 90}],
        [{"kind": "wishes", "days": 9}],
        [{"kind": "spool", "days": 9}] * 2,
    ):
        with pytest.raises(BadInput):
            retention.read({"rules": rules})


def test_an_order_needs_what_its_instrument_says() -> None:
    everything = dict.fromkeys(("authority", "reference", "legal_basis", "text", "locations"), True)
    assert all(not missing(kind, everything) for kind in KINDS)
    assert missing("tco_removal", {**everything, "authority": False, "locations": False}) == ["authority", "locations"]
    assert missing("provide_information", {**everything, "locations": False}) == []
