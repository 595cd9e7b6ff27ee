"""Ready texts with placeholders: what may be named, and how a text is filled. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from watchfloor.kernel.errors import BadInput

MAX_TEXT: Final = 2_000
PLACEHOLDERS: Final = ("case", "item_type", "author", "market", "language", "policy", "violation", "reports", "date")
_NAMED = re.compile(r"\{([a-z_]*)\}")


def check(text: str) -> None:
    """``BadInput`` for an empty or too long text, or a placeholder that nothing fills."""
    if not text.strip() or len(text) > MAX_TEXT:
        raise BadInput("bad_macro", f"A ready text has 1 to {MAX_TEXT:,} characters.", where="text")
    for name in _NAMED.findall(text):
        if name not in PLACEHOLDERS:
            raise BadInput(
                "unknown_placeholder",
                f"Nothing is known that is called {{{name}}}.",
                where="text",
                hint="Known: " + ", ".join(f"{{{known}}}" for known in PLACEHOLDERS) + ".",
            )


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each placeholder replaced; one without a value stays as it is, so that a person sees the gap.

    What is filled in is not read again: a value that looks like a placeholder stays that text.
    """
    return _NAMED.sub(lambda found: values.get(found.group(1)) or found.group(), text)
