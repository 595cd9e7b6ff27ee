"""``watchfloor deliveries``: what has not arrived, and sending it again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from watchfloor.cli.deliveries import deliveries
from watchfloor.kernel import clock

if TYPE_CHECKING:
    from tests.integration.enforcement.world import World


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(deliveries, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


@pytest.fixture
def outbox(world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    """One dead, one failed and one waiting action."""
    from watchfloor.cli import deliveries as command
    from watchfloor.ledger.models import Outbox

    monkeypatch.setattr(command.prepare, "django", lambda: None)
    for _ in range(3):
        world.decide(world.post(), "other.community")
    dead, failed, waiting = Outbox.objects.filter(topic="action").order_by("id")
    now = clock.now()
    Outbox.objects.exclude(topic="action").delete()
    Outbox.objects.filter(pk=dead.pk).update(state="dead", last_error="500")
    sent = now - timedelta(hours=1)
    Outbox.objects.filter(pk=failed.pk).update(state="failed", sent_at=sent, next_at=now + timedelta(hours=5))
    return dead, failed, waiting


def test_it_lists_what_has_not_arrived(outbox: Any) -> None:
    found = run("list")
    assert found["counts"] == {"waiting": 1, "failed": 1, "dead": 1}
    assert [row["state"] for row in found["rows"]] == ["waiting", "failed", "dead"]
    [dead] = run("list", "--state", "dead")["rows"]
    assert dead["error"] == "500" and dead["id"].startswith("msg_")


def test_it_sends_all_again(outbox: Any) -> None:
    assert run("replay", "--dead", "--failed") == {"replayed": 1, "no_longer_wanted": 0, "tried_now": 1}
    assert run("list")["counts"] == {"waiting": 2, "failed": 1, "dead": 0}


def test_it_sends_one_again_by_its_id(outbox: Any) -> None:
    [dead] = run("list", "--state", "dead")["rows"]
    assert run("replay", dead["id"]) == {"replayed": 1, "no_longer_wanted": 0, "tried_now": 0}


@pytest.mark.parametrize("arguments", [["replay"], ["replay", "msg_x", "--dead"]])
def test_it_wants_to_know_which(arguments: list[str]) -> None:
    assert CliRunner().invoke(deliveries, arguments).exit_code == 2
