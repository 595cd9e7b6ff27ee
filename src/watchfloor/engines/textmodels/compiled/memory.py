"""Where what is compiled keeps a model: flat arrays, and one row of numbers that says where they are and how full.

One call gets that row alone, whatever the model is made of: every array more that is given to a compiled function costs more than
finding a word. Imported only where numba is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba import carray, types  # type: ignore[attr-defined]
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])

# Places in the row: how many there are of what,
FEATURES, CODES, RUNS, ENTRIES, PLACES, SERIAL, WITHOUT, WITH, RECENT = range(9)
# how many there is room for (tables: less one, a power of two less one),
FEATURE_ROOM, CODE_ROOM, RUN_ROOM, ENTRY_ROOM, PLACE_ROOM, SCRATCH_ROOM = range(10, 16)
SINGLES_LAST, PAIRS_LAST, RUNS_LAST = range(16, 19)
# what a call could not do without,
UNKNOWN, NEEDED = 20, 21
# where each array begins,
NUMBERS, SINGLES, PAIRS, META, VALUES, NAMES, RUN_TABLE, RUN_KEYS, RUN_VALUES, ENTRY_TABLE, PLACE_TABLE = range(24, 35)
CHARS, FORMS, SCRATCH = range(36, 39)
# and the places of the facts of a text's shape, one more than they are.
FACTS = 40
LENGTHS, CAPS, MANY, HIDDEN, MIXED = 0, 10, 21, 28, 29
ROW = FACTS + 30

# Numbers of a model.
BIAS, BIAS_SQUARE, SLOPE, SHIFT, OWN_BIAS, OWN_SQUARE = range(6)
LOSSES, TRUSTS = 6, 9
RATE, GATE, UNSURE, OWN_RATE = range(12, 16)
PARTS = 16  # of an exact sum on its way
RECENT_AT = 128  # margins, then labels
LAST = 1_000

# What a feature is: a word or its shape, something else with a name of its own, two others.
WORD, OTHER, PAIR = range(3)

# A character: its Latin letter, what it is in a token, whether it was looked at, whether its form depends on nothing around it.
LETTER = 0x1FFFFF
NOTHING, ALNUM, MONEY, MARK, SIGN, UNDER = range(6)
KIND_AT = 21
KNOWN, HARMLESS, UNSEEN, CAPITAL, TYPED_DIGIT, DIGIT, ASKS, LATIN = (1 << bit for bit in range(24, 32))
COUNT_AT, FORM_AT = 32, 34  # 0, 1, or 2 for more; the form itself or where it stands


def compiled(function: F) -> F:
    # The interpreter's lock is held: a call changes the model and the scratch it shares with other models.
    return cast(F, numba.njit(cache=True)(function))


def _pointer(kind: Any) -> Any:
    def made(_typing: Any, address: Any) -> Any:
        pointer = types.CPointer(kind)  # type: ignore[no-untyped-call]

        def cast_it(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            return builder.inttoptr(given[0], context.get_value_type(signature.return_type))

        return pointer(types.int64), cast_it

    return intrinsic(made)


_int64, _float64 = _pointer(types.int64), _pointer(types.float64)
_int32, _uint32, _uint64 = _pointer(types.int32), _pointer(types.uint32), _pointer(types.uint64)


@compiled
def numbers(row: Any) -> Any:
    return carray(_float64(row[NUMBERS]), RECENT_AT + 2 * LAST)


@compiled
def meta(row: Any) -> Any:
    """Of each feature: where its name begins (or its left part), how long it is (or its right part), what it is, when it was met last."""
    return carray(_int64(row[META]), 4 * row[FEATURE_ROOM])


@compiled
def values(row: Any) -> Any:
    """Of each feature: weight, square."""
    return carray(_float64(row[VALUES]), 2 * row[FEATURE_ROOM])


@compiled
def names(row: Any) -> Any:
    return carray(_uint32(row[NAMES]), row[CODE_ROOM])


@compiled
def singles(row: Any) -> Any:
    """By name: upper half of the hash, place and one more; 0 is free."""
    return carray(_uint64(row[SINGLES]), row[SINGLES_LAST] + 1)


@compiled
def pairs(row: Any) -> Any:
    """By two places: left and right and one more (0 is free), then the place."""
    return carray(_int64(row[PAIRS]), 2 * (row[PAIRS_LAST] + 1))


@compiled
def run_table(row: Any) -> Any:
    """By four characters: three of them (0 is free), then the fourth and the place."""
    return carray(_int64(row[RUN_TABLE]), 2 * (row[RUNS_LAST] + 1))


@compiled
def run_keys(row: Any) -> Any:
    return carray(_int64(row[RUN_KEYS]), 2 * row[RUN_ROOM])


@compiled
def run_values(row: Any) -> Any:
    return carray(_float64(row[RUN_VALUES]), 2 * row[RUN_ROOM])


@compiled
def entries(row: Any) -> Any:
    """Of each decision: where its features end, its label, its weight."""
    return carray(_float64(row[ENTRY_TABLE]), 3 * row[ENTRY_ROOM])


@compiled
def places(row: Any) -> Any:
    return carray(_int32(row[PLACE_TABLE]), row[PLACE_ROOM])


@compiled
def chars(row: Any) -> Any:
    return carray(_uint64(row[CHARS]), 0x110000)


@compiled
def forms(row: Any) -> Any:
    return carray(_uint32(row[FORMS]), 1 << 16)


@compiled
def scratch(row: Any, part: int, size: int) -> Any:
    """Parts of the length that there is room for; some calls take several at once."""
    return carray(_int64(row[SCRATCH] + 8 * part * row[SCRATCH_ROOM]), size * row[SCRATCH_ROOM])
