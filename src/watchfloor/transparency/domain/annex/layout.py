"""How the parts are laid out: row keys with their placeholders written out, and numbers as the cells want them.

The templates abbreviate: ``[...]`` between the first and the last stands for all official languages (in their official order) or all
member states (by their English names). Where the template itself slips it is followed and said so: in part 3 the lines of member
states have none for ``KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Final

from watchfloor.transparency.domain.vocabulary import TOTAL, annex, categories

LANGUAGES: Final = (
    "bg", "es", "cs", "da", "de", "et", "el", "en", "fr", "ga", "hr", "it", "lv", "lt", "hu", "mt", "nl", "pl", "pt", "ro",
    "sk", "sl", "fi", "sv",
)  # fmt: skip
STATES: Final = (
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT", "NL",
    "PL", "PT", "RO", "SK", "SI", "ES", "SE",
)  # fmt: skip
LEFT_OUT: Final = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE"  # of part 3, for member states
_LAST: Final = {3: "STATEMENT_CATEGORY_VIOLENCE", 4: "STATEMENT_CATEGORY_VIOLENCE", 5: "STATEMENT_CATEGORY_VIOLENCE"}
# The line of what the authority or the notifier did not specify.
UNSPECIFIED: Final = {3: "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER", 4: "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"}
Row = list[str]
Line = tuple[str, str]  # category ("TOTAL" for all), keyword ("" for the category itself)


def lines(part: int) -> list[Line]:
    """The lines of the parts by category (3 to 6), in order."""
    found: list[Line] = [(TOTAL, "")]
    for each in categories():
        if each.code.startswith("STATEMENT_CATEGORY_NOT_SPECIFIED"):
            continue
        found.append((each.code, ""))
        found += [(each.code, keyword) for keyword in each.keywords]
        if each.code == _LAST.get(part):
            break
    if part in UNSPECIFIED:
        found.append((UNSPECIFIED[part], ""))
    return found


def code_of(line: Line) -> str:
    """What a line is called in its column."""
    return line[1] or line[0]


def keys(part: int) -> list[list[str]]:
    """The row keys of the parts that have them as data (1, 7 to 11): applicability, section, indicator, scope."""
    made: list[list[str]] = []
    pending: list[list[str]] = []
    for key in annex().keys[str(part)]:
        scope = key[-1]
        if scope not in ("bg", "sv", "[...]", "AT", "SE"):
            made.append(key)
            continue
        pending.append(key)
        if scope in ("sv", "SE"):
            made += _written_out(pending)
            pending = []
    if part == 8:
        made = _accuracy_of_languages(made)
    return made


def _written_out(group: Sequence[list[str]]) -> list[list[str]]:
    """First, placeholder and last become the whole list; each line keeps the words of the one it stands for."""
    first, between, last = group
    whole = STATES if first[-1] == "AT" else LANGUAGES
    return [[*(first if scope == whole[0] else last if scope == whole[-1] else between)[:-1], scope] for scope in whole]


def _accuracy_of_languages(found: list[list[str]]) -> list[list[str]]:
    """The template names a different indicator in each of its three abbreviated lines, three times: all three are meant for all."""
    kept = [key for key in found if not (key[-1] in LANGUAGES and key[2].startswith("Accuracy"))]
    named = list(dict.fromkeys(key[2] for key in found if key[2].startswith("Accuracy")))
    like = found[-1]
    return kept + [[like[0], like[1], indicator, language] for indicator in named for language in LANGUAGES]


def hours(values: Iterable[float | None]) -> str:
    """The median of those that are known, in hours to two places; nothing when none is."""
    known = [value for value in values if value is not None]
    return number(_rounded(median(known), 2)) if known else ""


def share(part: int, whole: int) -> str:
    """A share between 0 and 1, to four places; nothing of nothing."""
    return number(_rounded(part / whole, 4)) if whole else ""


def _rounded(value: float, places: int) -> float:
    """Halves go up, as people round and as databases do."""
    return float(Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def number(value: float) -> str:
    """A number without needless zeros."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
