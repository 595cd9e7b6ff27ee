"""Values of shared keys: what is kept says nothing, and the value is found again in the texts it stands in, and only there."""

from __future__ import annotations

import pytest

from watchfloor.detection.campaigns import tokens

SAYS = "call +1 212 555 0147 or write to ann@parcel-fee-office.com"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_secret", lambda: b"a secret of this test")


def test_a_token_depends_on_kind_value_and_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    made = tokens.token("phone", "2125550147")
    assert len(made) == 16 and "555" not in made
    assert made == tokens.token("phone", "2125550147")
    assert made not in (tokens.token("phone", "2125550148"), tokens.token("device", "2125550147"))
    monkeypatch.setattr(tokens, "_secret", lambda: b"another")
    assert made != tokens.token("phone", "2125550147")


def test_values_are_read_again_from_texts() -> None:
    phone, mail = tokens.token("phone", "2125550147"), tokens.token("email", "ann@parcel-fee-office.com")
    wanted = {("phone", phone), ("email", mail), ("device", "0" * 16)}
    assert tokens.values(["nothing here", SAYS], wanted) == {
        ("phone", phone): "2125550147",
        ("email", mail): "ann@parcel-fee-office.com",
    }
    assert tokens.values(["nothing here"], wanted) == {}
    assert tokens.values([SAYS], {("phone", "f" * 16)}) == {}
