"""Names, pairs and runs put into tables anew: where a table has grown too full, and where a model is read."""

from __future__ import annotations

from typing import Any

import numpy as np

from watchfloor.engines.textmodels.compiled.memory import (
    FEATURES,
    PAIR,
    PAIRS_LAST,
    RUNS,
    RUNS_LAST,
    SINGLES_LAST,
    compiled,
    meta,
    names,
    pairs,
    run_keys,
    run_table,
    singles,
)
from watchfloor.engines.textmodels.compiled.pieces import hashed, single
from watchfloor.engines.textmodels.compiled.steps import KEY, OTHER_KEY


@compiled
def file_all(row: Any) -> None:
    """Every feature and run into empty tables."""
    of, known, double, table = meta(row), names(row), pairs(row), singles(row)
    for place in range(row[FEATURES]):
        one, other = of[4 * place], of[4 * place + 1]
        if of[4 * place + 2] == PAIR:
            key = (one << 32 | other) + 1
            at = np.int64(np.uint64(key) * np.uint64(KEY) >> np.uint64(32)) & row[PAIRS_LAST]
            while double[2 * at] != 0:
                at = (at + 1) & row[PAIRS_LAST]
            double[2 * at], double[2 * at + 1] = key, place
        else:
            made = hashed(known, one, one + other)
            at = np.int64(made >> np.uint64(20)) & row[SINGLES_LAST]
            while table[at] != 0:
                at = (at + 1) & row[SINGLES_LAST]
            table[at] = made >> np.uint64(32) << np.uint64(32) | np.uint64(place + 1)
    keys, runs = run_keys(row), run_table(row)
    for place in range(row[RUNS]):
        key, four = keys[2 * place], keys[2 * place + 1]
        made = (np.uint64(key) ^ np.uint64(four) * np.uint64(OTHER_KEY)) * np.uint64(KEY)
        at = np.int64(made >> np.uint64(32)) & row[RUNS_LAST]
        while runs[2 * at] != 0:
            at = (at + 1) & row[RUNS_LAST]
        runs[2 * at], runs[2 * at + 1] = key, four << 32 | place


@compiled
def looked_up(raw: bytes, row: Any) -> Any:
    """Whether a name (in UTF-32) is known."""
    codes = np.empty(len(raw) // 4, np.int64)
    for place in range(len(codes)):
        codes[place] = np.int64(raw[4 * place]) | np.int64(raw[4 * place + 1]) << 8 | np.int64(raw[4 * place + 2]) << 16
    return single(codes, 0, len(codes), -1, row) >= 0
