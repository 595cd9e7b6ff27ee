"""Which characters pass for others, so that a word in a borrowed alphabet reads as what a person sees.

The pairs are a hand-picked part of the Unicode confusables data (UTS #39, ``confusables.txt``): letters of other alphabets that
cannot be told from Latin ones in common typefaces, or pass for them among Latin ones. They are applied only inside words that mix
alphabets, or that are all look-alikes in a text that is otherwise Latin: genuine Russian or Greek stays as it is. Phonetic letters and
small capitals, which nobody writes words in, are read as the letters they show wherever they stand.
"""

from __future__ import annotations

import re
import unicodedata

# Latin letter -> the letters that pass for it, after case folding.
_CYRILLIC = {
    "a": "аӓӑ", "b": "бвьъ", "c": "сҫ", "d": "ԁ", "e": "еёѐҽє", "f": "ғ", "g": "ԍ", "h": "нһҥ", "i": "ії", "j": "ј", "k":
    "кқҝ", "l": "ӏ", "m": "м", "n": "п", "o": "оӧө", "p": "рҏ", "q": "ԛ", "r": "гя", "s": "ѕ", "t": "тҭ", "u": "ицџ", "v":
    "ѵ", "w": "ԝѡшщ", "x": "хҳ", "y": "уүұў", "z": "ӡз",
}  # fmt: skip
_GREEK = {
    "a": "αά", "b": "β", "c": "ςϲ", "d": "δ", "e": "εέ", "i": "ιίϊ", "j": "ϳ", "k": "κ", "m": "μ", "n": "ηπή", "o":
    "οσόθ", "p": "ρ", "t": "τ", "u": "υύ", "v": "ν", "w": "ωώ", "x": "χ", "y": "γ", "z": "ζ",
}  # fmt: skip
_ARMENIAN = {
    "d": "ժ", "g": "ցգ", "h": "հ", "j": "յ", "n": "ոռղ", "o": "օ", "p": "ք", "q": "զ", "u": "սվ", "w": "ա",
}  # fmt: skip
_CHEROKEE = {
    "a": "Ꭺ", "b": "ᏏᏴ", "c": "Ꮯ", "d": "ᎠᏧ", "e": "Ꭼ", "g": "Ꮐᏻ", "h": "ᎻᏂ", "i": "Ꭵ", "j": "Ꭻ", "k": "Ꮶ", "l": "Ꮮ", "m":
    "Ꮇ", "p": "Ꮲ", "r": "ᎡᏒ", "s": "ᏕᏚ", "t": "Ꭲ", "v": "Ꮩ", "w": "ᎳᏔ", "y": "Ꭹ", "z": "Ꮓ",
}  # fmt: skip
_LISU = {
    "b": "ꓐ", "p": "ꓑ", "d": "ꓓ", "t": "ꓔ", "g": "ꓖ", "k": "ꓗ", "j": "ꓙ", "c": "ꓚ", "z": "ꓜ", "f": "ꓝ", "m": "ꓟ", "n":
    "ꓠ", "l": "ꓡ", "s": "ꓢ", "r": "ꓣ", "v": "ꓦ", "h": "ꓧ", "w": "ꓪ", "x": "ꓫ", "y": "ꓬ", "a": "ꓮ", "e": "ꓰ", "i": "ꓲ",
    "o": "ꓳ", "u": "ꓴ",
}  # fmt: skip
_PHONETIC = {
    "a": "ɑɐᴀ", "b": "ʙƅɓƀ", "c": "ƈᴄ", "d": "ɗɖᴅ", "e": "ɛᴇǝ", "f": "ꜰƒ", "g": "ɡɢɠ", "h": "ʜɦ", "i": "ɩɪı", "j": "ʝᴊȷ",
    "k": "ᴋƙ", "l": "ʟɭƚ", "m": "ᴍɱ", "n": "ɴɲƞ", "o": "ᴏɵ", "p": "ᴘƥ", "q": "ɋ", "r": "ʀɾɽɼ", "s": "ꜱʂ", "t": "ᴛƭʈ", "u":
    "ᴜʊ", "v": "ᴠʋ", "w": "ᴡ", "y": "ʏƴ", "z": "ᴢʐƶ",
}  # fmt: skip


def _table(*alphabets: dict[str, str]) -> dict[int, str]:
    return {ord(shown): meant for alphabet in alphabets for meant, all_shown in alphabet.items() for shown in all_shown}


CONFUSABLE_TABLE = _table(_CYRILLIC, _GREEK, _ARMENIAN, _CHEROKEE, _LISU)
PHONETIC_TABLE = _table(_PHONETIC)
# Those that cannot be told apart at all: a word of nothing else is taken for Latin even without a Latin letter in it.
_TWINS = frozenset("асеорхуүіјѕһԁԛԝӏѵοινρυαϲϹϳΗΝΥօսոհցꓮꓰꓲꓳꓴꓐꓑꓔᎪᎬᎳᏃ")
# White letters on black discs and squares, which have no compatibility form.
PHONETIC_TABLE |= {first + place: chr(97 + place) for first in (0x1F150, 0x1F170) for place in range(26)}

# Capitals whose small letters look like others: they are judged as they stand, and folded after that. The lunate sigma, which looks like
# a c, would be made an ordinary one by the compatibility form.
LATE_TABLE = dict(zip(map(ord, "ΗΝΥИϲϹ"), "ηνυиσσ", strict=True))
LATE = re.compile("[" + "".join(map(chr, LATE_TABLE)) + "]")
CONFUSABLE_TABLE |= dict(zip(LATE_TABLE, "hnyncc", strict=True))

# A run of letters in which a Latin letter stands next to borrowed ones.
WORD = re.compile(r"[^\W\d_]+")
HAS_LATIN = re.compile("[a-z\u00df-\u024f]")
HAS_BORROWED = re.compile("[\u0370-\u03ff\u0400-\u052f\u0531-\u0587\u13a0-\u13fd\ua4d0-\ua4f7]")


def is_mixed(word: str) -> bool:
    """True when one word draws on the Latin alphabet and on another that has look-alikes as well."""
    return HAS_LATIN.search(word) is not None and HAS_BORROWED.search(word) is not None


def is_disguised(word: str, *, weak: bool = False) -> bool:
    """True when a word has twins of Latin letters only, such as a Cyrillic ``сор``; with ``weak`` look-alikes do in short words."""
    if weak and len(word) <= 3:
        return all(ord(char) in CONFUSABLE_TABLE for char in word)
    return all(char in _TWINS for char in word)


class _Plain(dict[int, str]):
    """Code point of a letter with marks -> the letter without them, where that is a Latin one; filled as letters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        base = unicodedata.normalize("NFD", char)[0] if code > 0x7F else char
        self[code] = form = base if base.isascii() else char
        return form


WITHOUT_MARKS = _Plain()
"""For ``str.translate``: one character for one, so that places stay."""
