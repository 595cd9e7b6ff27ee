"""Rule files in one shape: the formatter. It moves white space, trailing commas and comments, and nothing else.

The layout depends on the tokens alone, not on where lines broke before; so formatting twice is formatting once. Two
spaces of indentation, lines of at most ``WIDTH`` characters where that can be had, one argument a line once a call
does not fit, an empty line around statements of several lines, and at most one empty line anywhere.
"""

from __future__ import annotations

import ast
import warnings

from watchfloor.engines.sml.errors import Problems
from watchfloor.engines.sml.format_tokens import Group, Item, Line, Token, comments_in, flat, read_lines
from watchfloor.engines.sml.parse import parse_file

WIDTH = 100
_STEP = "  "


def format_text(text: str, path: str = "main.sml") -> str:
    """The text of a rule file in its one shape; it means the same as before.

    Raises:
        RuleErrors: it is no rule file.
    """
    problems = Problems({path: text})
    parse_file(path, text, problems)
    problems.raise_if_any()
    shaped = _layout(read_lines(text))
    if _meaning(shaped) != _meaning(text):
        raise AssertionError("the formatter changed what a rule file means")
    return shaped


def _meaning(text: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.dump(ast.parse(text))


def _layout(lines: list[Line]) -> str:
    """Statements and comments one below the other, with the empty lines between them."""
    out: list[str] = []
    was_tall = False
    for line in lines:
        shaped = _statement(line) if line.items else [line.comment]
        tall = len(shaped) > 1
        begins_block = not line.items and line.heads_tall is not None and _is_tall(line.heads_tall)
        wanted = line.blank_before or ((was_tall or tall or begins_block) and not line.joined)
        if out and wanted:
            out.append("")
        out.extend(shaped)
        was_tall = tall
    return "\n".join(out) + "\n" if out else ""


def _is_tall(line: Line) -> bool:
    return len(_statement(line)) > 1


def _statement(line: Line) -> list[str]:
    trailing = [line.comment] if line.comment else []
    if not comments_in(line.items) and _fits(flat(line.items)):
        return [_with_comment(flat(line.items), trailing)]
    items = line.items
    cut = next((i + 1 for i, item in enumerate(items) if isinstance(item, Token) and item.text == "="), 0)
    value = items[cut:]
    if cut and _joins(value):  # a long condition needs brackets before it may go over several lines
        items = [*items[:cut], Group("(", ")", value, is_call=False)]
    shaped = _broken(items, "")
    shaped[-1] = _with_comment(shaped[-1], trailing)
    return shaped


def _fits(text: str, room: int = WIDTH) -> bool:
    first, _, rest = text.partition("\n")  # a text over several lines is left as it is
    return len(first) <= room or bool(rest)


def _with_comment(text: str, comments: list[str]) -> str:
    return f"{text}  {' '.join(comments)}" if comments else text


def _broken(items: list[Item], indent: str) -> list[str]:
    """Items that do not fit on one line, on several: the last group that holds anything is opened, and any with
    comments."""
    opened = {id(item) for item in items if isinstance(item, Group) and comments_in(item.items)}
    if not opened:
        groups = [item for item in items if isinstance(item, Group) and item.items]
        opened = {id(groups[-1])} if groups else set()
    lines = [""]
    run: list[Item] = []
    previous: Item | None = None
    for item in items:
        if isinstance(item, Group) and id(item) in opened:
            lines[-1] += flat([*run], previous) + ("" if item.is_call or not _needs_space(run, previous) else " ")
            lines[-1] += item.open
            lines.extend(_opened(item, indent + _STEP))
            lines.append(indent + item.close)
            previous, run = item, []
        else:
            run.append(item)
    if run:
        rest = flat(run, previous)
        lines[-1] += rest
    lines[0] = indent + lines[0]
    return lines


def _needs_space(run: list[Item], previous: Item | None) -> bool:
    last = run[-1] if run else previous
    return isinstance(last, Token) and last.wants_space_after


def _opened(group: Group, indent: str) -> list[str]:
    """What is inside a group, one item a line."""
    lines: list[str] = []
    parts = group.parts()
    for number, part in enumerate(parts):
        lines.extend(indent + comment for comment in part.before)
        comma = "," if group.has_commas and (number < len(parts) - 1 or group.takes_trailing_comma) else ""
        shaped = _part(part.items, indent, len(comma))
        shaped[-1] = _with_comment(shaped[-1] + comma, part.after)
        lines.extend(shaped)
    lines.extend(indent + comment for comment in group.trailing)
    return lines


def _part(items: list[Item], indent: str, spare: int) -> list[str]:
    """One item of a group, on one line if it fits, else cut at its ``and``/``or``, else with a group opened."""
    text = flat(items)
    if not comments_in(items) and _fits(text, WIDTH - len(indent) - spare):
        return [indent + text]
    name: list[Item] = []
    if len(items) > 2 and isinstance(items[1], Token) and items[1].text == "=" and _joins(items[2:]):
        name, items = items[:2], [Group("(", ")", items[2:], is_call=False)]
        return _broken([*name, *items], indent)
    if not _joins(items):
        return _broken(items, indent)
    lines: list[str] = []
    for operand in _operands(items):
        room = WIDTH - len(indent) - spare
        if comments_in(operand) or not _fits(flat(operand), room):
            lines.extend(_broken(operand, indent))
        else:
            lines.append(indent + flat(operand))
    return lines


def _joins(items: list[Item]) -> bool:
    """Whether ``and`` or ``or`` stands among the items, outside of groups."""
    return any(isinstance(item, Token) and item.text in ("and", "or") for item in items)


def _operands(items: list[Item]) -> list[list[Item]]:
    """Cut before each ``and`` and ``or``."""
    found: list[list[Item]] = [[]]
    for item in items:
        if isinstance(item, Token) and item.text in ("and", "or"):
            found.append([])
        found[-1].append(item)
    return [operand for operand in found if operand]
