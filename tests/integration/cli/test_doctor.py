"""`doctor` says of each planted ill what it is and what to type; `quarantine` shows what lies aside and puts it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.support.floor import Floor, install, someone

from watchfloor.cli import doctor_states as states
from watchfloor.cli.doctor_finding import Finding
from watchfloor.cli.quarantine import quarantine
from watchfloor.identity.domain import system
from watchfloor.intake.models import Spooled
from watchfloor.kernel import clock
from watchfloor.kernel.ids import new_id
from watchfloor.ledger import sequencer
from watchfloor.ledger.writer import writing
from watchfloor.platform import unfinished
from watchfloor.upkeep import backups

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path))
    monkeypatch.delenv("WATCHFLOOR_STREAM", raising=False)
    (tmp_path / "keys").mkdir()
    return tmp_path


def spooled(state: str, **more: Any) -> Spooled:
    """A row of the spool."""
    values = {
        "kind": "report",
        "source": "test",
        "lane": 1,
        "received_at": clock.now(),
        "attempts": 0,
        "body": b"{}",
        **more,
    }
    return Spooled.objects.create(id=new_id(), state=state, body_hash=b"0" * 32, **values)


def well(check: Callable[[], Finding]) -> None:
    assert check().state == "ok", check()


def ill(check: Callable[[], Finding], says: str, state: str = "bad") -> None:
    found = check()
    assert found.state == state and says in found.says and found.mend, found


def test_each_ill_is_told_with_what_mends_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install()
    sequencer.catch_up()
    for check in (
        states.restore,
        states.database,
        states.time,
        states.keys,
        states.stream,
        states.work,
        states.endpoints,
    ):
        well(check)
    ill(states.backup, "none was taken", "warn")
    (home / "log").mkdir()
    (home / backups.NOTE).write_text((clock.now() - HOUR).isoformat())
    well(states.backup)
    (home / backups.NOTE).write_text((clock.now() - 72 * HOUR).isoformat())
    ill(states.backup, "3.0 days ago", "warn")
    (home / unfinished.NOTE).write_text("from x")
    ill(states.restore, "did not end")
    (home / "keys" / "ledger.key").chmod(0o644)
    ill(states.keys, "others may read ledger.key")
    (home / "keys" / "ledger.key").chmod(0o600)
    (home / "keys" / "ledger.key").write_text("another")
    ill(states.keys, "not signed by keys/ledger.key")

    Floor().report()
    with clock.at(clock.now() - HOUR):
        ill(states.time, "in the future", "warn")
    with clock.at(clock.now() + HOUR):
        ill(states.work, "events wait for the ledger's tree")
        ill(states.database, "s off ours", "warn")
    spooled("waiting", received_at=clock.now() - HOUR)
    ill(states.work, "reports wait to be worked")
    spooled("streamed", received_at=clock.now() - HOUR)
    ill(states.stream, "not configured any more", "warn")
    monkeypatch.setenv("WATCHFLOOR_STREAM", "nats://127.0.0.1:1")
    ill(states.stream, "does not answer")


def test_leases_nobody_ends_and_endpoints_that_turned_themselves_off() -> None:
    from watchfloor.enforcement import endpoints
    from watchfloor.enforcement.models import Endpoint

    install()
    floor = Floor()
    floor.report()
    floor.claim(someone(), lease_seconds=1)
    sequencer.catch_up()
    with clock.at(clock.now() + HOUR):
        ill(states.work, "leases that ran out were not ended")
    with writing(system("test")) as w:
        endpoints.add(w, name="platform", url="https://example.org/hook")
    Endpoint.objects.update(enabled=False, disabled_by="person")
    well(states.endpoints)
    Endpoint.objects.update(disabled_by="machine")
    ill(states.endpoints, "platform")


def test_quarantine_is_listed_replayed_and_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from watchfloor.cli import quarantine as command

    monkeypatch.setattr(command.prepare, "django", lambda: None)

    def run(*arguments: str, code: int = 0) -> Any:
        done = CliRunner().invoke(quarantine, [*arguments, "--json"])
        assert done.exit_code == code, done.output
        return json.loads(done.output) if not code else done

    first, second = (spooled("quarantined", error="There is no item type 'x'.", attempts=5) for _ in range(2))
    found = run("list")
    assert found["count"] == 2 and found["errors"][0]["count"] == 2 and "body" not in found["rows"][0]
    receipt = next(row["id"] for row in found["rows"])
    assert run("replay", receipt) == {"replayed": 1}
    [left] = run("list")["rows"]
    run("discard", left["id"], "--why", "not ours")
    assert run("list")["count"] == 0
    assert sorted(Spooled.objects.filter(pk__in=[first.pk, second.pk]).values_list("state", flat=True)) == [
        "discarded",
        "waiting",
    ]
    run("replay", code=2)


def test_a_setting_that_cannot_be_read_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not as an ill database, which is what a person would then go and look at."""
    from watchfloor.cli import doctor as command

    monkeypatch.setattr(command.prepare, "django", lambda: None)

    def bad(**settings: str) -> list[dict[str, str]]:
        with monkeypatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            done = CliRunner().invoke(command.doctor, ["--json"])
        assert done.exit_code == 1, done.output
        return [each for each in json.loads(done.output) if each["check"] == "settings" and each["state"] == "bad"]

    for name, value in {
        "DATABASE_URL": "nonsense", "WATCHFLOOR_LOG": "LOUD", "WATCHFLOOR_POOL": "many", "WATCHFLOOR_SCHEDULER": "there",
    }.items():  # fmt: skip
        [found] = bad(**{name: value})
        assert name in found["says"] and found["mend"], found
    monkeypatch.setattr(command, "outside", list)
    names = (
        "WATCHFLOOR_TOKEN_RATE", "WATCHFLOOR_ROW_DEATHS", "WATCHFLOOR_STREAM", "WATCHFLOOR_TRACE_SHARE", "WATCHFLOOR_LOGOUT_UNTYPED",
        "WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS",
    )  # fmt: skip
    several = bad(**dict.fromkeys(names, "some"))
    assert len(several) == len(names)
    for name in names:
        [said] = [each["says"] for each in several if name in each["says"]]
        assert said.endswith("."), said
