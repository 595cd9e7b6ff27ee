"""One look that says which tricks a text may hold, so that most texts are spared the dear patterns.

All looks at once in RE2, whose time does not grow with how many there are. A look may say so of a text that holds nothing, and must
not miss one that does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import re2

URL, EMAIL, NUMBER, LEET, SPELLED, MARKS, REPEAT, BLANK, ALWAYS = range(9)
EVERY = tuple(range(9))

TOP_LEVEL = (
    "com|net|org|info|biz|edu|gov|io|co|me|tv|uk|us|de|es|fr|it|ru|cn|jp|br|in|eu|ly|be|gl|tk|ml"
    "|xyz|top|site|online|shop|club|app|dev"
)
_LATIN = r"[a-z\x{df}-\x{24f}]"
_LOOKS = (
    r"(?:http|https|ftp)://|www\.|[0-9a-z-]\.(?:" + TOP_LEVEL + r")(?:[^0-9a-z_@-]|$)",
    r"[^\s]@[^\s]+\.[^\s]*[a-z]{2}",
    r"\p{Nd}{4}|\p{Nd}(?:[ ().-]{0,2}\p{Nd}){8}",
    _LATIN + r"[013457@$!]{1,2}" + _LATIN,  # digits that stand for letters
    r"[a-z][ .*_-][a-z][ .*_-][a-z][ .*_-][a-z]",  # letters one by one
    r"\.\.\.|!!!|\?\?\?",
    "|".join(
        re.escape(chr(code)) * 3 for code in range(0x21, 0x80) if chr(code) not in ".!?"
    ),  # of ASCII; others apart
    r"  |[^ -~]",
    "",  # found always: no answer at all means that RE2 gave up
)


@cache
def _set() -> re2.Set:
    made = re2.Set.SearchSet()
    for look in _LOOKS:
        made.Add(look)
    made.Compile()
    return made


def seen(text: str) -> Sequence[int]:
    """Which looks found something in a text of small letters; ``[ALWAYS]`` where there is nothing."""
    found: Sequence[int] = _set().Match(text.encode()) or EVERY
    return found
