"""Other people's text, shown so that it cannot lie: what is invisible or turns the line around becomes a small badge.

Unusual characters after Unicode Standard Annex 9 (bidirectional controls) and Annex 31 section 2.3 (joiners): a joiner is
ordinary inside Arabic and Indic words and between emoji, and a trick anywhere else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _
from markupsafe import Markup

_SHORT = {
    0x00A0: "NBSP", 0x00AD: "SHY", 0x034F: "CGJ", 0x061C: "ALM", 0x115F: "HCF", 0x1160: "HJF", 0x180E: "MVS", 0x200B: "ZWSP",
    0x200C: "ZWNJ", 0x200D: "ZWJ", 0x200E: "LRM", 0x200F: "RLM", 0x2028: "LSEP", 0x2029: "PSEP", 0x202A: "LRE", 0x202B: "RLE",
    0x202C: "PDF", 0x202D: "LRO", 0x202E: "RLO", 0x2060: "WJ", 0x2061: "FA", 0x2062: "IT", 0x2063: "IS", 0x2064: "IP",
    0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0x2800: "BLANK", 0x3164: "HF", 0xFEFF: "BOM", 0xFFA0: "HHF",
}  # fmt: skip

# Every control but tab and line feed; every format character; fillers that draw nothing; long stacks of marks.
_ODD = re.compile(
    r"\r\n|[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u0600-\u0605\u06dd\u070f\u115f\u1160\u180b-\u180f"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    r"\U000e0000-\U000e0fff]"
    r"|[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5,}"
)
_ORDINARY_MARKS = 2  # of a stack of marks that long, this many are drawn


def _joins_words(char: str) -> bool:
    """Whether a joiner after or before this letter is ordinary spelling (Arabic, Indic and related scripts)."""
    code = ord(char)
    return 0x0600 <= code <= 0x08FF or 0x0900 <= code <= 0x0DFF or 0x0F00 <= code <= 0x109F or 0x1780 <= code <= 0x18AF


def _is_emoji(char: str) -> bool:
    return unicodedata.category(char) in {"So", "Sk"} or char in "\ufe0f#*0123456789" or 0x1F000 <= ord(char) <= 0x1FAFF


def _is_ordinary(text: str, start: int, char: str) -> bool:
    """Whether this joiner, selector or tag stands where honest text has it."""
    before = text[start - 1] if start else ""
    after = text[start + 1] if start + 1 < len(text) else ""
    if char in "\u200c\u200d" and before and after:
        if _joins_words(before) and _joins_words(after):
            return True
        return char == "\u200d" and _is_emoji(before) and _is_emoji(after)
    if char in "\ufe0e\ufe0f":
        return bool(before) and _is_emoji(before)
    if 0xE0020 <= ord(char) <= 0xE007F:  # the flags of England, Scotland and Wales are spelled in tag letters
        return re.search("\U0001f3f4[\U000e0020-\U000e007f]*$", text[max(0, start - 8) : start]) is not None
    return False


def _badge(char: str) -> Markup:
    code = ord(char)
    name = unicodedata.name(char, "") or _("control character")
    label = _SHORT.get(code) or f"U+{code:04X}"
    return Markup('<span class="odd" title="{} (U+{})">{}</span>').format(name, f"{code:04X}", label)


def safe_text(value: str | None, spans: Iterable[tuple[int, int]] = ()) -> Markup:
    """Escaped text with invisible and direction-changing characters made visible. Nothing in it is markup any more.

    Args:
        value: anyone's text; a lone surrogate in it is shown as such.
        spans: ``(start, end)`` character offsets to mark as hits (of a rule or a model); overlapping ones are joined.
    """
    if not value:
        return Markup("")
    parts: list[Markup] = []
    end = 0
    for start, stop in _joined(spans, len(value)):
        parts.append(_shown(value, end, start))
        parts.append(Markup('<mark class="hit">{}</mark>').format(_shown(value, start, stop)))
        end = stop
    parts.append(_shown(value, end, len(value)))
    return Markup("").join(parts)


def _joined(spans: Iterable[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """Sorted, within the text, none overlapping."""
    joined: list[tuple[int, int]] = []
    for start, stop in sorted((max(0, start), min(size, stop)) for start, stop in spans):
        if start >= stop:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], stop))
        else:
            joined.append((start, stop))
    return joined


def _shown(value: str, first: int, last: int) -> Markup:
    """One stretch of the text; neighbours outside the stretch still say whether a joiner is ordinary."""
    parts: list[str | Markup] = []
    end = first
    for match in _ODD.finditer(value, first, last):
        found, start = match.group(), match.start()
        parts.append(value[end:start])
        end = match.end()
        if found == "\r\n":
            parts.append("\n")
        elif len(found) >= 5:
            label = _("+%(count)s marks") % {"count": len(found) - _ORDINARY_MARKS}
            parts += [found[:_ORDINARY_MARKS], Markup('<span class="odd" title="{}">{}</span>').format(label, label)]
        elif _is_ordinary(value, start, found):
            parts.append(found)
        else:
            parts.append(_badge(found))
    parts.append(value[end:last])
    return Markup("").join(parts)  # joining escapes every plain string


def initials(name: str) -> str:
    """``Ana María Ruiz`` -> ``AR``; for the round sign beside a person."""
    words = [word for word in re.split(r"[\s._@-]+", name.split("@")[0]) if word]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
