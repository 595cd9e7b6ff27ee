"""The entries of a unit's sections: parts of the explanation, cases, activities, questions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from watchfloor.training.domain.units.marks import Line, blocks, joined, plain, quoted
from watchfloor.training.domain.units.mistakes import Mistakes
from watchfloor.training.domain.units.shape import Activity, Case, Choice, Part, Question

LONGEST_CHOICE, LONGEST_SHOWN = 300, 6_000
_ENTRY = re.compile(r"###\s+(?P<text>.*?)\s*#*\s*$")
_SUB = re.compile(r"####\s+(?P<text>.*?)\s*#*\s*$")
_FIELD = re.compile(r"[-*]\s+(?P<name>[a-z]+)\s*:\s+(?P<value>.+?)\s*$")
_CHOICE = re.compile(r"[-*]\s+\[(?P<mark>[ xX])\]\s+(?P<text>.+?)\s*$")
_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}$")
_CLAUSE = re.compile(r"[0-9A-Za-z][\w.()\- ]{0,29}$")


class _Entry:
    """What stands under one ``###``; ``fields``: what its first bullets say, name -> (line, value)."""

    def __init__(self, title: str, line: int) -> None:
        self.title, self.line = title, line
        self.lines: list[Line] = []
        self.fields: dict[str, tuple[int, str]] = {}

    def take_fields(self, allowed: Sequence[str], said: Mistakes) -> None:
        """Take the bullets ``- name: value`` at the beginning."""
        rest: list[Line] = []
        for number, line in self.lines:
            match = None if rest else _FIELD.match(line.strip())
            if match is None:
                if line.strip() or rest:
                    rest.append((number, line))
                continue
            name = match["name"]
            if name not in allowed:
                said.add(
                    number, "unknown_field", f"{name[:40]!r} is no field here.", hint=f"Fields: {', '.join(allowed)}."
                )
            elif name in self.fields:
                said.add(number, "field_again", f"The field {name} is there already (line {self.fields[name][0]}).")
            else:
                self.fields[name] = (number, match["value"])
        self.lines = rest

    def text(self, name: str, default: str = "") -> str:
        """A field's value."""
        return self.fields.get(name, (0, default))[1]

    def at(self, name: str) -> int:
        """The line of a field, or of the entry."""
        return self.fields.get(name, (self.line, ""))[0]


def _entries(lines: Sequence[Line], said: Mistakes, what: str) -> list[_Entry]:
    found: list[_Entry] = []
    for number, line in lines:
        match = _ENTRY.match(line)
        if match:
            found.append(_Entry(match["text"], number))
            if len(match["text"]) > 160:
                said.add(number, "long_title", "A heading has at most 160 characters.")
        elif found:
            found[-1].lines.append((number, line))
        elif line.strip():
            said.add(
                number,
                "no_heading",
                f"This text belongs to no {what}.",
                hint=f"Each {what} begins with ### and its name.",
            )
            return []
    return found


def parts(lines: Sequence[Line]) -> tuple[Part, ...]:
    """The parts of the explanation."""
    found: list[tuple[str, int, list[Line]]] = []
    for number, line in lines:
        match = _ENTRY.match(line) or _SUB.match(line)
        if match:
            found.append((match["text"], number, []))
        elif found:
            found[-1][2].append((number, line))
        elif line.strip():
            found.append(("", number, [(number, line)]))
    return tuple(
        Part(title=title, blocks=of, line=number) for title, number, inside in found if (of := blocks(inside)) or title
    )


def cases(lines: Sequence[Line], said: Mistakes) -> tuple[Case, ...]:
    """Examples or edge cases."""
    found = []
    for entry in _entries(lines, said, "case"):
        entry.take_fields(("finding", "clause", "difficulty", "key"), said)
        _no_sub(entry, said)
        shown, rest = quoted(entry.lines)
        why = blocks(rest)
        if not entry.text("finding"):
            said.add(entry.line, "no_finding", f"The case {entry.title[:60]!r} does not say its finding.",
                     hint="Add '- finding: spam.bulk', or clean.")  # fmt: skip
        if not shown:
            said.add(
                entry.line,
                "nothing_shown",
                f"The case {entry.title[:60]!r} shows nothing.",
                hint="Quote what is seen with >.",
            )
        if not why:
            said.add(
                entry.line,
                "no_why",
                f"The case {entry.title[:60]!r} does not say why.",
                hint="Write a sentence beneath it.",
            )
        _short(shown, entry, said)
        finding = entry.text("finding")
        if finding and not _KEY.match(finding):
            said.add(
                entry.at("finding"),
                "bad_finding",
                f"{finding[:40]!r} is no violation type.",
                hint="As in spam.bulk, or clean.",
            )
        found.append(
            Case(
                title=entry.title, shown=shown, finding=finding, why=why, clause=_clause(entry, said),
                difficulty=_difficulty(entry, said), key=_key(entry, said), line=entry.line,
            )
        )  # fmt: skip
    return tuple(found)


def activities(lines: Sequence[Line], said: Mistakes) -> tuple[Activity, ...]:
    """Activities; what stands under their ``####`` is for the facilitator."""
    found = []
    for entry in _entries(lines, said, "activity"):
        entry.take_fields(("minutes", "materials"), said)
        value = entry.text("minutes")
        minutes = int(value) if value.isascii() and value.isdigit() and len(value) < 4 else 0
        if not 1 <= minutes <= 240:
            said.add(entry.at("minutes"), "bad_minutes", f"The activity {entry.title[:60]!r} needs its minutes, from 1 to 240.",
                     hint="Add '- minutes: 10'.")  # fmt: skip
        task: list[Line] = []
        answer: list[Line] = []
        at = task
        for number, line in entry.lines:
            if _SUB.match(line):
                if at is answer:
                    said.add(number, "no_heading_here", "An activity has one heading within it: of the answer.")
                at = answer
            else:
                at.append((number, line))
        if not blocks(task):
            said.add(entry.line, "no_task", f"The activity {entry.title[:60]!r} does not say what to do.")
        if not blocks(answer):
            said.add(entry.line, "no_answer", f"The activity {entry.title[:60]!r} has no answer for the facilitator.",
                     hint="Add '#### Answer' and what to look for.")  # fmt: skip
        found.append(
            Activity(
                title=entry.title, minutes=minutes, task=blocks(task), answer=blocks(answer),
                materials=entry.text("materials"), line=entry.line,
            )
        )  # fmt: skip
    return tuple(found)


def questions(lines: Sequence[Line], policy: str, language: str, said: Mistakes) -> tuple[Question, ...]:
    """Questions. Without a key of its own a question is named after the policy, the language and its number."""
    found = []
    for count, entry in enumerate(_entries(lines, said, "question"), 1):
        entry.take_fields(("key", "clause", "difficulty", "topic"), said)
        _no_sub(entry, said)
        shown, rest = quoted(entry.lines)
        before: list[str] = []
        after: list[str] = []
        choices: list[Choice] = []
        for number, line in rest:
            match = _CHOICE.match(line.strip())
            if match and not any(after):
                choices.append(Choice(plain(match["text"]), match["mark"] != " "))
                if len(match["text"]) > LONGEST_CHOICE:
                    said.add(number, "long_choice", f"A choice has at most {LONGEST_CHOICE} characters.")
            elif match:
                said.add(
                    number, "late_choice", "A choice stands after the reason.", hint="First the choices, then why."
                )
            else:
                (after if choices else before).append(line)
        ask, why = _paragraph(before), _paragraph(after)
        _told(entry, ask, why, choices, said)
        _short(shown, entry, said)
        key = _key(entry, said) or f"{policy}.{language.lower()}.u{count}"
        topic = entry.text("topic", "general")
        if not _KEY.match(topic):
            said.add(
                entry.at("topic"),
                "bad_topic",
                f"{topic[:40]!r} is no topic.",
                hint="A violation type, clean or general.",
            )
        found.append(
            Question(
                key=key, title=entry.title, ask=ask, choices=tuple(choices), why=why, shown=shown, topic=topic,
                clause=_clause(entry, said), difficulty=_difficulty(entry, said), line=entry.line,
            )
        )  # fmt: skip
    return tuple(found)


def _paragraph(lines: Sequence[str]) -> str:
    return plain(joined([line for line in lines if line.strip()]))


def _told(entry: _Entry, ask: str, why: str, choices: list[Choice], said: Mistakes) -> None:
    name = entry.title[:60]
    if not ask:
        said.add(
            entry.line,
            "no_question",
            f"The question {name!r} does not ask anything.",
            hint="Write it before the choices.",
        )
    if not 2 <= len(choices) <= 12:
        said.add(entry.line, "bad_choices", f"The question {name!r} has {len(choices)} choices; it needs 2 to 12.",
                 hint="Write them as '- [ ] wrong' and '- [x] right'.")  # fmt: skip
    elif sum(choice.right for choice in choices) != 1:
        right = sum(choice.right for choice in choices)
        said.add(entry.line, "bad_right", f"The question {name!r} has {right} right choices; it needs one.",
                 hint="Mark it with [x].")  # fmt: skip
    if len({choice.text for choice in choices}) != len(choices):
        said.add(entry.line, "same_choice", f"The question {name!r} offers the same choice twice.")
    if not why:
        said.add(entry.line, "no_why", f"The question {name!r} does not say why its answer is right.",
                 hint="Write it after the choices.")  # fmt: skip


def _no_sub(entry: _Entry, said: Mistakes) -> None:
    for number, line in entry.lines:
        if _SUB.match(line):
            said.add(number, "no_heading_here", "There is no heading within a case or a question.")
    entry.lines = [(number, line) for number, line in entry.lines if not _SUB.match(line)]


def _short(shown: str, entry: _Entry, said: Mistakes) -> None:
    if len(shown) > LONGEST_SHOWN:
        said.add(entry.line, "long_case", f"What is shown has at most {LONGEST_SHOWN:,} characters.")


def _difficulty(entry: _Entry, said: Mistakes) -> int:
    value = entry.text("difficulty", "2")
    if value not in ("1", "2", "3"):
        said.add(entry.at("difficulty"), "bad_difficulty", "The difficulty is 1, 2 or 3.")
        return 2
    return int(value)


def _clause(entry: _Entry, said: Mistakes) -> str:
    value = entry.text("clause")
    if value and not _CLAUSE.match(value):
        said.add(
            entry.at("clause"), "bad_clause", f"{value[:40]!r} is no number of a clause.", hint="As in 9.1 or 5.1 DE."
        )
    return value


def _key(entry: _Entry, said: Mistakes) -> str:
    value = entry.text("key")
    if value and not _KEY.match(value):
        said.add(
            entry.at("key"),
            "bad_key",
            f"{value[:40]!r} cannot be a key.",
            hint="Small letters, digits, dots, dashes; at most 80.",
        )
    return value
