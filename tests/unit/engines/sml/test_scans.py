"""A joined search with either way of asking which pattern it was gives what each pattern gives by itself."""

from __future__ import annotations

import polars as pl
import pytest

from watchfloor.engines.sml.columns import scans
from watchfloor.engines.sml.patterns import compile_pattern

_PATTERNS = [
    compile_pattern(r"\b(casino|kasse)\b", True),
    compile_pattern(r"[A-Z]{4,}", False),
    compile_pattern(r"[\u0300-\u036f]{2,}", False),
    compile_pattern(r"\d+ €", False),
    compile_pattern(r"^start|end$", False),
]
_TEXTS = [
    "Casino", "my casino!", "casinos", "éCASINOé", "é casino é", "\u212aasse", "kaſſe", "ABCD", "ÄABC", "x\u0301\u0302y", "x\u0301y",
    "12 €", "١٢ €", "start", "restart", "the end", "end.", "", None, "nothing", "日本 casino", "日本casino",
]  # fmt: skip


@pytest.mark.parametrize("way", [scans._text_by_text, scans._one_by_one])
def test_both_ways_agree_with_each_pattern(monkeypatch: pytest.MonkeyPatch, way: object) -> None:
    monkeypatch.setattr(scans, "has_sets", lambda: way is scans._text_by_text)
    found = scans._batch(_PATTERNS)([pl.Series(_TEXTS)]).to_list()
    expected = [
        None if text is None else sum(pattern.search(text) << bit for bit, pattern in enumerate(_PATTERNS))
        for text in _TEXTS
    ]
    assert found == expected
    assert len(set(expected)) > 5
