"""A guess at a text's language from its commonest small words or its script: enough to route a demo, no more."""

from __future__ import annotations

import re

_SMALL_WORDS = {
    "en": "the and you for that with this are your have from not will our can but all",
    "es": "que los las una por con para del como más está pero sus este usted nuestra",
    "de": "und der die das nicht ist sie mit für ein eine auf den von sich auch wir",
    "fr": "les des vous une est pour que dans nous pas sur avec votre qui plus sont",
    "pt": "que não uma para com você seu por mais como dos das está são nosso ou",
    "it": "che non una per con sono della il di gli questo più anche alla nella",
}
_OF_WORD: dict[str, list[str]] = {}
for _code, _words in _SMALL_WORDS.items():
    for _word in _words.split():
        _OF_WORD.setdefault(_word, []).append(_code)

_LETTERS = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
)


def guess_language(text: str) -> str:
    """An ISO 639-1 code, or ``"und"`` where fewer than three small words point one way."""
    for code, script in _SCRIPTS:
        if len(script.findall(text)) * 5 > len(text):
            return code
    counts = dict.fromkeys(_SMALL_WORDS, 0)
    for word in _LETTERS.findall(text.lower()):
        for code in _OF_WORD.get(word, ()):
            counts[code] += 1
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= 3 else "und"
