"""Part 8: how much automated means did, and how right they were where a person judged them afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from watchfloor.transparency.domain.annex import layout
from watchfloor.transparency.domain.annex.facts import OWN, Facts, Judged, Measure, Notice
from watchfloor.transparency.domain.annex.layout import Row


def part(facts: Facts) -> list[Row]:
    """The rows of part 8."""
    rows: list[Row] = []
    for applies, section, indicator, scope in layout.keys(8):
        value, note = _cell(facts, indicator.strip(), scope.strip())
        rows.append([applies, "", facts.period.text, section, indicator, scope, value, note])
    return rows


def accuracy(judged: Sequence[Judged]) -> str:
    """Of all that were judged, the share in which the automated decision was right."""
    return layout.share(sum(each.said == each.truth for each in judged), len(judged))


def precision(judged: Sequence[Judged]) -> str:
    """Of those found violating by automated means, the share that was."""
    said = [each for each in judged if each.said]
    return layout.share(sum(each.truth for each in said), len(said))


def recall(judged: Sequence[Judged]) -> str:
    """Of those that were violating, the share that automated means had found."""
    true = [each for each in judged if each.truth]
    return layout.share(sum(each.said for each in true), len(true))


_QUALITY = {"Accuracy": accuracy, "Precision": precision, "Recall": recall}


def _cell(facts: Facts, indicator: str, scope: str) -> tuple[str, str]:
    if indicator.startswith("Accuracy of the automated means"):
        judged = [each for each in facts.judged if _judged_in(each, scope)]
        note = f"Of {len(judged)} automated decisions that a person judged afterwards" if judged else "None was judged"
        return _QUALITY[indicator.rpartition(" - ")[2]](judged), note
    solely = "solely" in indicator
    if "notices" in indicator:
        return str(sum(each.automated == solely for each in facts.notices if _notice_in(each, scope))), ""
    return str(sum((each.decided == "fully") == solely for each in facts.measures if _measure_in(each, scope))), ""


def _measure_in(measure: Measure, scope: str) -> bool:
    if scope == "Own-initiative":
        return measure.source == OWN
    return scope == "Total number" or measure.language == scope


def _notice_in(notice: Notice, scope: str) -> bool:
    return scope == "NAM Total" or notice.flagger


def _judged_in(judged: Judged, scope: str) -> bool:
    if scope == "Own-initiative":
        return judged.own
    if scope == "NAM Total":
        return not judged.own
    if scope == "NAM Trusted Flagger":
        return judged.flagger
    return scope == "Total number" or judged.language == scope
