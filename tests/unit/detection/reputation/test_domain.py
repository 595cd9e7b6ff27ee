"""Values of restrictions, what an event tells, when several hold, and when one is wide."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from watchfloor.detection.reputation.domain import breadth, effects, subjects
from watchfloor.detection.reputation.domain.breadth import Reach
from watchfloor.detection.reputation.domain.matching import Matcher, Row
from watchfloor.detection.reputation.domain.standing import DayCount, age_band, standing, weighed
from watchfloor.detection.reputation.domain.traits import Known, Traits
from watchfloor.engines.agreement.reliability import Prior
from watchfloor.items.domain import Field
from watchfloor.kernel.errors import BadInput

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIELDS = [Field(name="text", role="text"), Field(name="client_ip", role="ip"), Field(name="images", type="array")]


def told(
    event: dict[str, Any] | None = None, data: dict[str, Any] | None = None, *, name: str = "post_created",
    item_type: str = "post", kind: str = "content", known: Known | None = None, fields: list[Field] | None = None,
) -> Traits:  # fmt: skip
    return Traits(
        name=name, item_type=item_type, kind=kind, fields=FIELDS if fields is None else fields, data=data or {},
        event=event or {}, account=("account", "a1"), known=lambda: known or Known(), seal=lambda value: f"keyed:{value}",
    )  # fmt: skip


def row(subject: str, value: str, **more: Any) -> Row:
    values: dict[str, Any] = {"id": f"{subject}:{value}", "actions": frozenset(effects.ACTIONS), "effect": "deny"}
    return Row(subject=subject, value=subjects.normal(subject, value), **(values | more))


@pytest.mark.parametrize(("kind", "typed", "kept"), [
    ("ip", "203.0.113.7", "203.0.113.7/32"), ("ip", "203.0.113.9/24", "203.0.113.0/24"),
    ("ip", "2001:db8::1", "2001:db8::/64"), ("ip", "2001:db8::1/128", "2001:db8::/64"), ("ip", "2001:db8::/32", "2001:db8::/32"),
    ("asn", "as64500", "AS64500"), ("asn", " 64500 ", "AS64500"),
    ("email", "Jane.Doe+x@GoogleMail.com", "janedoe@gmail.com"), ("email", "promo*@Example.ORG", "promo*@example.org"),
    ("ja4", "T13D1516H2", "t13d1516h2"), ("age", "7D", "7d"), ("age", "12 h", "12h"), ("band", "low", "low"),
])  # fmt: skip
def test_the_normal_form(kind: str, typed: str, kept: str) -> None:
    assert subjects.normal(kind, typed) == kept == subjects.normal(kind, kept)


@pytest.mark.parametrize(("kind", "typed"), [
    ("ip", "nowhere"), ("ip", "10.0.0.0/7"), ("asn", "AS"), ("asn", "0"), ("email", "jane"), ("email", "*@*"), ("email", "a b*@x.org"),
    ("ja4", "hello"), ("age", "soon"), ("age", "0d"), ("band", "fine"), ("disposable", "A list"), ("ip", ""), ("city", "Rome"),
])  # fmt: skip
def test_what_is_none_is_refused(kind: str, typed: str) -> None:
    with pytest.raises(BadInput):
        subjects.normal(kind, typed)


def test_each_kind_is_found_where_it_stands() -> None:
    every = [
        row("ip", "203.0.113.0/24"), row("ip", "2001:db8::/48"), row("asn", "AS64500"), row("email", "jane.doe@gmail.com"),
        row("email", "promo*@example.org"), row("email", "*@*.spam.example"), row("ja4", "t13d1516h2"), row("band", "low"),
        row("disposable", "throwaways"), row("age", "7d"), row("device", "keyed:d1"),
    ]  # fmt: skip
    matcher = Matcher(every, lambda name, address, at: name == "throwaways" and address.endswith("@mail.invalid"))

    def found(traits: Traits) -> set[str]:
        return {each.id.partition(":")[0] + ":" + each.value for each in matcher.match(traits, NOW)}

    assert found(told({"ip": "203.0.113.77"})) == {"ip:203.0.113.0/24"}
    assert found(told({}, {"client_ip": "::ffff:203.0.113.77"})) == {"ip:203.0.113.0/24"}
    assert found(told({"ip": "2001:db8:0:7::1"})) == {"ip:2001:db8::/48"}
    assert found(told({"asn": 64500})) == found(told({"asn": "as64500"})) == {"asn:AS64500"}
    assert found(told({"email": "j.anedoe+tag@googlemail.com"})) == {"email:janedoe@gmail.com"}
    assert found(told({"email": "Promo77@example.org"})) == {"email:promo*@example.org"}
    assert found(told({"email": "x@a.spam.example"})) == {"email:*@*.spam.example"}
    assert found(told({"ja4": "t13d1516h2_8daaf6152771_b186095e22b6"})) == {"ja4:t13d1516h2"}
    assert found(told({"device_id": "d1"})) == {"device:keyed:d1"}
    assert found(told({"email": "x@mail.invalid"})) == {"disposable:throwaways"}
    assert found(told(known=Known("low", NOW - timedelta(days=9)))) == {"band:low"}
    assert found(told({"account_created_at": "2026-02-27T12:00:00Z"})) == {"age:7d"}
    assert found(told({"ip": "198.51.100.1", "asn": True, "email": "[promo]*@example.org"})) == set()


@pytest.mark.parametrize(("name", "item_type", "kind", "data", "actions"), [
    ("post_created", "post", "content", {"text": "see www.x.example"}, {"post", "link"}),
    ("message_sent", "message", "content", {"images": ["a"]}, {"message", "media"}),
    ("account_created", "account", "account", {}, {"sign_up"}), ("login", "account", "account", {}, set()),
    ("user_followed", "account", "account", {}, {"follow"}), ("report_sent", "post", "content", {"text": "http://x"}, {"report"}),
])  # fmt: skip
def test_what_somebody_does(name: str, item_type: str, kind: str, data: dict[str, Any], actions: set[str]) -> None:
    assert told({}, data, name=name, item_type=item_type, kind=kind).actions == actions


def test_only_the_actions_named_and_only_until_it_ends() -> None:
    links = row("asn", "AS1", actions=frozenset({"link"}), ends=NOW)
    matcher = Matcher([links])
    linking = told({"asn": 1}, {"text": "http://x.example"})
    assert matcher.match(told({"asn": 1}), NOW - timedelta(seconds=1)) == []
    assert matcher.match(linking, NOW - timedelta(seconds=1)) == [links]
    assert matcher.match(linking, NOW) == []


def test_too_many_open_patterns_are_refused() -> None:
    with pytest.raises(BadInput, match="leave the domain open"):
        Matcher(row("email", f"a{number}*@*.example") for number in range(201))


def test_an_exemption_counts_before_the_gravest() -> None:
    assert effects.gravest(["slow", "deny", "challenge"]) == "deny"
    assert effects.gravest(["deny", "allow"]) == "allow" and effects.gravest([]) == ""


def test_what_is_wide() -> None:
    seen = Reach(days=7, source="lake", events=90, accounts=30, events_seen=9_000, accounts_seen=2_000)
    assert breadth.why_wide("ip", "10.0.0.0/8", Reach(days=7)) == "network"
    assert breadth.why_wide("ip", "10.0.0.0/24", Reach(days=7)) == ""
    assert breadth.why_wide("ip", "10.0.0.0/24", seen) == "many"
    assert breadth.why_wide("asn", "AS1", Reach(days=7, accounts=20, accounts_seen=100)) == ""
    assert breadth.why_wide("age", "7d", Reach(days=7)) == "unseen"


def test_a_record_halves_in_half_a_year_and_is_drawn_to_its_like() -> None:
    today = NOW.date()
    assert weighed([DayCount(today, 2, 4), DayCount(today - timedelta(days=180), 4, 8)], today) == (4.0, 8.0)
    prior = Prior(1.0, 9.0, 50)
    old = NOW - timedelta(days=400)
    stranger = standing([], prior=prior, now=NOW, since=old, made=50)
    assert (stranger.band, stranger.share) == ("unknown", 0.1)
    bad = standing([DayCount(today, 38, 40)], prior=prior, now=NOW, since=old, made=50)
    assert bad.band == "low" and bad.share == pytest.approx(39 / 50) and bad.low < bad.share < bad.high
    good = standing([DayCount(today, 0, 80)], prior=prior, now=NOW, since=old, made=50)
    assert good.band == "good"
    assert standing([DayCount(today, 1, 10)], prior=prior, now=NOW, since=old, made=50).band == "usual"


def test_probation_takes_days_and_actions() -> None:
    prior = Prior(1.0, 9.0, 50)
    fresh = standing([], prior=prior, now=NOW, since=NOW - timedelta(days=2), made=50)
    assert fresh.band == "new" and fresh.trusted_from == NOW + timedelta(days=5) and fresh.actions_left == 0
    idle = standing([], prior=prior, now=NOW, since=NOW - timedelta(days=99), made=3)
    assert idle.band == "new" and idle.trusted_from is None and idle.actions_left == 7
    assert [age_band(NOW - timedelta(days=n), NOW) for n in (0, 7, 40, 400)] == ["week", "month", "year", "older"]
    assert age_band(None, NOW) == "older" and DayCount(date(2026, 1, 1), 0, 1).decided == 1
