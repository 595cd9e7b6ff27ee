"""Writes the beginning of a night into a running installation: Ada is on call, and a bank knows a clip of an earlier case.
A program: ``python -m tests.e2e.journeys.night`` with ``WATCHFLOOR_HOME`` set.

The stream, the match, the case and the page are made by the running program.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from tests.e2e.journeys.people import email

TITLE = "Tonight at the station, watch me"
BANK = "Announced attacks, as all partners of the agreement on threats know it"
KNOWN = (71, 72, 73)  # the pictures of the clip, a second each


def write() -> None:
    """The schedule, the matrix, the bank."""
    from tests.support.films import RATE, film

    from watchfloor.detection.banks import actions as banks
    from watchfloor.detection.banks.contracts import EntryIn
    from watchfloor.engines.matching.videos import hash_video, written
    from watchfloor.identity.domain import system
    from watchfloor.identity.models import User
    from watchfloor.ledger.writer import writing
    from watchfloor.oncall import actions as oncall

    known = written(hash_video(BytesIO(film(list(KNOWN), key_every=RATE // 2)), every=1.0).frames)
    ada = User.objects.get(email=email("ada"))
    with writing(system("first-run")) as w:
        layer = {"name": "primary", "people": [str(ada.pk)], "begins": "2026-01-05T09:00:00"}
        oncall.save_schedule(w, key="leads", name="Escalation leads", zone="Europe/Madrid", layers=[layer])
        oncall.save_policy(w, key="severe", name="Severe", steps=[{"targets": ["schedule:leads"], "wait": 5}], repeat=3)
        oncall.save_matrix(w, [{"escalation_policy": "severe", "min_severity": 4}])
        banks.add_entries(w, _bank(w), [EntryIn(kind="video", value=known, evidence="an earlier case")])


def _bank(w: Any) -> Any:
    from watchfloor.detection.banks import actions as banks
    from watchfloor.detection.banks.contracts import BankIn

    settings = BankIn(key="announced", name=BANK, policy_key="violence", violation_key="violence.threat", severity=5)
    return banks.create_bank(w, settings)


if __name__ == "__main__":
    from watchfloor.console import prepare

    prepare.django()
    write()
