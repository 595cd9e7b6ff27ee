"""People as a CSV file: what a line says, what that makes of a person, and the line that takes it back. Pure.

An empty cell leaves things as they are, ``-`` empties them, so a file needs only the columns it is about, and one that was exported and
comes back unchanged does nothing. A role is ``reviewer`` (everywhere) or ``reviewer@birch+alder`` (within these vendors); grants with other
limits are no business of a file.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace

from watchfloor.kernel.errors import BadInput
from watchfloor.workforce.domain import capacity

COLUMNS = (
    "email", "name", "active", "roles", "vendor", "team", "languages", "markets", "queues", "share", "started_on",
)  # fmt: skip
TOLD = ("other_roles", "last_sign_in")  # stands in an export and is not read
MOST, LONGEST = 2_000, 1_000_000  # lines, characters
NONE = "-"
_YES, _NO = {"yes", "true", "1", "active"}, {"no", "false", "0", "disabled"}
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}\Z")
_ROLE = re.compile(r"([a-z][a-z0-9_-]{0,39})(?:@([A-Za-z0-9_-]{1,40}(?:\+[A-Za-z0-9_-]{1,40})*))?\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
OF_WORK = ("team", "languages", "markets", "queues", "share", "started_on")
_Reader = Callable[[str], Any]


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A person as a file may say: ``vendor`` is "" for who does no review work, ``markets`` None for all of them."""

    name: str = ""
    active: bool = True
    roles: tuple[str, ...] = ()
    vendor: str = ""
    team: str = ""
    languages: tuple[str, ...] = ()
    markets: tuple[str, ...] | None = None
    queues: tuple[str, ...] = ()
    share: float = 1.0
    started_on: date | None = None


class Line(msgspec.Struct, frozen=True):
    """A line of the file; ``cells`` are those that say something."""

    number: int
    email: str
    cells: dict[str, str]


class Wrong(msgspec.Struct, frozen=True):
    """Why a line cannot be done."""

    line: int
    email: str
    said: str


class Step(msgspec.Struct, frozen=True):
    """What a line does to a person. ``kind``: add | change | end | same; ``before`` is None for who is not here yet."""

    line: int
    email: str
    kind: str
    before: State | None
    after: State

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """Column, text before, text after: of what changes."""
        old = text(self.before) if self.before is not None else dict.fromkeys(COLUMNS, "")
        new = text(self.after)
        return [(name, old[name], new[name]) for name in COLUMNS[1:] if old[name] != new[name]]


def parse(content: str) -> tuple[list[Line], list[Wrong]]:
    """The lines of a file, and those that cannot be read.

    Raises:
        BadInput: it is no such file at all: no e-mail column, an unknown column, nothing in it, too much in it.
    """
    if len(content) > LONGEST:
        raise BadInput("too_long", "That is too long: a file has at most a million letters.", where="file")
    content = content.removeprefix("\ufeff")
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=_separator(content))
    try:
        head = [cell.strip().lower().replace(" ", "_").replace("e-mail", "email") for cell in next(rows, [])]
        body = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadInput("no_csv", f"This is no CSV: {error}.", where="file") from None
    strange = [name for name in head if name not in (*COLUMNS, *TOLD)]
    if "email" not in head:
        raise BadInput("no_email", "The first line needs a column email.", where="file", hint=",".join(COLUMNS))
    if strange or len(set(head)) != len(head):
        name = (strange or [name for name in head if head.count(name) > 1])[0]
        said = f"The column {name[:40]!r} is " + ("not known." if strange else "there twice.")
        raise BadInput("bad_column", said, where="file", hint="Known: " + ", ".join(COLUMNS) + ".")
    if not body:
        raise BadInput("empty", "There is nobody in this file.", where="file")
    if len(body) > MOST:
        raise BadInput("too_many", f"A file has at most {MOST:,} people; this one has {len(body):,}.", where="file")
    return _lines(head, body)


def _lines(head: list[str], body: list[tuple[int, list[str]]]) -> tuple[list[Line], list[Wrong]]:
    lines: list[Line] = []
    wrong: list[Wrong] = []
    seen: dict[str, int] = {}
    for number, row in body:
        cells = {name: _plain(cell) for name, cell in zip(head, row, strict=False) if name in COLUMNS}
        email = cells.pop("email", "").lower()
        said = {name: cell for name, cell in cells.items() if cell}
        if len(row) > len(head):
            wrong.append(Wrong(number, email, "This line has more cells than there are columns."))
        elif not email:
            wrong.append(Wrong(number, "", "This line has no e-mail address."))
        elif email in seen:
            wrong.append(Wrong(number, email, f"{email[:80]} stands in line {seen[email]} already."))
        elif any(_CONTROL.search(cell) for cell in (email, *said.values())):
            wrong.append(Wrong(number, email, "There is a character in this line that cannot be read."))
        else:
            lines.append(Line(number, email, said))
        seen.setdefault(email, number)
    return lines, wrong


def step(line: Line, before: State | None) -> Step:
    """What the line makes of a person.

    Raises:
        BadInput: a cell makes no sense; ``where`` is its column.
    """
    was = before or State()
    after = was
    for name, cell in line.cells.items():
        after = replace(after, **{name: _READ[name](cell)})
    if not after.name:
        raise BadInput("missing_name", "A name is needed, so that colleagues know who decided.", where="name")
    if not after.vendor:
        said = [name for name in OF_WORK if name in line.cells]
        if said and not was.vendor:
            raise BadInput("no_vendor", f"{said[0]} is only for who works for a vendor; say which.", where=said[0])
        after = replace(after, **{name: getattr(was, name) for name in OF_WORK})
    if before is None:
        kind = "add"
    elif after == before:
        kind = "same"
    else:
        kind = "end" if before.active and not after.active else "change"
    return Step(line.number, line.email, kind, before, after)


def text(state: State) -> dict[str, str]:
    """The cells of a person, but for the address; nothing is an empty cell."""
    work = bool(state.vendor)
    return {
        "name": state.name, "active": "yes" if state.active else "no", "roles": " ".join(state.roles), "vendor": state.vendor,
        "team": state.team if work else "", "languages": " ".join(state.languages) if work else "",
        "markets": " ".join(state.markets or ()) if work else "", "queues": " ".join(state.queues) if work else "",
        "share": f"{state.share:g}" if work else "", "started_on": str(state.started_on or "") if work else "",
    }  # fmt: skip


def back(done: list[Step]) -> str:
    """The file that takes it back: who was added cannot sign in any more, all else is as it was."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in done:
        if each.before is None:
            cells = {
                "active": "no",
                "roles": NONE if each.after.roles else "",
                "vendor": NONE if each.after.vendor else "",
            }
        else:
            cells = {name: old or NONE for name, old, _new in each.changes}
        writer.writerow([each.email, *(cells.get(name, "") for name in COLUMNS[1:])])
    return out.getvalue()


def digest(steps: list[Step]) -> str:
    """Tells two plans apart."""
    return hashlib.sha256(msgspec.json.encode([(each.email, each.changes) for each in steps])).hexdigest()


def role(written: str) -> tuple[str, list[str] | None]:
    """``reviewer@birch`` as the role and its vendors (None: everywhere)."""
    key, _, vendors = written.partition("@")
    return key, sorted(vendors.split("+")) if vendors else None


def written(key: str, vendors: list[str] | None) -> str:
    """The other way round."""
    return key if vendors is None else f"{key}@{'+'.join(sorted(vendors))}"


def _separator(content: str) -> str:
    """As spreadsheets of many countries write it."""
    head = content.splitlines()[0] if content.strip() else ""
    return max(",;\t", key=head.count)


def _plain(cell: str) -> str:
    """Without blanks around it and without the apostrophe that an export puts before what a spreadsheet would run."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _name(cell: str) -> str:
    if cell == NONE or len(cell) > 120:
        raise BadInput("bad_name", "A name has 1 to 120 characters.", where="name")
    return cell


def _active(cell: str) -> bool:
    word = cell.casefold()
    if word not in _YES | _NO:
        raise BadInput("bad_active", f"active is yes or no, not {cell[:20]!r}.", where="active")
    return word in _YES


def _words(cell: str) -> list[str]:
    return [] if cell == NONE else sorted({word for word in re.split(r"[\s,;]+", cell) if word})


def _roles(cell: str) -> tuple[str, ...]:
    found = []
    for word in _words(cell):
        if _ROLE.match(word) is None:
            raise BadInput("bad_role", f"{word[:40]!r} is no role; write reviewer or reviewer@vendor.", where="roles")
        found.append(written(*role(word)))
    return tuple(sorted(set(found)))


def _key(cell: str) -> str:
    if cell == NONE:
        return ""
    if _KEY.match(cell) is None or len(cell) > 40:
        raise BadInput("bad_vendor", f"{cell[:40]!r} is no vendor's key.", where="vendor")
    return cell


def _team(cell: str) -> str:
    if len(cell) > 60:
        raise BadInput("bad_team", "A team's name has at most 60 characters.", where="team")
    return "" if cell == NONE else cell


def _codes(column: str) -> _Reader:
    def read(cell: str) -> tuple[str, ...] | None:
        found = _words(cell)
        for word in found:
            if _KEY.match(word) is None or len(word) > 12:
                raise BadInput("bad_code", f"{word[:20]!r} is no code; write en or DE.", where=column)
        return tuple(found) if found or column == "languages" else None

    return read


def _queues(cell: str) -> tuple[str, ...]:
    found = _words(cell)
    for word in found:
        if _KEY.match(word) is None:
            raise BadInput("bad_queue", f"{word[:40]!r} is no queue's key.", where="queues")
    return tuple(found)


def _share(cell: str) -> float:
    try:
        share = 1.0 if cell == NONE else float(cell.replace(",", "."))
    except ValueError:
        raise BadInput("bad_share", f"{cell[:20]!r} is no share; 0.5 is half a day.", where="share") from None
    capacity.check(share, 0)
    return share


def _day(cell: str) -> date | None:
    if cell == NONE:
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise BadInput("bad_date", f"{cell[:20]!r} is no date; write 2026-11-30.", where="started_on") from None


_READ: dict[str, _Reader] = {
    "name": _name, "active": _active, "roles": _roles, "vendor": _key, "team": _team, "languages": _codes("languages"),
    "markets": _codes("markets"), "queues": _queues, "share": _share, "started_on": _day,
}  # fmt: skip
