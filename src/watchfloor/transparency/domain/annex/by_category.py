"""Parts 3 to 6: orders, notices and own-initiative measures, each by category and sub-category."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from watchfloor.transparency.domain.annex import layout
from watchfloor.transparency.domain.annex.facts import NOTICES, OWN, Facts
from watchfloor.transparency.domain.annex.layout import Line, Row
from watchfloor.transparency.domain.vocabulary import OTHER_KEYWORD, TOTAL, annex, name_of, sub_category

# The columns of parts 5 and 6 after the two counts, by what they hold of the statement database's words.
COLUMNS: Final = (
    ("DECISION_VISIBILITY_CONTENT_REMOVED",), ("DECISION_VISIBILITY_CONTENT_DISABLED",),
    ("DECISION_VISIBILITY_CONTENT_DEMOTED",), ("DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",),
    ("DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED",), ("DECISION_VISIBILITY_CONTENT_LABELLED",),
    ("DECISION_VISIBILITY_OTHER",), ("DECISION_MONETARY_SUSPENSION",), ("DECISION_MONETARY_TERMINATION",),
    ("DECISION_MONETARY_OTHER",), ("DECISION_PROVISION_PARTIAL_SUSPENSION", "DECISION_PROVISION_TOTAL_SUSPENSION"),
    ("DECISION_PROVISION_PARTIAL_TERMINATION", "DECISION_PROVISION_TOTAL_TERMINATION"), ("DECISION_ACCOUNT_SUSPENDED",),
    ("DECISION_ACCOUNT_TERMINATED",),
)  # fmt: skip


class ByLine:
    """Things sorted into the lines they count in: all, their category, their sub-category (one each, so that lines add up)."""

    def __init__(self, part: int, things: Sequence[Any]) -> None:
        unspecified = layout.UNSPECIFIED.get(part, "")
        self.lines = layout.lines(part)
        known = set(self.lines)
        self._found: dict[Line, list[Any]] = {line: [] for line in self.lines}
        # Categories without a line: parts 3 and 4 have one for what is not specified, in the others the total alone counts them.
        self.homeless: dict[str, int] = {}
        for thing in things:
            self._found[TOTAL, ""].append(thing)
            category = thing.category if (thing.category, "") in known else unspecified
            if not category:
                self.homeless[thing.category] = self.homeless.get(thing.category, 0) + 1
                continue
            self._found[category, ""].append(thing)
            line = (category, sub_category(category, thing.keyword))
            if line in known:
                self._found[line].append(thing)

    def of(self, line: Line) -> list[Any]:
        return self._found[line]

    def note(self) -> str:
        """Says in the total's line what has no line of its own."""
        return "; ".join(
            f"{count} of the category “{name_of(code)}”, which has no line in this part"
            for code, count in sorted(self.homeless.items())
        )


def orders(facts: Facts) -> list[Row]:
    """Part 3: all of them, then each member state's."""
    rows: list[Row] = []
    for scope in (TOTAL, *layout.STATES):
        mine = [each for each in facts.orders if scope in (TOTAL, each.state)]
        sorted_ = ByLine(3, mine)
        for line in sorted_.lines:
            if scope != TOTAL and line[1] == layout.LEFT_OUT:
                continue
            rows.append(_order_row(facts, sorted_, line, scope))
    return rows


def _order_row(facts: Facts, found: ByLine, line: Line, scope: str) -> Row:
    act = [each for each in found.of(line) if each.kind == "act"]
    information = [each for each in found.of(line) if each.kind == "information"]
    values = [
        str(len(act)), str(sum(each.items for each in act)), layout.hours(each.hours_to_confirm for each in act),
        layout.hours(each.hours_to_effect for each in act), str(len(information)),
        layout.hours(each.hours_to_confirm for each in information),
        layout.hours(each.hours_to_effect for each in information),
    ]  # fmt: skip
    notes = [found.note() if line[0] == TOTAL else "", *[""] * 6]
    return [*_head(facts, 3, line, _others(found.of(line), line, lambda each: each.other)), scope, *values, *notes]


def notices(facts: Facts) -> list[Row]:
    """Part 4: notices with their trusted-flagger twins, and the measures they led to, by law and by terms."""
    received = ByLine(4, facts.notices)
    taken = ByLine(4, [each for each in facts.measures if each.source in NOTICES])
    rows: list[Row] = []
    for line in received.lines:
        all_, flagged = received.of(line), [each for each in received.of(line) if each.flagger]
        acts = taken.of(line)
        values = [
            str(len(all_)), str(len(flagged)), str(sum(each.items for each in all_)),
            str(sum(each.items for each in flagged)), layout.hours(each.hours for each in all_),
            layout.hours(each.hours for each in flagged),
        ]  # fmt: skip
        for ground in ("illegal", "terms"):
            on_it = [each for each in acts if each.ground == ground]
            values += [str(len(on_it)), str(sum(each.source == "trusted_flagger" for each in on_it))]
        notes = [
            received.note() if line[0] == TOTAL else "",
            *[""] * 5,
            taken.note() if line[0] == TOTAL else "",
            *[""] * 3,
        ]
        other = "Not specified further by the notifier" if line[1] == OTHER_KEYWORD and all_ else ""
        rows.append([*_head(facts, 4, line, other), *values, *notes])
    return rows


def own_initiative(facts: Facts, part: int) -> list[Row]:
    """Part 5 (illegal content) or 6 (terms and conditions): what was done without a notice or an order."""
    ground = {5: "illegal", 6: "terms"}[part]
    found = ByLine(part, [each for each in facts.measures if each.source == OWN and each.ground == ground])
    rows: list[Row] = []
    for line in found.lines:
        mine = found.of(line)
        values = [str(len(mine)), str(sum(each.detected_automatically for each in mine))]
        values += [str(sum(not set(column).isdisjoint(each.restrictions) for each in mine)) for column in COLUMNS]
        notes = [found.note() if line[0] == TOTAL else "", *[""] * (len(COLUMNS) + 1)]
        rows.append([*_head(facts, part, line, _others(mine, line, lambda each: each.other)), *values, *notes])
    return rows


def _head(facts: Facts, part: int, line: Line, other: str) -> Row:
    return [annex().applicability[str(part)], "", facts.period.text, layout.code_of(line), other]


def _others(things: Iterable[Any], line: Line, words: Callable[[Any], str]) -> str:
    """What the sub-category "other" holds, in words, the most frequent first."""
    if line[1] != OTHER_KEYWORD:
        return ""
    counts: dict[str, int] = {}
    for thing in things:
        if text := words(thing):
            counts[text] = counts.get(text, 0) + 1
    return "; ".join(sorted(counts, key=lambda text: (-counts[text], text))[:10])
