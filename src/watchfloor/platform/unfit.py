"""Values that no column can hold (a null character, half of a surrogate pair, a number beyond all bounds) are the sender's mistake,
wherever they are noticed: told as one, not as a fault of ours."""

from __future__ import annotations

from django.db import DataError

from watchfloor.kernel.errors import BadInput


def as_bad_input(error: Exception) -> BadInput | None:
    """What to answer for such an error; None for any other."""
    words = str(error)
    if isinstance(error, DataError) and "NUL" in words:
        return BadInput("bad_text", "A text holds a null character, which cannot be kept.", hint="Leave U+0000 out.")
    if isinstance(error, DataError) and "out of range" in words:
        return BadInput("too_large", "A number is larger than can be kept.")
    if isinstance(error, UnicodeEncodeError) and "surrogates" in words:
        return BadInput("bad_text", "A text holds half of a surrogate pair, which is no character.", hint="Send UTF-8.")
    return None
