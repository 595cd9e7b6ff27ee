"""A log line is one line: what came from outside cannot begin another, or colour a terminal."""

from __future__ import annotations

import re

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """The text with every control character, line end and change of direction written out."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def indented(trace: str) -> str:
    """A traceback, each line of it indented, so that no line of an error's own text looks like a line of the log."""
    return "\n".join("    " + one_line(line) for line in trace.splitlines())
