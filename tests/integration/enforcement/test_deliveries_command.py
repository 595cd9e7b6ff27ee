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


def test_it_compares_a_file_tests_an_endpoint_and_turns_the_switch(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    from tests.integration.enforcement.receiver import Receiver

    from watchfloor.cli import deliveries as command
    from watchfloor.enforcement import automation, delivery, endpoints
    from watchfloor.ledger.writer import writing

    monkeypatch.setattr(command.prepare, "django", lambda: None)
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    platform = Receiver()
    try:
        with clock.at(clock.now() - timedelta(hours=1)):
            with writing("user:ada") as w:
                endpoints.add(w, name="Parley", url=platform.url, topics=("action",))
            world.decide(world.post(), "other.community")
            delivery.deliver_due()
        assert run("test", "Parley")["status"] == 200
    finally:
        platform.close()
    good = tmp_path / "in-force.csv"
    good.write_text("item_type,item_id,effect\npost,p1,remove\n")
    assert run("reconcile", str(good))["runs"][0]["missing"] == 0
    good.write_text("item_type,item_id,effect\n")
    result = CliRunner().invoke(deliveries, ["reconcile", str(good), "--json"])
    assert result.exit_code == 1 and json.loads(result.output)["runs"][0]["missing"] == 1
    assert run("automation", "stop", "--why", "R12")["stopped"] and automation.stopped() is not None
    assert not run("automation", "resume", "--why", "mended")["stopped"]
