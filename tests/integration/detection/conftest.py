"""The shipped floor without rules of its own, and verbs for rules."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from tests.support.rules import Rules


@pytest.fixture
def rules(db: Any, monkeypatch: pytest.MonkeyPatch) -> Rules:
    """Policies, queues and actions as shipped; no rule and no model yet, nothing remembered from another test."""
    from tests.support.rules import Rules, fresh

    fresh(monkeypatch)
    return Rules()


ALL = ("rule.view", "rule.edit", "rule.enable", "case.view", "policy.view")


@pytest.fixture
def sign_in(rules: Rules) -> Callable[..., Client]:
    """A client of someone with these permissions."""
    numbers = count()

    def enter(*permissions: str, **limits: Any) -> Client:
        from django.test import Client

        from watchfloor.identity import actions
        from watchfloor.identity.domain import system
        from watchfloor.ledger.writer import writing

        name = f"p{next(numbers)}"
        with writing(system("test")) as w:
            user = actions.create_user(w, email=f"{name}@example.org", name=name, password=None)
            actions.save_role(w, key=name, name=name, permissions=list(permissions or ALL))
            actions.grant(w, system("test"), user, name, **limits)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter
