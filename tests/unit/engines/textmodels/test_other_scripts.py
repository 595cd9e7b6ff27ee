"""Honest writing in other scripts stays what it is: no letter changed, hardly a trick seen; on Django's own translations (BSD)."""

from __future__ import annotations

import pytest
from benchmarks.text_scripts import LANGUAGES, changed, genuine

from watchfloor.engines.textmodels import normalise


@pytest.mark.parametrize("language", LANGUAGES)
def test_genuine_sentences_are_read_as_they_stand(language: str) -> None:
    texts = genuine(language)
    assert len(texts) > 150
    assert [text for text in texts if changed(text)] == []
    forms = [normalise(text) for text in texts]
    assert sum(bool(form.mixed_words or form.hidden) for form in forms) <= 0.005 * len(texts)


def test_digits_beside_other_letters_are_digits() -> None:
    for text in ("제3자", "10進数", "3-й", "第4次", "٣ في 4ك"):
        assert not changed(text)
    assert normalise("fr33 m0ney").text == "free money"
    assert normalise("سلام\u200f, \u200eو").hidden == 0
    assert normalise("fr\u200eee").hidden == 1
