"""An invoice against the log: each way a line can differ, in hours and money to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.vendors.actions.invoices import read_lines
from watchfloor.vendors.domain.invoices import Compared, Line, compare
from watchfloor.vendors.domain.terms import Rate, Terms

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
TERMS = Terms(rates=(Rate("reviewer", 2, Decimal("14.50")), Rate("lead", 1, Decimal("21"))), tolerance=Decimal(2))
HOUR = 3_600_000
LOG = {"ana@x": {date(2026, 11, 2): 8 * HOUR, date(2026, 11, 3): 8 * HOUR}, "bo@x": {date(2026, 11, 2): 4 * HOUR}}


def line(**more: Any) -> Line:
    values = {"number": 2, "person": "ana@x", "role": "reviewer", "start": FIRST, "end": LAST, "hours": Decimal(16),
              "rate": Decimal("14.50"), "amount": Decimal("232.00"), **more}  # fmt: skip
    return Line(**values)


def held(*lines: Line) -> Compared:
    return compare(lines, LOG, TERMS, FIRST, LAST)


def test_what_agrees() -> None:
    found = held(line(), line(number=3, person="bo@x", hours=Decimal(4), amount=Decimal(58)))
    assert found.differences == () and found.agreed == found.total == Decimal(290)
    assert (found.hours, found.logged, found.missing) == (20, Decimal(20), ())
    assert held(line()).missing == ("bo@x",)
    assert held(line(hours=Decimal("16.32"), amount=Decimal("236.64"))).differences == ()  # within two percent


@pytest.mark.parametrize(
    ("more", "kind", "amount"),
    [
        ({"person": "zed@x"}, "unknown_person", "232.00"),
        ({"start": date(2026, 10, 31)}, "outside", "232.00"),
        ({"role": "director"}, "role", "232.00"),
        ({"amount": Decimal("240.00")}, "sum", "8.00"),
        ({"rate": Decimal("15.00"), "amount": Decimal("240.00")}, "rate", "8.00"),
        ({"hours": Decimal("20"), "amount": Decimal("290.00")}, "hours", "58.00"),
    ],
)
def test_each_way_a_line_differs(more: dict[str, Any], kind: str, amount: str) -> None:
    found = held(line(**more))
    assert [(each.kind, each.amount) for each in found.differences] == [(kind, Decimal(amount))]
    assert found.agreed == found.total - Decimal(amount)


def test_an_hour_is_paid_once() -> None:
    twice = held(line(), line(number=3))
    assert [each.kind for each in twice.differences] == ["twice"] and twice.agreed == Decimal(232)
    roles = held(
        line(hours=Decimal(10), amount=Decimal(145)),
        line(number=3, role="lead", hours=Decimal(8), rate=Decimal(21), amount=Decimal(168)),
    )
    assert [(each.kind, each.ours, each.amount) for each in roles.differences] == [("hours", "6.00", Decimal(42))]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["ana@x", "bo@x", "zed@x"]), st.sampled_from(["reviewer", "lead", "boss"]),
                          st.decimals(0, 40, places=2), st.decimals(0, 30, places=2), st.decimals(0, 900, places=2)),
                max_size=8))  # fmt: skip
def test_never_less_than_nothing_and_never_more_than_asked(
    rows: list[tuple[str, str, Decimal, Decimal, Decimal]],
) -> None:
    lines = [
        line(number=n, person=person, role=role, hours=hours, rate=rate, amount=amount)
        for n, (person, role, hours, rate, amount) in enumerate(rows)
    ]
    found = held(*lines)
    logged = sum(8 * 2 if person == "ana@x" else 4 for person in {row[0] for row in rows} & set(LOG))
    assert 0 <= found.agreed <= found.total
    assert found.agreed <= Decimal(logged) * Decimal("1.02") * 21 + Decimal(
        "0.05"
    )  # the dearest rate; cents are rounded by line


def test_lines_are_read_with_their_number() -> None:
    text = "person,role,from,to,hours,rate,amount\nana@x,reviewer,2026-11-01,2026-11-30,16,14.50,232.00\n\n"
    assert read_lines(text) == [line()]
    for broken in (text + "bo@x,reviewer,soon,2026-11-30,1,1,1", text + "bo@x,reviewer,2026-11-02,2026-11-01,1,1,1", text + "a,b,c",
                   text + "bo@x,reviewer,2026-11-01,2026-11-30,-1,1,1"):  # fmt: skip
        with pytest.raises(BadInput, match="Line 4"):
            read_lines(broken)
    with pytest.raises(BadInput, match="other columns"):
        read_lines("who,what\n")
