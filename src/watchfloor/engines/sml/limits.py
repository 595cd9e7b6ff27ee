"""How big things may get: what makes it impossible for a rule to exhaust the machine, whatever its author writes."""

from __future__ import annotations

MAX_FILES = 10_000
MAX_SOURCE_CHARS = 1_000_000
"""Characters in one rule file."""

MAX_DEPTH = 40
"""Nesting of one expression, so that no stage of the compiler can run out of stack."""

MAX_LIST_ITEMS = 20_000
MAX_FORMAT_NAMES = 50
MAX_INT_BITS = 256
"""Numbers written in rules and results of ``*``, ``**`` and ``<<`` must fit; larger ones make the value undefined."""

MAX_TEXT = 1_000_000
"""Characters in a text that a rule builds (``+``, ``*``, f-strings, joining, replacing)."""

MAX_REGEX_TEXT = 100_000
"""Characters a pattern is matched against; the rest of a longer text is not looked at."""

MAX_PATTERN = 20_000
"""Characters in one regular expression."""

MAX_DESCRIPTION = 10_000
"""Characters of a rule's description, filled in."""
