"""Checks and risk weights: what they find, what they let pass, and that no factor goes beyond its cap."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.appreview.domain import risk, scopes, violations
from watchfloor.appreview.domain.catalogue import SHIPPED
from watchfloor.appreview.domain.checks import Asked, Known, ScopeAsked, check
from watchfloor.kernel.errors import BadInput

GOOD = Asked(
    name="Deskpost",
    use_case="Small shops write their posts in our editor, see them in a calendar, and we publish each at the hour they chose.",
    scopes=(
        ScopeAsked("content.write", "Publishes the post the shop has scheduled."),
        ScopeAsked("profile.read", "Shows whose account is connected."),
    ),
    redirects=("https://app.deskpost.co.uk/callback",),
    volume=4_000, mix={"post": 0.8, "read": 0.2}, data="The text of scheduled posts until they are published.", retention_days=30,
)  # fmt: skip


def ids(asked: Asked, known: Known = Known()) -> list[str]:  # noqa: B008
    return [each.violation for each in check(asked, known)]


def test_a_whole_application_passes() -> None:
    assert check(GOOD, Known(names=frozenset({"Parley", "Desk"}))) == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://app.deskpost.co.uk/cb", ["AR-101"]),
        ("https://app.deskpost.co.uk/cb#x", ["AR-101"]),
        ("https://me@deskpost.co.uk/", ["AR-101"]),
        ("https://*.deskpost.co.uk/", ["AR-101", "AR-102"]),
        ("https://co.uk/", ["AR-102"]),
        ("https://192.0.2.7/cb", ["AR-102"]),
        ("https://bit.ly/abc", ["AR-102"]),
        ("https://[::1/", ["AR-101"]),
        ("https://x.evil-mail.com/", ["AR-103"]),
    ],
)
def test_redirect_addresses(address: str, expected: list[str]) -> None:
    known = Known(blocked=frozenset({"evil-mail.com"}))
    assert ids(msgspec.structs.replace(GOOD, redirects=(address,)), known) == expected


def test_scopes_want_a_use_and_a_reason() -> None:
    asked = msgspec.structs.replace(
        GOOD,
        scopes=(*GOOD.scopes, ScopeAsked("follow.write", "soon"), ScopeAsked("moon.write", "For the moon feature.")),
    )
    found = check(asked, Known())
    assert [(each.violation, each.about) for each in found] == [
        ("AR-201", "follow.write"), ("AR-201", "moon.write"), ("AR-202", "follow.write"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Parley", "PARLEY", "Pаrlеy", "P4rley", "Parley Official", "p a r l e y"])
def test_names_that_read_as_a_protected_one(name: str) -> None:
    assert ids(msgspec.structs.replace(GOOD, name=name), Known(names=frozenset({"Parley"}))) == ["AR-301"]


def test_the_rest() -> None:
    asked = msgspec.structs.replace(
        GOOD, use_case="We post.", data="", retention_days=400, volume=10_001, mix={"post": 0.4}
    )
    assert ids(asked) == ["AR-401", "AR-501", "AR-501", "AR-502", "AR-401"]


def test_weights_are_named_capped_and_add_up() -> None:
    scope = tuple(ScopeAsked(key, "x" * 20) for key in scopes.SCOPES)
    asked = msgspec.structs.replace(GOOD, scopes=scope)
    weights = risk.weigh(asked, check(asked, Known()), Known(refusals=9, is_verified=True), alarms=2)
    by_key = {each.key: each for each in weights}
    assert (by_key["sensitive_scopes"].points, by_key["sensitive_scopes"].capped) == (100, True)
    assert (by_key["refusals"].count, by_key["refusals"].points) == (9, 60)
    assert by_key["verified"].points == -30 and by_key["drift"].points == 120
    assert risk.total(weights) == sum(each.points for each in weights)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.booleans())
def test_no_factor_goes_beyond_its_cap(
    refusals: int, suspended: int, approved: int, alarms: int, verified: bool
) -> None:
    known = Known(refusals=refusals, suspended_apps=suspended, approved_apps=approved, is_verified=verified)
    weights = risk.weigh(GOOD, [], known, alarms=alarms)
    for each in weights:
        factor = risk.FACTORS[each.key]
        assert abs(each.points) <= abs(factor.cap) and each.points * factor.cap > 0
    assert risk.total(weights) >= 0
    worse = risk.weigh(GOOD, [], msgspec.structs.replace(known, refusals=refusals + 1), alarms=alarms)
    assert risk.total(worse) >= risk.total(weights)  # nothing bad lowers the sum


@pytest.mark.parametrize(("points", "level"), [(0, "low"), (89, "low"), (90, "raised"), (174, "raised"), (175, "high")])
def test_levels(points: int, level: str) -> None:
    assert risk.level(points) == level


def test_a_bigger_tier_is_read_sooner_and_drift_soonest() -> None:
    hours = [risk.clock(tier).total_seconds() for tier in SHIPPED.tiers]
    assert hours == sorted(hours, reverse=True)
    assert risk.clock("small", drift=True) < risk.clock("large")


def test_violation_ids_are_what_they_were() -> None:
    assert list(violations.VIOLATIONS) == [
        "AR-101", "AR-102", "AR-103", "AR-201", "AR-202", "AR-301", "AR-401", "AR-402", "AR-501", "AR-502", "AR-601", "AR-602",
        "AR-603", "AR-604",
    ]  # fmt: skip
    assert violations.checked(["AR-602", "AR-101", "AR-602"]) == ["AR-101", "AR-602"]
    with pytest.raises(BadInput, match="no violation"):
        violations.checked(["AR-999"])
