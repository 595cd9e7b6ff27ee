"""Every text a rule file had: kept when it is saved, read again for a diff, for going back, and for rules that go on by it."""

from __future__ import annotations

from collections.abc import Mapping

from watchfloor.detection.models import RuleFile, RuleRevision
from watchfloor.kernel.errors import NotFound


def keep(row: RuleFile, why: str = "") -> None:
    """Keep the file's present text under its number; what is kept already stays."""
    RuleRevision.objects.get_or_create(
        path=row.path,
        number=row.revision,
        defaults={
            "text": row.text, "changed_by": row.changed_by, "changed_at": row.changed_at, "why": why[:200],
        },
    )  # fmt: skip


def numbers() -> dict[str, int]:
    """The revision of every file of the set as it is now; each is kept."""
    found = {}
    for row in RuleFile.objects.filter(archived_at__isnull=True):
        keep(row)
        found[row.path] = row.revision
    return found


def of_file(path: str) -> list[RuleRevision]:
    """The kept texts of a file, newest first."""
    return list(RuleRevision.objects.filter(path=path).order_by("-number"))


def text_of(path: str, number: int) -> str:
    """One kept text; ``NotFound`` when there is none."""
    row = RuleRevision.objects.filter(path=path, number=number).first()
    if row is None:
        raise NotFound("no_revision", f"{path[:60]} has no revision {number}.")
    return row.text


def sources_of(pin: Mapping[str, int]) -> dict[str, str]:
    """The texts of the set that a pin names, by path."""
    wanted = {(path, number) for path, number in pin.items()}
    rows = RuleRevision.objects.filter(path__in=list(pin))
    return {row.path: row.text for row in rows if (row.path, row.number) in wanted}
