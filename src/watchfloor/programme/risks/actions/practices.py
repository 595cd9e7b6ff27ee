"""How far practices are lived here: assessed, with the evidence and what is missing."""

from __future__ import annotations

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.programme.risks import domain
from watchfloor.programme.risks.events import PracticeAssessed
from watchfloor.programme.risks.models import PracticeLevel


def assess(w: Writer, practice: str, *, level: int, evidence: str = "", gap: str = "") -> PracticeLevel:
    """Write an assessment down. A level above 0 rests on something: say on what."""
    if practice not in {each.key for each in domain.practices()}:
        raise NotFound("unknown_practice", "There is no such practice.")
    if level not in domain.LEVELS:
        raise BadInput("bad_level", "A level is 0 to 3.", where="level")
    if level and not evidence.strip():
        raise BadInput("no_evidence", "Say what this level rests on.", where="evidence")
    for text, name in ((evidence, "evidence"), (gap, "gap")):
        if len(text) > domain.LONGEST:
            raise BadInput("long_text", f"At most {domain.LONGEST:,} characters.", where=name)
    values = {
        "level": level, "evidence": evidence.strip(), "gap": gap.strip(), "assessed_on": clock.now().date(), "assessed_by": w.actor
    }  # fmt: skip
    row = PracticeLevel.objects.select_for_update().filter(practice=practice).first()
    if row is None:
        row = w.create(PracticeLevel, practice=practice, **values)
    else:
        w.update(row, **values)
    if w.has_changes:
        w.event(PracticeAssessed(practice=practice, level=level), row)
    return row
