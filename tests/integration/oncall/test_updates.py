"""Updates on an incident: drafted in the room, approved by somebody else, mailed once to whom is named; never of a restricted one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.domain import system
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, queries_incidents, updates
from watchfloor.oncall.models import Incident, IncidentLine


def test_drafted_approved_by_another_and_mailed_once(people: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    lena, omar = people
    row = actions.open_incident(actor_of(lena), title="Raids", severity=4)
    room = f"/oncall/incidents/{ids.encode('inc', row.pk)}"
    first, second = signed_in(lena), signed_in(omar)
    assert first.post(room, {"step": "write", "audience": "stakeholders", "text": "We see raids."}).status_code == 302
    line = IncidentLine.objects.get()
    own = first.post(room, {"step": "approve", "id": str(line.pk)})
    assert own.status_code == 422 and "Somebody else must approve" in own.content.decode()
    assert "Nobody is named" in second.post(room, {"step": "approve", "id": str(line.pk)}).content.decode()
    boss = signed_in(member({"oncall.view", "oncall.manage"}, "Boss"))
    form = {
        "step": "audiences",
        "addresses-internal": "",
        "addresses-stakeholders": "pr@example.org, legal@example.org",
    }
    refused = boss.post("/oncall/setup/outside", {**form, "addresses-internal": "nobody"})
    assert refused.status_code == 422 and updates.addresses("stakeholders") == []
    assert boss.post("/oncall/setup/outside", form).status_code == 302
    assert second.post(room, {"step": "approve", "id": str(line.pk)}).status_code == 302

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", lambda self: (_ for _ in ()).throw(OSError("no route")))
        assert updates.send_due() == 1
    assert updates.send_due() == 0 and "no route" in IncidentLine.objects.get().error
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert (updates.send_due(), updates.send_due()) == (1, 0)
    (sent,) = mail.outbox
    assert sent.bcc == ["pr@example.org", "legal@example.org"] and not sent.to and "We see raids." in sent.body
    line.refresh_from_db()
    assert line.state == "sent" and line.approved_by == f"user:{omar.pk}"
    told = [each.what for each in queries_incidents.room(actor_of(lena), row.pk).timeline]
    for words in ("drafted an update for stakeholders", "approved the update for stakeholders", "was sent"):
        assert any(words in each for each in told), told
    shown = first.get(room).content.decode()
    assert "approved by Omar Other" in shown
    sequencer.catch_up()
    assert [each for each in rebuild.check().differences if each.table.startswith("oncall")] == []


def test_dropped_or_restricted_nothing_is_mailed(people: tuple[Any, Any]) -> None:
    lena, omar = people
    row = actions.open_incident(actor_of(lena), title="Quiet", severity=3)
    with writing(system("test")) as w:
        updates.save_audience(w, "internal", "all@example.org")
        with pytest.raises(BadInput):
            updates.save_audience(w, "internal", " ".join(f"a{number}@example.org" for number in range(101)))
    line = actions.write(actor_of(lena), row.pk, "It is over.", "internal")
    updates.drop(actor_of(omar), row.pk, line.pk)
    with pytest.raises(Conflict):
        updates.approve(actor_of(lena), row.pk, line.pk)
    Incident.objects.filter(pk=row.pk).update(clearance="child_safety")
    cleared = member({"oncall.view", "incident.manage"}, "Cleo", clearances=["child_safety"])
    kept = actions.write(actor_of(cleared), row.pk, "More.", "internal")
    with pytest.raises(Conflict):
        updates.approve(actor_of(cleared), row.pk, kept.pk)
    assert updates.send_due() == 0 and mail.outbox == []
