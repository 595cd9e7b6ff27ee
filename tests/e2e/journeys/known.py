"""Writes what was seen before into a running installation: one bank that decides by itself, one whose matches a person judges.
A program: ``python -m tests.e2e.journeys.known`` with ``WATCHFLOOR_HOME`` set. Copies and matches come with the journey.
"""

from __future__ import annotations

UNSEEN, JUDGED = 2, 1  # photographs (numbers of ``tests.support.media.photo``)
NAMES = {"unseen": "Hate symbols", "judged": "Marwen placards"}


def write() -> None:
    """Two banks, one picture in each."""
    from tests.support.media import photo

    from watchfloor.detection.banks import actions as banks
    from watchfloor.detection.banks.contracts import BankIn, EntryIn
    from watchfloor.engines.matching import hash_picture
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system("first-run")) as w:
        for key, action, number in (("unseen", "decide", UNSEEN), ("judged", "queue", JUDGED)):
            settings = BankIn(
                key=key, name=NAMES[key], policy_key="hate", violation_key="hate.harm", action=action, sample=1
            )
            found = hash_picture(photo(number))
            entry = EntryIn(kind="pdq", value=found.hex, quality=found.quality, evidence="an earlier case")
            banks.add_entries(w, banks.create_bank(w, settings), [entry])


if __name__ == "__main__":
    from watchfloor.console import prepare

    prepare.django()
    write()
