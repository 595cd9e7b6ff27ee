"""A thousand restrictions asked at once say what each would say by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.detection.reputation.domain import effects, subjects
from watchfloor.detection.reputation.domain.matching import Matcher, Row
from watchfloor.detection.reputation.domain.traits import Known, Traits
from watchfloor.engines.textmodels import addresses

NOW = datetime(2026, 3, 2, tzinfo=UTC)
_v4 = st.builds(lambda number, length: f"{ip_address(number)}/{length}", st.integers(0, 255), st.integers(24, 32))
_v6 = st.builds(
    lambda number, length: f"{ip_address(number << 60)}/{length}",
    st.integers(1 << 64, (1 << 64) + 7),
    st.integers(56, 64),
)
_mail = st.builds(
    lambda local, domain: f"{local}@{domain}",
    st.sampled_from(["a", "ab", "a*", "*", "a?", "a.b"]),
    st.sampled_from(["x.example", "y.example", "*.example", "gmail.com"]),
)
_value = st.one_of(
    st.tuples(st.just("ip"), _v4 | _v6),
    st.tuples(st.just("asn"), st.integers(1, 4).map(str)),
    st.tuples(st.just("email"), _mail.filter(lambda text: text not in ("*@*",))),
    st.tuples(st.just("ja4"), st.sampled_from(["t13d1516h2", "t13d1516h2_8daaf6152771", "q13d1516h2"])),
)
_event = st.fixed_dictionaries({}, optional={
    "ip": st.integers(0, 255).map(lambda number: str(ip_address(number)))
    | st.integers(1 << 64, (1 << 64) + 7).map(lambda number: str(ip_address(number << 60))),
    "asn": st.integers(1, 4), "ja4": st.sampled_from(["t13d1516h2_8daaf6152771_b186095e22b6", "q13d1516h2"]),
    "email": st.builds(lambda a, b: f"{a}@{b}", st.sampled_from(["a", "ab", "A.b", "abc"]), st.sampled_from(["x.example", "gmail.com"])),
})  # fmt: skip


def alone(row: Row, event: dict[str, object]) -> bool:
    """Said by the simplest means there are."""
    if row.subject == "ip":
        network = ip_network(row.value)
        return "ip" in event and ip_address(str(event["ip"])) in network
    if row.subject == "asn":
        return f"AS{event.get('asn')}" == row.value
    if row.subject == "ja4":
        parts = str(event.get("ja4", "")).split("_")
        return row.value.split("_") == parts[: row.value.count("_") + 1]
    typed = str(event.get("email", "")).lower()
    if "*" in row.value or "?" in row.value:
        return bool(typed) and fnmatchcase(typed, row.value)
    return bool(typed) and addresses.canonical(typed) == row.value


@given(st.lists(_value, max_size=40), _event)
@settings(max_examples=150)
def test_as_each_by_itself(values: list[tuple[str, str]], event: dict[str, object]) -> None:
    rows = [
        Row(
            id=str(number),
            subject=kind,
            value=subjects.normal(kind, value),
            actions=frozenset(effects.ACTIONS),
            effect="deny",
        )
        for number, (kind, value) in enumerate(values)
    ]
    traits = Traits(
        name="post_created", item_type="post", kind="content", fields=[], data={}, event=event, account=None,
        known=Known, seal=str,
    )  # fmt: skip
    found = {row.id for row in Matcher(rows).match(traits, NOW)}
    assert found == {row.id for row in rows if alone(row, event)}
