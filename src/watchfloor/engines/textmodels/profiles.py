"""What is known of an account as a table of numbers: each column of a file is read as what it is, whatever it is called.

Numbers stay numbers; yes and no become 1 and 0; dates become days before the newest date in the column; values of which there are few
become yes or no each; free text (names, descriptions) becomes facts of its shape, never its words. Columns that number the rows are left
out, and so are those that give the label away. From counts and ages, ratios and rates per day are made: an account is judged by
followers to friends and posts a day, not by either alone.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import combinations
from typing import NamedTuple

_NONE = frozenset({"", "null", "none", "nan", "na", "n/a", "nil", "-"})
_YES, _NO = frozenset({"true", "yes", "t", "y"}), frozenset({"false", "no", "f", "n"})
_ID = re.compile(r"(?:^|[._ -])(?:id|ids|idstr|uuid|guid|index|rowid|key)(?:$|[._ -]str$)|^unnamed|^$", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
_TWITTER_DATE = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \+\d{4} \d{4}")
_FORMATS = ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y")
_ENOUGH = 0.9  # share of a column's values that must be readable as a kind
_FEW = 12  # different values that become a column each
_MOST_COUNTS = 6  # counts of which all ratios are made
_TELLING = 30  # rows; of fewer, a column may rank the labels by luck
_GIVES_AWAY = 0.995  # chance that a column alone ranks a positive above a negative

Column = list[float]


class Feature(NamedTuple):
    """A column of the table: its name in words, and a number per row (NaN: not known)."""

    name: str
    values: Column


class Profile(NamedTuple):
    """The table, how each column of the file was read, and the columns left out with the reason."""

    features: list[Feature]
    read_as: dict[str, str]
    left_out: dict[str, str]


def read(columns: Mapping[str, Sequence[str]], labels: Sequence[bool]) -> Profile:
    """The columns of a file (all as text, equally long) as numbers. ``labels`` only serve to find columns that give them away."""
    features: list[Feature] = []
    read_as: dict[str, str] = {}
    left_out: dict[str, str] = {}
    counts: list[Feature] = []
    ages: list[Feature] = []
    for name, raw in columns.items():
        values = [value.strip() for value in raw]
        if _ID.search(name):
            left_out[name] = "it names or numbers the rows"
            continue
        kind, made = _column(name, values)
        if not made:
            left_out[name] = kind
            continue
        if len(labels) >= _TELLING and any(_ranks(feature.values, labels) >= _GIVES_AWAY for feature in made):
            left_out[name] = "it alone tells the label, as a copy of it would"
            continue
        read_as[name] = kind
        features += made
        if kind == "number" and _is_count(made[0].values):
            counts += made
        elif kind == "date":
            ages.append(made[0])
    features += _ratios(counts[:_MOST_COUNTS], ages[:1])
    return Profile(features, read_as, left_out)


def _column(name: str, values: list[str]) -> tuple[str, list[Feature]]:
    """What kind of column it is, and its features; none where it says nothing."""
    known = [value for value in values if value.casefold() not in _NONE]
    different = Counter(known)
    if len(different) + (len(known) < len(values)) < 2:
        return "all rows are the same", []
    folded = {value.casefold() for value in different}
    if folded <= _YES | _NO or folded <= {"0", "1"}:
        return "yes or no", [Feature(name, [_truth(value) for value in values])]
    if sum(_number(value) is not None for value in known) >= _ENOUGH * len(known):
        return "number", [Feature(name, [_or_nan(_number(value)) for value in values])]
    for parse in _DATES:
        days = [parse(value) for value in known[:200]]
        if sum(day is not None for day in days) >= _ENOUGH * len(days):
            return "date", _dates(name, values, parse)
    if len(different) <= _FEW:
        common = [value for value, _ in different.most_common(_FEW)]
        return "one of a few", [
            Feature(f"{name} is {value}", [float(each == value) for each in values]) for value in common
        ]
    return "text", _texts(name, values, different)


def _truth(value: str) -> float:
    folded = value.casefold()
    return 1.0 if folded in _YES or folded == "1" else 0.0 if folded in _NO or folded == "0" else math.nan


def _number(value: str) -> float | None:
    plain = value.replace(",", "") if "," in value else value
    return float(plain) if _NUMBER.fullmatch(plain) else None


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _iso(value: str) -> float | None:
    try:
        return _day(datetime.fromisoformat(value.replace("Z", "+00:00")))
    except ValueError:
        return None


def _mail(value: str) -> float | None:
    """``Sat Oct 17 22:35:31 +0000 2015`` and ``Sat, 17 Oct 2015 22:35:31 +0000``."""
    try:
        if _TWITTER_DATE.fullmatch(value):
            return _day(datetime.strptime(value, "%a %b %d %H:%M:%S %z %Y"))
        return _day(parsedate_to_datetime(value))
    except (ValueError, TypeError):
        return None


def _format(pattern: str) -> Callable[[str], float | None]:
    def parse(value: str) -> float | None:
        try:
            return _day(datetime.strptime(value, pattern).replace(tzinfo=UTC))
        except ValueError:
            return None

    return parse


def _any_date(value: str) -> float | None:
    """Files put together from two sources write dates in two ways."""
    return next((day for parse in _SINGLE if (day := parse(value)) is not None), None)


_SINGLE: list[Callable[[str], float | None]] = [_iso, _mail, *map(_format, _FORMATS)]
_DATES: list[Callable[[str], float | None]] = [*_SINGLE, _any_date]


def _day(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() / 86_400


def _dates(name: str, values: list[str], parse: Callable[[str], float | None]) -> list[Feature]:
    days = [_or_nan(parse(value)) for value in values]
    newest = max(day for day in days if not math.isnan(day))
    return [
        Feature(f"days since {name}", [newest - day for day in days]),
        Feature(f"hour of {name}", [math.floor(day % 1 * 24) for day in _known_or_nan(days)]),
    ]


def _known_or_nan(days: list[float]) -> list[float]:
    return [day if not math.isnan(day) else -1 / 24 for day in days]


def _texts(name: str, values: list[str], different: Counter[str]) -> list[Feature]:
    """Facts of shape, and how many rows share the value: a thousand equal descriptions are one hand."""
    shapes: dict[str, Callable[[str], float]] = {
        "length of": len,
        "digits in": lambda text: sum(map(str.isdigit, text)),
        "digits at the end of": lambda text: len(text) - len(text.rstrip("0123456789")),
        "capitals in": lambda text: sum(map(str.isupper, text)) / (len(text) or 1),
        "words in": lambda text: len(text.split()),
        "signs in": lambda text: sum(not char.isalnum() and not char.isspace() for char in text),
        "letters beyond ASCII in": lambda text: sum(char > "\x7f" for char in text),
        "links in": lambda text: text.count("http"),
        "variety of letters in": _entropy,
        "rows with the same": lambda text: different[text] if text else math.nan,
    }
    return [Feature(f"{what} {name}", [float(of(value)) for value in values]) for what, of in shapes.items()]


def _entropy(text: str) -> float:
    return -sum(many / len(text) * math.log2(many / len(text)) for many in Counter(text).values()) if text else 0.0


def _is_count(values: Column) -> bool:
    known = [value for value in values if not math.isnan(value)]
    return bool(known) and min(known) >= 0 and max(known) > 20 and all(value == int(value) for value in known)


def _ratios(counts: list[Feature], ages: list[Feature]) -> list[Feature]:
    made = [
        Feature(
            f"{left.name} to {right.name}",
            [(one + 1) / (two + 1) for one, two in zip(left.values, right.values, strict=True)],
        )
        for left, right in combinations(counts, 2)
    ]
    for age in ages:
        made += [
            Feature(
                f"{count.name} a day", [many / (days + 1) for many, days in zip(count.values, age.values, strict=True)]
            )
            for count in counts
        ]
    return made


def _ranks(values: Column, labels: Sequence[bool]) -> float:
    """The chance that a value of a positive lies above one of a negative (or below, whichever is more); ties count half."""
    pairs = sorted(
        (math.inf if math.isnan(value) else value, label) for value, label in zip(values, labels, strict=True)
    )
    positives = sum(labels)
    negatives = len(labels) - positives
    if not positives or not negatives:
        return 0.0
    won = below = place = 0.0
    while place < len(pairs):
        end = int(place)
        here = [0, 0]
        while end < len(pairs) and pairs[end][0] == pairs[int(place)][0]:
            here[pairs[end][1]] += 1
            end += 1
        won += here[1] * (below + here[0] / 2)
        below += here[0]
        place = end
    share = won / (positives * negatives)
    return max(share, 1 - share)
