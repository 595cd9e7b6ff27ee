"""People who write, approve and read policies, in a browser without scripts."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse
from tests.support.people import member, signed_in

WRITER = frozenset(
    {
        "policy.view",
        "policy.edit",
        "policy.approve",
        "policy.translate",
        "claim.edit",
        "case.view",
        "edge.rule",
        "rule.view",
        "enforcement.view",
    }
)
READER = frozenset({"policy.view"})


class Browser:
    """Somebody signed in; every answer is looked at."""

    def __init__(self, permissions: frozenset[str], **limits: Any) -> None:
        self.person = member(permissions, **limits)
        self.client: Client = signed_in(self.person)
        self.actor = f"user:{self.person.pk}"

    def get(self, name: str, /, *args: Any, status: int = 200, **query: Any) -> str:
        """A page as text; ``status_`` is a field called status."""
        answer = self.client.get(reverse(name, args=args), _named(query))
        assert answer.status_code == status, answer.content[-3000:]
        return b"".join(answer).decode() if answer.streaming else answer.content.decode()

    def post(self, name: str, /, *args: Any, status: int = 302, **values: Any) -> str:
        answer = self.client.post(reverse(name, args=args), _named(values))
        assert answer.status_code == status, answer.content.decode()[-3000:]
        return answer["Location"] if status == 302 else answer.content.decode()


def _named(values: dict[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("_"): value for name, value in values.items()}
