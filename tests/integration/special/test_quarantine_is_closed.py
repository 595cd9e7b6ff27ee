"""What could not be worked may be about anything: its content is shown only to who may know of what it is about."""

from __future__ import annotations

import json

from tests.support.floor import Floor, someone

from watchfloor.intake import quarantine
from watchfloor.intake.models import Spooled
from watchfloor.kernel import clock
from watchfloor.kernel.ids import new_id

MAY = frozenset({"intake.manage"})


def aside(body: bytes, lane: int) -> Spooled:
    """A row in quarantine."""
    return Spooled.objects.create(
        id=new_id(), kind="report", source="chirp", body=body, body_hash=b"", lane=lane, state=Spooled.State.QUARANTINED,
        received_at=clock.now(), error="boom",
    )  # fmt: skip


def test_a_restricted_reason_and_what_cannot_be_read_are_withheld(floor: Floor) -> None:
    engineer, cleared = someone(MAY), someone(MAY, clearances=frozenset({"child_safety"}))
    rows = {
        "restricted": aside(json.dumps({"reason": "child-abuse", "note": "zzclear"}).encode(), 0),
        "unreadable": aside(b'{"reason": "child-ab zzclear', 0),
        "plain": aside(json.dumps({"reason": "spam", "note": "zzplain"}).encode(), 1),
        "terror": aside(json.dumps({"reason": "extremism", "note": "zzplain"}).encode(), 0),
    }
    shown = {name: quarantine.body_text(engineer, row) for name, row in rows.items()}
    assert shown["restricted"] == shown["unreadable"] == quarantine.WITHHELD
    assert "zzplain" in shown["plain"] and "zzplain" in shown["terror"]  # urgent, but nothing one must be cleared for
    assert all("zz" in quarantine.body_text(cleared, row) for row in rows.values())
