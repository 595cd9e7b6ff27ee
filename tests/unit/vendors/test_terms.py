"""Contracts as data: what is refused, with its place; the sheet goes out and comes back the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.vendors import contracts
from watchfloor.vendors.domain.terms import Credit, Rate, Target, Terms, check, credits_of, decimal

TERMS = Terms(
    targets=(
        Target("aht", "4.1", Decimal("180"), (Credit(Decimal(0), Decimal(1)), Credit(Decimal(5), Decimal("2.5")))),
        Target("sla_completed", "4.2, first", Decimal("95")),
    ),
    rates=(Rate("reviewer", 12, Decimal("14.50")), Rate("lead", 1, Decimal("21"))),
)


def test_a_sheet_comes_back_the_same() -> None:
    assert check(TERMS) == TERMS
    assert contracts.read(contracts.typed(TERMS)) == TERMS
    assert contracts.terms_of(None).targets == ()


@pytest.mark.parametrize(
    ("sheet", "says"),
    [
        ("target,happiness,1,5,", "is no figure"),
        ("target,aht,1,0,", "more than 0"),
        ("target,sla_completed,1,101,", "at most 100"),
        ("target,aht,1,180,5:3 0:1", "Credits rise"),
        ("target,aht,1,180,5", "is no credit"),
        ("target,aht,1,1e400,", "is no number"),
        ("target,aht,1,180,\ntarget,aht,1,170,", "has a target already"),
        ("rate,reviewer,,12 at 14,", "is no rate"),
        ("rate,reviewer,,1 x 2,\nrate,reviewer,,1 x 3,", "Each role once"),
        ("bonus,x,,1,", "neither target nor rate"),
    ],
)
def test_what_is_no_contract(sheet: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        contracts.read({**contracts.typed(Terms()), "sheet": sheet})


@pytest.mark.parametrize(
    ("field", "value"),
    [("confidence", "100"), ("cap", "-1"), ("least_days", "1"), ("currency", "XXX"), ("answer_hours", "soon")],
)
def test_a_field_out_of_range_is_named(field: str, value: str) -> None:
    with pytest.raises(BadInput) as refused:
        contracts.read({**contracts.typed(Terms()), field: value})
    assert refused.value.where == field


def test_numbers_never_pass_through_binary() -> None:
    assert decimal("0.1", "x") * 3 == Decimal("0.3")
    assert credits_of("0:0.1, 5:0.2", "x") == (
        Credit(Decimal(0), Decimal("0.1")), Credit(Decimal(5), Decimal("0.2")),
    )  # fmt: skip
