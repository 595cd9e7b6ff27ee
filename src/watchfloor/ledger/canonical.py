"""One value, one sequence of bytes: canonical JSON by RFC 8785, which the ledger hashes and a stranger can repeat.

Keys are ordered by UTF-16 code units and numbers written as ECMAScript writes them. The general implementation is
slow, and events are almost always plain (strings, whole numbers, true, false, null, lists, objects with ASCII keys):
for those msgspec writes the same bytes many times faster (``benchmarks/canonical_json.py``). Keep the bytes, not the
value: a float between 2**53 and 1e21 reads back as a whole number too large to be written again.
"""

from __future__ import annotations

from typing import Any

import msgspec
import rfc8785

from watchfloor.kernel.errors import BadInput

_LARGEST = 2**53 - 1  # beyond it a JSON number is not exact everywhere (RFC 8785, section 3.2.2.3)
_encode = msgspec.json.Encoder(order="deterministic").encode


def canonical(value: Any) -> bytes:
    """The canonical JSON of ``value`` in UTF-8.

    Raises:
        BadInput: it holds something JSON has no exact form for: NaN, a whole number beyond 2**53, a lone surrogate, a
            key that is no string, or any other type (make times and identifiers strings first).
    """
    try:
        if _plain(value):
            return _encode(value)
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as problem:
        raise BadInput("not_canonical", f"The value has no canonical JSON form: {problem}.") from None
    except RecursionError:
        raise BadInput("too_deep", "The value is nested too deeply.") from None


def _plain(value: Any) -> bool:
    """Whether msgspec and RFC 8785 agree on it: exact types only, as subclasses may print themselves differently."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-_LARGEST <= value <= _LARGEST)
    if kind is dict:
        for key, item in value.items():
            # Code points and UTF-16 code units order alike only up to U+D7FF; ASCII is the cheap test.
            if type(key) is not str or not key.isascii():
                return False
            if type(item) is not str and not _plain(item):
                return False
        return True
    if kind is list or kind is tuple:
        return all(map(_plain, value))
    return False
