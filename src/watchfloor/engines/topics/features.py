"""What a short text is made of, in any language: words where the script has blanks, neighbouring characters where it has none.

The text is read in the normal form of ``textmodels.normalise``, so look-alike letters, invisible characters and digits for letters
make no difference. Links count by their host, telephone numbers and addresses by themselves: campaigns are known by them. Words
are cut to their first six letters, a stem that serves inflected languages without a dictionary.
"""

from __future__ import annotations

import re

from watchfloor.engines.textmodels.normalise import normalise

LONGEST = 4_000
"""Characters of a text that are looked at."""

MOST = 60
"""Features of one text at most: the first ones."""

STEM = 6

# Chinese and Japanese, Thai, Lao, Myanmar, Khmer: written without blanks between words. Korean has them.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]+"
)
# Letters and digits with the signs that belong to them (vowels of Indic scripts and Thai, accents, points), which ``\w`` leaves out.
_SIGNS = (
    "\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
    "\u0e31-\u0e4e\u0eb1-\u0ecd\u102b-\u103e\u1056-\u1059\u17b6-\u17d3"
)
_WORD = re.compile(rf"⟨\w+⟩|(?:[^\W_]|[{_SIGNS}])+(?:['’][^\W_]+)?")
_KIND = {"url": "host", "email": "mail", "phone": "phone", "number": "number"}


def tokens(text: str) -> list[str]:
    """The words of a text as a person reads them, in order; pairs of characters where the script has no blanks."""
    found: list[str] = []
    form = normalise(text[:LONGEST])
    for word in _WORD.findall(form.text):
        if word[0] == "⟨":
            continue
        if word.isascii() or UNSPACED.search(word) is None:
            found.append(word)
            continue
        place = 0
        for match in UNSPACED.finditer(word):
            if match.start() > place:
                found.append(word[place : match.start()])
            run = match[0]
            found += [run[start : start + 2] for start in range(max(1, len(run) - 1))]
            place = match.end()
        if place < len(word):
            found.append(word[place:])
    return found + [f"{_KIND[entity.kind]}:{entity.value}" for entity in form.entities if entity.kind != "number"]


def features(text: str) -> list[str]:
    """The distinct features by which texts are compared, in the order they are met; none for a text without letters."""
    found = dict.fromkeys(stem(word) for word in tokens(text) if len(word) > 1)
    return list(found)[:MOST]


def stem(word: str) -> str:
    """The beginning of a long word; what is named by its kind (``host:…``) stays whole."""
    return word if ":" in word else word[:STEM]
