"""Which value of a label column means yes, in files of others: spam or ham, bot or human, 1 or 0, OFF or NOT."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from watchfloor.kernel.errors import BadInput

_YES_WORDS = """
1 1.0 true t yes y spam spammer spammy junk bad bot bots phishing phish malicious malware scam fraud fake troll positive pos violating
violation toxic hateful hate offensive off abusive abuse deceptive unsafe harmful block blocked reject rejected remove removed coordinated
"""
_NO_WORDS = """
0 0.0 -1 false f no n ham not none good human genuine legit legitimate benign negative neg clean non-toxic non-hateful non-spam nonspam
not_spam not-spam neither normal real truthful safe ok okay allow allowed approve approved keep kept authentic real_user user
"""
_YES, _NO = frozenset(_YES_WORDS.split()), frozenset(_NO_WORDS.split())
_STRAY = 0.05  # share of rows with another label than the two, up to which those rows are the mistake


class Meaning(NamedTuple):
    """What counts as yes, what as no (as written, case folded; with ``--positive``, ``no`` is empty and all else is no)."""

    yes: frozenset[str]
    no: frozenset[str]
    said: str

    def truth(self, value: str) -> bool | None:
        """None where the value is neither."""
        word = value.strip().casefold()
        if word in self.yes:
            return True
        return False if not self.no or word in self.no else None


def meaning(labels: Sequence[str], positive: str | None) -> Meaning:
    """How to read a column of labels.

    Args:
        positive: the value, or several parted by commas, that count as yes; every other is then no.

    Raises:
        BadInput: it cannot be told, or ``positive`` does not occur.
    """
    counts = Counter(label.strip().casefold() for label in labels)
    counts.pop("", None)
    if positive is not None:
        wanted = frozenset({positive.strip().casefold()})
        if not wanted & counts.keys():
            wanted = frozenset(word.strip().casefold() for word in positive.split(","))
        missing = sorted(wanted - counts.keys())
        if missing:
            raise BadInput(
                "no_label",
                f"No row has the label {missing[0]!r}; the labels are {_listed(counts)}.",
                where="--positive",
            )
        return Meaning(wanted, frozenset(), f"{', '.join(sorted(wanted))} is yes, all else no")
    yes, no = _YES & counts.keys(), _NO & counts.keys()
    stray = sum(many for word, many in counts.items() if word not in yes | no)
    if yes and no and stray <= _STRAY * counts.total():
        return Meaning(frozenset(yes), frozenset(no), f"{', '.join(sorted(yes))} is yes, {', '.join(sorted(no))} is no")
    if len(counts) == 2:
        (one, many), (two, few) = counts.most_common()
        if len(yes) != len(no):  # one of the two is known
            known_yes = bool(yes)
            known = next(iter(yes or no))
            other = two if known == one else one
            bad, good = (known, other) if known_yes else (other, known)
            return Meaning(frozenset({bad}), frozenset({good}), f"{bad} is yes, {good} is no")
        said = f"{two} is taken for yes, as the rarer ({few:,} of {many + few:,} rows); name it with --positive if it is not"
        return Meaning(frozenset({two}), frozenset({one}), said)
    if len(counts) < 2:
        raise BadInput("one_class", f"All rows have the same label: {_listed(counts)}.", where="--label")
    raise BadInput(
        "which_label", f"The labels are {_listed(counts)}: which of them mean yes cannot be told.",
        where="--label", hint="Name them with --positive, parted by commas.",
    )  # fmt: skip


def _listed(counts: Counter[str]) -> str:
    shown = [f"{word} ({many:,})" for word, many in counts.most_common(8)]
    return ", ".join(shown) + (" and others" if len(counts) > 8 else "") if shown else "none"
