"""Crisis mode of an incident: levels with their clocks, a bank made for it, numbers afterwards; hidden with the incident."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.floor import install
from tests.support.people import actor_of, member, signed_in

from watchfloor.crisis import queries
from watchfloor.crisis.domain import longest_silence, next_update
from watchfloor.detection.banks.models import Bank
from watchfloor.kernel import clock, ids
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, updates
from watchfloor.oncall.models import IncidentLine

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RUNS = {"oncall.view", "incident.manage", "bank.view", "bank.edit", "bank.manage"}


def test_silence_and_clocks() -> None:
    hour = timedelta(hours=1)
    assert next_update(1, NOON, []) is None
    assert next_update(2, NOON, []) == NOON + 4 * hour
    assert next_update(3, NOON, [NOON - hour, NOON + hour]) == NOON + 2 * hour
    assert longest_silence(NOON, NOON + 5 * hour, [NOON + hour, NOON + 4 * hour, NOON - hour]) == 3 * hour
    assert longest_silence(NOON, NOON + 5 * hour, []) == 5 * hour


def test_from_watch_to_the_numbers() -> None:
    install()
    lead, second, other = member(RUNS, "Ewa"), member(RUNS, "Omar"), member({"oncall.view"}, "Nia", max_severity=2)
    with clock.at(NOON):
        incident = actions.open_incident(actor_of(lead), title="A clip of an attack", severity=4)
        with writing("system:test") as w:
            updates.save_audience(w, "internal", "floor@example.org")
        where = f"/oncall/incidents/{ids.encode('inc', incident.pk)}/crisis"
        page = signed_in(lead)
        assert "Crisis mode" in page.get(where.removesuffix("/crisis")).content.decode()
        assert _post(page, where, "level", level="2", why="") == 422
        assert _post(page, where, "bank", bank="x") == 422  # no crisis yet
        assert _post(page, where, "level", level="2", why="Copies are coming in") == 302
        assert _post(page, where, "level", level="2", why="Again") == 422
        assert _post(page, where, "make", policy="violence") == 302
        bank = Bank.objects.get()
        assert (bank.key, bank.severity, bank.expires_at) == (
            f"incident-{incident.number}",
            4,
            NOON + timedelta(days=90),
        )
        assert signed_in(other).get(where).status_code == 404  # it is graver than they may know of
    with clock.at(NOON + timedelta(hours=1)):
        assert _post(page, where, "level", level="3", why="Everywhere by now") == 302
        line = actions.write(actor_of(lead), incident.pk, "Hashes are with others.", "internal")
        updates.approve(actor_of(second), incident.pk, line.pk)
        assert updates.send_due() == 1
        row = queries.of(incident)
        assert row is not None
        told = {each.key: each for each in queries.audiences(incident, row)}
        assert told["internal"].due_at == NOON + timedelta(hours=2) and told["internal"].sent == 1
        assert IncidentLine.objects.get(pk=line.pk).state == "sent"
    with clock.at(NOON + timedelta(hours=3)):
        assert _post(page, where, "level", level="0", why="No copy for an hour") == 302
    with clock.at(NOON + timedelta(days=1)):
        row = queries.of(incident)
        assert row is not None and row.ended_at is not None
        found = queries.numbers(row, bank)
        assert (found.took, found.at_protocol, found.items) == (timedelta(hours=3), timedelta(hours=2), 0)
        assert [each.level for each in queries.levels(row)] == [2, 3, 0]
        csv = b"".join(page.get(f"{where}?format=csv").streaming_content).decode()
        assert "seconds at the highest level,7200" in csv and "updates to internal,1" in csv
        assert "longest silence to stakeholders, seconds" in csv
        assert "No copy for an hour" in page.get(where).content.decode()
    sequencer.catch_up()
    assert rebuild.check().differences == []


def _post(page: Any, where: str, do: str, **more: str) -> int:
    return int(page.post(where, {"do": do, **more}).status_code)
