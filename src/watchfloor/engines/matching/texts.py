"""Near-duplicates among texts: those that say the same, and those that share enough of their pieces (``engines.nearby``).

The same engine finds campaigns (``engines.campaigns``). Texts that share the key of a band are compared; pairs are those that the exact
Jaccard distance over all pieces calls near.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from watchfloor.engines.matching.groups import Group, groups
from watchfloor.engines.nearby.columns import columns
from watchfloor.engines.nearby.pairs import WITHIN, near
from watchfloor.engines.nearby.reading import read
from watchfloor.engines.nearby.shingles import WORD
from watchfloor.engines.textmodels.normalise import normalise


def exact(text: str) -> str:
    """SHA-256 of how the engines read a text: the same for two that differ only in disguise, case, punctuation and spacing."""
    form = normalise(text)
    said = " ".join([*WORD.findall(form.text), *(f"{kind}:{value}" for kind, value in form.entities)])
    return sha256(said.encode()).hexdigest()


def pairs(texts: Sequence[str], within: float = WITHIN) -> Iterator[tuple[int, int, float]]:
    """(text, later text, distance) of texts at most ``within`` apart (0 to 1), each once.

    Of texts that say the same only the first is compared with others.
    """
    said = read(texts)
    forms: list[str | tuple[str, tuple[str, ...]]] = list(said.words)
    for place in said.extra:
        forms[place] = said.form(place)
    first = dict(zip(reversed(forms), reversed(range(len(forms))), strict=True))
    firsts = sorted(first.values())
    if len(firsts) < len(forms):
        for place, form in enumerate(forms):
            if form and first[form] < place:
                yield first[form], place, 0.0
    found = near(columns(said.of(firsts)), within=within)
    for left, right, distance in found.iter_rows():
        yield firsts[left], firsts[right], distance


def cluster(texts: Sequence[str], within: float = WITHIN) -> list[Group]:
    """Groups of near-duplicates, the largest first."""
    return groups(len(texts), ((left, right) for left, right, _ in pairs(texts, within)))
