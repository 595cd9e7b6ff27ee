"""Reads a unit's source and says of each mistake, in one sentence, on which line it stands."""

from __future__ import annotations

import re
from datetime import date

from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain.units.front import Front, front
from watchfloor.training.domain.units.marks import Line, blocks
from watchfloor.training.domain.units.mistakes import Mistake, Mistakes
from watchfloor.training.domain.units.parts import activities, cases, parts, questions
from watchfloor.training.domain.units.shape import SECTIONS, Stamp, Unit, digest

__all__ = ["LONGEST", "Mistake", "look", "parse"]

LONGEST = 400_000  # characters of a source
_HEADING = re.compile(r"(?P<signs>#{1,6})\s+(?P<text>.*?)\s*#*\s*$")
_ID = re.compile(r"^(?P<text>.*?)\s*\{#(?P<id>[a-z-]+)\}$")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def parse(text: str) -> Unit:
    """The unit of a source.

    Raises:
        BadInput: for the first mistake; ``where`` names its line.
    """
    unit, found = look(text)
    if unit is None:
        first = found[0]
        raise BadInput(first.code, first.message, where=f"line {first.line}", hint=first.hint)
    return unit


def look(text: str) -> tuple[Unit | None, list[Mistake]]:
    """The unit, or None and every mistake of the source in the order of its lines."""
    said = Mistakes()
    if len(text) > LONGEST:
        said.add(1, "too_long", f"A unit has at most {LONGEST:,} characters.", hint="Make two units of it.")
        return None, said.found
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        if _CONTROL.search(line):
            said.add(number, "control_character", "The line has a character that no document may hold.")
    if said.found:
        return None, said.found
    head, body = front(lines, said)
    sections = _sections(body, said)
    unit = _unit(text, head, sections, said)
    return (None, said.found) if said.found else (unit, [])


class _Section:
    """A section as it is found: its heading and its lines."""

    def __init__(self, heading: str, line: int) -> None:
        self.heading, self.line = heading, line
        self.lines: list[Line] = []


def _sections(lines: list[Line], said: Mistakes) -> dict[str, _Section]:
    found: dict[str, _Section] = {}
    now: _Section | None = None
    fenced = False
    for number, line in lines:
        if line.lstrip().startswith("```"):
            fenced = not fenced
            said.add(
                number, "no_fences", "A block of code has no place in a unit.", hint="Write `a few letters` like this."
            )
        match = None if fenced else _HEADING.match(line)
        depth = len(match["signs"]) if match else 0
        if match and depth == 1:
            said.add(
                number,
                "no_title",
                "The title stands in the head, not in a heading with one #.",
                hint="Sections begin with ##.",
            )
        elif match and depth == 2:
            text = match["text"]
            marked = _ID.match(text)
            name = marked["id"] if marked else text.strip().lower().replace(" ", "-")
            heading = marked["text"].strip() if marked else text.strip()
            now = _Section(heading, number)
            if name not in SECTIONS:
                said.add(number, "unknown_section", f"{text[:60]!r} is no section of a unit.",
                         hint=f"Sections: {', '.join(SECTIONS)}; in other languages as in '## Ziel {{#aim}}'.")  # fmt: skip
            elif name in found:
                said.add(number, "section_again", f"The section {name} is there already (line {found[name].line}).")
            else:
                found[name] = now
        elif now is not None:
            now.lines.append((number, line))
        elif line.strip():
            said.add(number, "before_sections", "This text stands before the first section.", hint="Begin with ## Aim.")
            now = _Section("", number)
    return found


def _unit(text: str, head: Front, sections: dict[str, _Section], said: Mistakes) -> Unit | None:
    last = text.count("\n") + 1
    for name in ("aim", "explanation"):
        if name not in sections:
            said.add(last, "missing_section", f"The section {name} is missing.", hint=f"Add '## {name.capitalize()}'.")
    empty = _Section("", last)
    of = {name: sections.get(name, empty) for name in SECTIONS}
    aim = blocks(of["aim"].lines)
    explanation = parts(of["explanation"].lines)
    for name, filled in (("aim", bool(aim)), ("explanation", bool(explanation))):
        if name in sections and not filled:
            said.add(of[name].line, "empty_section", f"The section {name} is empty.")
    for number, line in of["aim"].lines:
        if _HEADING.match(line):
            said.add(number, "no_heading_here", "The aim has no headings within it.")
    examples = cases(of["examples"].lines, said)
    edges = cases(of["edge-cases"].lines, said)
    acts = activities(of["activities"].lines, said)
    asked = questions(of["questions"].lines, head.policy, head.language, said)
    taken = sum(each.minutes for each in acts)
    if head.minutes and taken >= head.minutes:
        said.add(head.lines.get("minutes", 1), "too_few_minutes",
                 f"The activities take {taken} of the unit's {head.minutes} minutes, which leaves none for the rest.")  # fmt: skip
    named = [(case.key, case.line) for case in (*examples, *edges) if case.key]
    keys: dict[str, int] = {}
    for key, at in [*named, *((each.key, each.line) for each in asked)]:
        if key in keys:
            said.add(at, "same_key", f"The key {key!r} is taken already (line {keys[key]}).")
        keys.setdefault(key, at)
    if said.found:
        return None
    return Unit(
        title=head.title, policy=head.policy, version=head.version, language=head.language, minutes=head.minutes,
        owner=head.owner, review=head.review or date.min, stamp=Stamp(head.policy, head.version, digest(text)),
        headings={name: section.heading for name, section in sections.items()},
        aim=aim, explanation=explanation, examples=examples, edge_cases=edges, activities=acts, questions=asked,
    )  # fmt: skip
