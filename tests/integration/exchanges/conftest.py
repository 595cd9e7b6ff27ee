"""A bank, and exchanges that speak to servers on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchfloor.detection.banks.models import Bank
    from watchfloor.detection.exchanges.models import Exchange


@pytest.fixture
def bank(db: None) -> Bank:
    from watchfloor.detection.banks.actions import create_bank
    from watchfloor.detection.banks.contracts import BankIn
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system("test")) as w:
        return create_bank(w, BankIn(key="shared", name="Shared", negative=True))


@pytest.fixture
def follow(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Exchange]:
    from watchfloor.detection.exchanges.actions import ExchangeIn, create_exchange
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    pytest.importorskip("threatexchange", reason="pip install --group exchanges")
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")

    def make(kind: str, settings: dict[str, Any], secret: dict[str, str] | None = None, name: str = "") -> Exchange:
        if kind == "ncmec":  # it fills only what needs a clearance
            type(bank).objects.update(clearance="child_safety")
            bank.refresh_from_db()
        with writing(system("test")) as w:
            return create_exchange(
                w, bank, ExchangeIn(name=name or kind, kind=kind, settings=settings, secret=secret or {})
            )

    return make


@pytest.fixture
def standing(bank: Bank) -> Callable[[], set[str]]:
    from watchfloor.detection.banks.models import Entry

    def values() -> set[str]:
        return set(Entry.objects.filter(bank=bank, state="live").values_list("value", flat=True))

    return values
