"""Part 7: complaints, out-of-court disputes, suspensions for misuse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from watchfloor.transparency.domain.annex import layout
from watchfloor.transparency.domain.annex.facts import Complaint, Dispute, Facts
from watchfloor.transparency.domain.annex.layout import Row

# What the indicator says, spaces aside, and which complaints it counts.
_ABOUT: Final = {
    "Complaint regarding a decision to remove or disable access to or restrict visibility of information": "visibility",
    "Complaint regarding a decision to suspend or terminate the provision of the service": "provision",
    "Complaint regarding a decision to suspend or terminate an account": "account",
    "Complaint regarding a decision to restrict the ability to monetise information": "monetary",
    "Complaint regarding a decision not to take action on a notice submitted in accordance with Article 16": "notice",
    "Complaint regarding a decision not to take action on a notice submitted by a Trusted Flagger in accordance with Article 16":
        "flagger",
}  # fmt: skip
_SUSPENDED: Final = {
    "Number of suspensions enacted for the provision of manifestly illegal content": "content",
    "Number of suspensions enacted for the provision of manifestly unfounded notices": "notices",
    "Number of suspensions enacted for the provision of manifestly unfounded complaints": "complaints",
}
_OUTCOMES: Final = {
    "Decisions upheld": "upheld", "Decisions partially reversed": "partially", "Decisions reversed": "reversed",
    "Decision omitted": "",
}  # fmt: skip


def part(facts: Facts) -> list[Row]:
    """The rows of part 7. Outcomes are those of the complaints that were submitted in the period, so that they add up."""
    rows: list[Row] = []
    for applies, section, indicator, scope in layout.keys(7):
        value, note = _cell(facts, section, indicator.strip(), scope)
        rows.append([applies, "", facts.period.text, section, indicator, scope, value, note])
    return rows


def _cell(facts: Facts, section: str, indicator: str, scope: str) -> tuple[str, str]:
    if section.startswith("Suspensions"):
        return str(sum(each.why == _SUSPENDED[indicator] for each in facts.suspensions)), ""
    if section.startswith("Out-of-court"):
        return _dispute(facts.disputes, scope)
    if indicator.startswith("Number of restrictions newly imposed"):
        return str(sum(each.newly_restricted for each in facts.complaints)), ""
    about = _ABOUT.get(indicator)
    mine = [each for each in facts.complaints if about is None or about in each.about]
    return _outcome(mine, scope), _note(mine, scope)


def _outcome(things: Sequence[Complaint] | Sequence[Dispute], scope: str) -> str:
    if scope == "Total number":
        return str(len(things))
    if scope == "Median time":
        return layout.hours(each.hours for each in things)
    return str(sum(each.outcome == _OUTCOMES[scope] for each in things))


def _note(things: Sequence[Complaint], scope: str) -> str:
    return "Withdrawn, not eligible, or not yet decided" if scope == "Decision omitted" and things else ""


def _dispute(disputes: Sequence[Dispute], scope: str) -> tuple[str, str]:
    if scope != "Percentage of outcomes implemented":
        return _outcome(disputes, scope), ""
    due = [each for each in disputes if each.implemented is not None]
    return layout.share(sum(bool(each.implemented) for each in due), len(due)), ""
