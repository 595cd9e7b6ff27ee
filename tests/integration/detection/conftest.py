"""The shipped floor without rules of its own, and verbs for rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.rules import Rules


@pytest.fixture
def rules(db: Any, monkeypatch: pytest.MonkeyPatch) -> Rules:
    """Policies, queues and actions as shipped; no rule and no model yet, nothing remembered from another test."""
    from tests.support.rules import Rules, fresh

    fresh(monkeypatch)
    return Rules()
