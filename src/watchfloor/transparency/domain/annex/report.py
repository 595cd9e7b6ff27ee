"""The eleven parts put together, written as files, and checked for what must add up."""

from __future__ import annotations

import csv
import io

from watchfloor.transparency.domain.annex import appeals, by_category, layout, means
from watchfloor.transparency.domain.annex.facts import OWN, Entered, Facts
from watchfloor.transparency.domain.annex.layout import Row
from watchfloor.transparency.domain.vocabulary import TOTAL, annex

PARTS = tuple(range(1, 12))
NAMES = {
    1: "Summary", 2: "Names of categories", 3: "Orders of member states", 4: "Notices", 5: "Own initiative: illegal content",
    6: "Own initiative: terms and conditions", 7: "Appeals and recidivism", 8: "Automated means", 9: "Human resources",
    10: "Monthly recipients", 11: "Qualitative",
}  # fmt: skip


def build(facts: Facts, entered: Entered) -> dict[int, list[Row]]:
    """The rows of each part, headers aside."""
    made = {
        1: _summary(facts, entered),
        2: [list(row) for row in annex().categories],
        3: by_category.orders(facts),
        4: by_category.notices(facts),
        5: by_category.own_initiative(facts, 5),
        6: by_category.own_initiative(facts, 6),
        7: appeals.part(facts),
        8: means.part(facts),
        9: _people(facts),
        10: _recipients(facts, entered),
        11: _texts(facts, entered),
    }
    for number in (3, 4, 5, 6, 7, 8, 9, 10, 11):
        for row in made[number]:
            row[1] = entered.service
    return made


def file_name(part: int) -> str:
    """The file's name in the official set of templates."""
    return annex().files[str(part)]


def csv_bytes(part: int, rows: list[Row]) -> bytes:
    """A part as a file: RFC 4180 quoting, UTF-8, and line ends as in the templates."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(annex().headers[str(part)])
    writer.writerows(rows)
    return text.getvalue().encode()


def problems(parts: dict[int, list[Row]], facts: Facts) -> list[str]:
    """What does not add up, in sentences; none in a sound report."""
    found: list[str] = []
    for part, first in ((3, 6), (4, 5), (5, 5), (6, 5)):
        found += _sums(part, parts[part], first)
    own = sum(each.source == OWN for each in facts.measures)
    stated = int(parts[5][0][5]) + int(parts[6][0][5])
    if own != stated:
        found.append(f"Parts 5 and 6 count {stated} measures, but {own} statements were made at one's own initiative.")
    found += _complaints(parts[7])
    return found


def _sums(part: int, rows: list[Row], first: int) -> list[str]:
    """Sub-categories make up their category; categories make up the total, but for those that have no line."""
    found: list[str] = []
    columns = [
        place for place, name in enumerate(annex().headers[str(part)])
        if place >= first and name.startswith(("Number", "Visibility", "Monetary", "Provision", "Account"))
    ]  # fmt: skip
    for scope in dict.fromkeys(row[5] if part == 3 else "" for row in rows):
        mine = [row for row in rows if part != 3 or row[5] == scope]
        for place in columns:
            total, whole, parts_, category = 0, 0, 0, ""
            for row in [*mine, ["", "", "", "STATEMENT_CATEGORY_END", *["0"] * 40]]:
                code, value = row[3], int(row[place])
                if code == TOTAL:
                    total = value
                elif code.startswith("STATEMENT_CATEGORY"):
                    if (category and parts_ > whole) or (
                        category and parts_ < whole and _has_lines(category, part, scope)
                    ):
                        found.append(f"Part {part}: the lines of {category} add up to {parts_}, not {whole}.")
                    total -= value if code != "STATEMENT_CATEGORY_END" else 0
                    category, whole, parts_ = code, value, 0
                else:
                    parts_ += value
            if total < 0 or (total > 0 and not mine[0][_note_of(part, place)]):
                found.append(f"Part {part}: the categories differ from the total by {total} in column {place + 1}.")
    return found


def _has_lines(category: str, part: int, scope: str) -> bool:
    short = part == 3 and scope != TOTAL and category == "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
    return not category.startswith("STATEMENT_CATEGORY_NOT_SPECIFIED") and not short


def _note_of(part: int, place: int) -> int:
    """The column that explains a total: the first of the contextual ones for its kind of count."""
    if part == 4:
        return 21 if place >= 11 else 15
    return {3: 13, 5: 21, 6: 21}[part]


def _complaints(rows: list[Row]) -> list[str]:
    value = {(row[4].strip(), row[5]): row[6] for row in rows}
    found = []
    for indicator, scope in value:
        if scope != "Total number" or (indicator, "Decision omitted") not in value:
            continue
        parts = [
            int(value[indicator, name])
            for name in ("Decisions upheld", "Decisions partially reversed", "Decisions reversed", "Decision omitted")
        ]
        if sum(parts) != int(value[indicator, scope]):
            found.append(f"Part 7: outcomes of “{indicator}” do not add up to their number.")
    return found


def _summary(facts: Facts, entered: Entered) -> list[Row]:
    values = [
        entered.provider, str(entered.published or ""), str(entered.previous or ""), str(facts.period.first), str(facts.period.last),
    ]  # fmt: skip
    rows = zip(annex().keys["1"], values, strict=True)
    return [[applies, entered.service, indicator, value] for (applies, indicator), value in rows]


def _people(facts: Facts) -> list[Row]:
    rows: list[Row] = []
    people = facts.people
    for applies, section, indicator, scope in layout.keys(9):
        if "internal" in indicator:
            value = people.internal
        elif "external" in indicator:
            value = people.external
        elif scope == "Total number":
            value = people.internal + people.external
        else:
            value = people.languages.get(scope, 0)
        rows.append([applies, "", facts.period.text, section, indicator, scope, str(value), ""])
    return rows


def _recipients(facts: Facts, entered: Entered) -> list[Row]:
    return [
        [applies, "", facts.period.text, section, indicator, scope, str(entered.recipients.get(scope, ""))]
        for applies, section, indicator, scope in layout.keys(10)
    ]


def _texts(facts: Facts, entered: Entered) -> list[Row]:
    return [
        [applies, "", facts.period.text, indicator, entered.texts.get(str(place), "")]
        for place, (applies, indicator) in enumerate(annex().keys["11"], start=1)
    ]
