"""Phone numbers as one can compare them: however a number is typed, and with or without its country code, it comes out the same.

Numbers in hostile text are rarely written in the international form, and nothing says which country's national form they are in. So the
canonical form is the *national significant number* (ITU-T E.164): country code, trunk prefix and separators are taken off.
``+91 96727-47263``, ``0091 9672747263``, ``09672747263`` and ``9672747263`` are then one. Two countries can share such a number, but two
strangers rarely do: below nine digits, where they might, the country code stays where it was given.
"""

from __future__ import annotations

import re
import unicodedata

_FEWEST, _MOST = 8, 15  # digits
# Country codes in use (ITU Operational Bulletin, list of E.164 country codes); no code is the beginning of another.
_CODES_TEXT = """
1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92
93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 240 241 242
243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 268 269 290 291 297 298 299
350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 380 381 382 383 385 386 387 389 420 421 423 500
501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682
683 685 686 687 688 689 690 691 692 800 808 850 852 853 855 856 870 880 881 882 883 886 888 960 961 962 963 964 965 966 967
968 970 971 972 973 974 975 976 977 979 992 993 994 995 996 998
"""
_CODES = frozenset(_CODES_TEXT.split())
# A digit, or a letter that stands for one between digits (the letter o at either end as well, where no word goes on).
_DIGIT = r"(?:\d|(?<=[\do])[oil](?=[\do])|(?<![^\W\d_])o(?=\d)|(?<=\d)o(?![^\W\d_]))"
_GAP = r"[ \u00a0().\-/_*~\u2010-\u2015|]{0,3}"
PHONE = re.compile(rf"(?<![\d.,:$£€#])(?:\+ ?|)\(?{_DIGIT}(?:{_GAP}{_DIGIT}){{{_FEWEST - 1},{_MOST + 1}}}(?![\d%])")
MAYBE = re.compile(r"\d(?:[^\d\n]{0,3}\d){6}")
"""A cheap look: where this finds nothing, ``PHONE`` finds nothing either."""
_DATE = re.compile(r"(?:19|20)\d\d[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12]\d|3[01])(?!\d)")
_DATE_LATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|[12]\d|3[01])[-./](?:19|20)?\d\d(?!\d)")
_COMPUTERS = {"2147483647", "2147483648", "4294967295", "4294967296"}  # the greatest numbers of 32 bits
_LETTERS = str.maketrans("oil", "011")
_SPLIT = re.compile(r"[^\d]+")


def canonical(typed: str) -> str | None:
    """The comparable form of what ``PHONE`` matched (lower case); None if it is more likely a date, an amount or an id."""
    written = typed.translate(_LETTERS)
    digits = "".join(str(unicodedata.decimal(char)) for char in written if char.isdecimal())
    if _DATE.match(written) or _DATE_LATE.match(written) or len(set(digits)) < 3 or digits in _COMPUTERS:
        return None
    plus = written.lstrip("( ").startswith("+")
    if plus and digits[:1] != "0":
        return _international(digits)
    if digits.startswith("00") and len(digits) >= 11:
        return _international(digits[2:])
    if digits.startswith("011") and len(digits) >= 13:
        return _international(digits[3:])
    if digits.startswith("0"):  # the trunk prefix of most countries
        return digits[1:] if 9 <= len(digits) <= 12 else None
    return _bare(digits, written)


def _international(digits: str) -> str | None:
    for size in (1, 2, 3):
        code, number = digits[:size], digits[size:]
        if code in _CODES:
            if code != "39":  # in Italy the zero belongs to the number; elsewhere it is a trunk prefix written "(0)"
                number = number.removeprefix("0")
            if not 6 <= len(number) <= 14 - size + 1:
                return None
            return number if len(number) >= 9 else f"+{code}{number}"
    return None


def _bare(digits: str, written: str) -> str | None:
    """Without plus or zero: a national number, or an international one whose plus was left out."""
    size = len(digits)
    parts = [part for part in _SPLIT.split(written) if part]
    # Groups of one or two digits are lists of small numbers, except a country code or an area code in front.
    if len(parts) == 2 and "." in written and len(parts[1]) > 6:  # a decimal fraction
        return None
    if len(parts) > 1 and (any(len(part) < 3 for part in parts[1:]) or len(parts) > 5):
        return None
    if size == 11 and digits[0] in "178":  # North America; Russia and Kazakhstan, where 8 is the trunk prefix
        return digits[1:]
    if size in (11, 12, 13):
        for length in (2, 3):
            if digits[:length] in _CODES and 9 <= size - length <= 11:
                return digits[length:]
        return None
    if size == 10 and digits[0] != "1":
        return digits
    return None
