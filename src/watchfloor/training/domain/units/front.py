"""The head of a unit's source: title, policy, version, language, minutes, owner, review date, between two lines ``---``."""

from __future__ import annotations

import re
from datetime import date

from watchfloor.training.domain.units.marks import Line
from watchfloor.training.domain.units.mistakes import Mistakes

FIELDS = ("title", "policy", "version", "language", "minutes", "owner", "review")
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}$")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")


class Front:
    """What the head says; what it does not say (a mistake, told) is empty. ``lines``: where each field stands."""

    def __init__(self) -> None:
        self.title = self.policy = self.owner = ""
        self.language = "en"
        self.version = self.minutes = 0
        self.review: date | None = None
        self.lines: dict[str, int] = {}


def front(lines: list[str], said: Mistakes) -> tuple[Front, list[Line]]:
    """The head, and the numbered lines after it."""
    head = Front()
    numbered = list(enumerate(lines, 1))
    start = next((index for index, (_, line) in enumerate(numbered) if line.strip()), 0)
    if not lines or numbered[start][1].strip() != "---":
        said.add(numbered[start][0] if lines else 1, "no_head", "The source does not begin with its head.",
                 hint=f"Begin with a line ---, then {', '.join(FIELDS)}, then --- again.")  # fmt: skip
        return head, numbered
    end = next((index for index in range(start + 1, len(numbered)) if numbered[index][1].strip() == "---"), None)
    if end is None:
        said.add(numbered[start][0], "open_head", "The head has no end.", hint="Close it with a line ---.")
        return head, []
    values: dict[str, tuple[int, str]] = {}
    for number, line in numbered[start + 1 : end]:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or name not in FIELDS:
            said.add(
                number, "unknown_field", f"{name[:40]!r} is no field of the head.", hint=f"Fields: {', '.join(FIELDS)}."
            )
        elif name in values:
            said.add(number, "field_again", f"The field {name} is there already (line {values[name][0]}).")
        else:
            values[name] = (number, _bare(value))
    closing = numbered[end][0]
    for name in FIELDS:
        if name not in values or not values[name][1]:
            said.add(values.get(name, (closing, ""))[0], "missing_field", f"The head does not say the {name}.")
    head.lines = {name: number for name, (number, _) in values.items()}
    _fill(head, {name: pair for name, pair in values.items() if pair[1]}, said)
    return head, numbered[end + 1 :]


def _bare(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].strip()
    return value


def _fill(head: Front, values: dict[str, tuple[int, str]], said: Mistakes) -> None:
    for name, (line, value) in values.items():
        match name:
            case "title":
                head.title = value
                if len(value) > 200:
                    said.add(line, "long_title", "A title has at most 200 characters.")
            case "policy":
                head.policy = value
                if not _KEY.match(value):
                    said.add(
                        line,
                        "bad_policy",
                        f"{value[:40]!r} is no policy key.",
                        hint="As in the policy's address: spam, self-harm.",
                    )
            case "language":
                head.language = value
                if not _LANGUAGE.match(value):
                    said.add(
                        line, "bad_language", f"{value[:20]!r} is no language code.", hint="As in en, ja or pt-BR."
                    )
            case "version":
                head.version = _whole(name, value, line, 100_000, said)
            case "minutes":
                head.minutes = _whole(name, value, line, 600, said)
            case "owner":
                head.owner = value[:200]
            case _:
                try:
                    head.review = date.fromisoformat(value)
                except ValueError:
                    said.add(line, "bad_date", f"{value[:40]!r} is no date.", hint="Write it as 2027-05-01.")


def _whole(name: str, value: str, line: int, most: int, said: Mistakes) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 8 and 1 <= int(value) <= most):
        said.add(line, "bad_number", f"The {name} is a whole number from 1 to {most:,}.")
        return 0
    return int(value)
