"""A floor tied to a strict stand-in of Jira, over TLS, and one action to share with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from tests.support.jira_server import Jira

    from watchfloor.identity.domain import Actor
    from watchfloor.ledger.writer import Writer
    from watchfloor.programme.jira.models import Link
    from watchfloor.programme.tracking.models import Action

DUE = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # the first of December in Manila


@dataclass
class Tied:
    """The stand-in, who works here, their browser, and what reads like a story."""

    jira: Jira
    actor: Actor
    browser: Client
    action: Action

    def write(self, do: Callable[[Writer], Any], reason: str = "") -> Any:
        """One transaction of the person."""
        from watchfloor.ledger.writer import writing

        with writing(self.actor, reason=reason) as w:
            return do(w)

    def carry(self, hours: int = 0) -> int:
        """Let the loops run until there is nothing to do; ``hours`` from now, for what waits."""
        from watchfloor.kernel import clock
        from watchfloor.programme.jira import pushing

        done = 0
        with clock.at(clock.now() + timedelta(hours=hours, seconds=1)):
            while pushing.push_due() + pushing.pull_due():
                done += 1
                assert done < 50, "it never comes to rest"
        return done

    def now(self) -> Action:
        """The action as it is."""
        self.action.refresh_from_db()
        return self.action

    @property
    def link(self) -> Link:
        """Its issue."""
        from watchfloor.programme.jira.models import Link

        return Link.objects.get(action=self.action, ended_at=None)


@pytest.fixture
def jira(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jira]:
    """The stand-in alone, which this process trusts."""
    from tests.support.jira_server import Jira

    from watchfloor.programme.jira.client import trusted

    made = Jira(tmp_path)
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    monkeypatch.setenv("WATCHFLOOR_JIRA_CA", str(made.trusted))
    trusted.cache_clear()
    yield made
    made.close()
    trusted.cache_clear()


@pytest.fixture
def tied(db: Any, jira: Jira) -> Tied:
    """The settings were kept through the page, which asked Jira; the webhook tells us."""
    from tests.support.people import actor_of, member, signed_in

    from watchfloor.ledger.writer import writing
    from watchfloor.programme.jira.actions import sites
    from watchfloor.programme.tracking import actions as tracking

    who = member({"programme.view", "programme.edit", "settings.manage", "enforcement.view"}, "Maria Manager")
    browser = signed_in(who)
    given = {"do": "save", "url": jira.url + "/", "project": "ops", "email": jira.email, "token": jira.token, "zone": "Asia/Manila",
             "on": "on"}  # fmt: skip
    answer = browser.post("/programme/jira/settings", given)
    assert answer.status_code == 302, answer.content.decode()
    with writing(actor_of(who)) as w:
        secret = sites.new_secret(w)
        action = tracking.add_action(w, tracking.Todo(title="Shorten the scam queue’s form", owner=who.pk, due=DUE))

    def call(body: bytes, headers: dict[str, str]) -> None:
        said = Client().post("/programme/jira/hook", body, content_type="application/json",
                             headers={"X-Hub-Signature": headers["X-Hub-Signature"]})  # fmt: skip
        assert said.status_code == 204

    jira.hooks.append(("", secret, call))
    return Tied(jira, actor_of(who), browser, action)
