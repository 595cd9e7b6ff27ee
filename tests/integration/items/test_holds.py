"""What is held as evidence is not erased; when the hold is lifted it may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from watchfloor.identity.domain import system
from watchfloor.items.media import actions
from watchfloor.items.media.models import Media
from watchfloor.items.models import ItemVersion
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import writing
from watchfloor.oncall.models import Incident


def incident(item: UUID) -> Incident:
    from watchfloor.kernel import clock
    from watchfloor.oncall.events import IncidentOpened

    now = clock.now()
    with writing(system("test")) as w:
        row = w.create(
            Incident, number=1, title="x", state="open", severity=5, cause="case", items=[item], opened_at=now, opened_by="user:x",
            held_at=now,
        )  # fmt: skip
        w.event(IncidentOpened(number=1, severity=5, cause="case"), row)
    return row


def test_held_evidence_is_not_erased(send: Any, see: Any, folder: Path) -> None:
    media = send(b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    version = ItemVersion.objects.get(hash=see(image=media))
    row = incident(version.item_id)
    with pytest.raises(Conflict, match="incident 1 holds it"), writing(system("test")) as w:
        actions.erase(w, media, why="asked for")
    assert Media.objects.get(pk=media.pk).key is not None
    Incident.objects.filter(pk=row.pk).update(held_at=None)
    with writing(system("test")) as w:
        actions.erase(w, Media.objects.get(pk=media.pk), why="asked for")
    assert Media.objects.get(pk=media.pk).key is None
