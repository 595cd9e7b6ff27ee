"""Characters that pass for Latin letters: styled forms from Unicode's own decompositions, and a table of
look-alikes."""

from __future__ import annotations

import re
import string
import unicodedata

# Letters of other scripts and symbols often put in place of Latin ones; judged by shape (compare Unicode TS 39,
# confusables).
_BY_SHAPE = {
    "a": "аαɑ@ª∂",
    "b": "вьβЬƅ",
    "c": "сϲ¢©ƈᴄç",
    "d": "ԁժɗ",
    "e": "еєҽ€℮∈",
    "f": "ƒϝẝ",
    "g": "ɡցɠ",
    "h": "һհнℏ",
    "i": "іιıɩ¡",
    "j": "јϳʝ",
    "k": "κкᴋ₭",
    "l": "ӏǀ∟Ɩ£",
    "m": "мᴍ₥",
    "n": "пηոռ∩Ππ∏刀",
    "o": "оοօσ◦º☉",
    "p": "рρ₱℗þ",
    "q": "ԛզգ",
    "r": "гᴦ®ʀ",
    "s": "ѕ$ꜱʂ§",
    "t": "тτ₮†",
    "u": "υսμµ∪",
    "v": "ѵν√∨",
    "w": "ԝωшա₩",
    "x": "хχ×✗",
    "y": "уүγ¥ʏ",
    "z": "ᴢʐƶ",
    "A": "АΑ",
    "B": "ВΒ",
    "C": "СϹÇ",
    "E": "ЕΕ",
    "H": "НΗ",
    "I": "ІΙ",
    "J": "Ј",
    "K": "КΚ",
    "M": "МΜ",
    "N": "Ν",
    "O": "ОΟ",
    "P": "РΡ",
    "S": "Ѕ",
    "T": "ТΤ",
    "X": "ХΧ",
    "Y": "УΥҮ",
    "Z": "Ζ",
}

# Enclosed letters in Unicode order from a to z: parenthesised, circled, squared, negative, regional indicators.
_ENCLOSED_STARTS = ("⒜", "Ⓐ", "ⓐ", "🄐", "🄰", "🅐", "🅰", "🇦")

_EMOJI = re.compile("[\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f1e6-\U0001f1ff\U0001f900-\U0001f9ff]+")
_THREES = re.compile(r"([A-Za-z]?)(3+)([A-Za-z]?)")
_PIPE_DIGIT = re.compile(r"\|(\d)")


def _styled() -> dict[int, str]:
    """Mathematical, full-width and letter-like forms: what Unicode itself decomposes to one Latin letter."""
    found: dict[int, str] = {}
    for start, end in ((0x2100, 0x214F), (0x1D400, 0x1D7FF), (0xFF21, 0xFF5A)):
        for code in range(start, end + 1):
            plain = unicodedata.normalize("NFKD", chr(code))
            if len(plain) == 1 and plain in string.ascii_letters:
                found[code] = plain
    return found


def _enclosed() -> dict[int, str]:
    return {ord(start) + i: letter for start in _ENCLOSED_STARTS for i, letter in enumerate(string.ascii_lowercase)}


LETTERS: dict[int, str] = {
    **_styled(),
    **_enclosed(),
    **{ord(char): letter for letter, chars in _BY_SHAPE.items() for char in chars},
}
"""For ``str.translate``: look-alikes to Latin letters."""

EMOJI_LETTERS: dict[int, str] = {code: letter for code, letter in _enclosed().items() if _EMOJI.match(chr(code))}
"""The look-alikes that would be taken for emoji."""


def without_emoji(text: str) -> str:
    """Each run of emoji becomes one space."""
    return _EMOJI.sub(" ", text)


def plain_digits(text: str) -> str:
    """``h3llo`` to ``hello`` and ``|7`` to ``17``; a 3 among digits stays."""
    text = _PIPE_DIGIT.sub(r"1\1", text)
    return _THREES.sub(lambda m: f"{m[1]}{'e' * len(m[2])}{m[3]}" if m[1] or m[3] else m[2], text)
