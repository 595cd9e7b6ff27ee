"""Claims that go round: what may be kept of one, and where a text repeats one. Pure.

A text repeats a claim when some stretch of it, about twice the claim's length, holds most of the claim's four-letter pieces
(``engines.nearby.pieces``: look-alike letters, case and spacing make no difference). Word order and small words may differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from watchfloor.engines.nearby import pieces
from watchfloor.kernel.errors import BadInput
from watchfloor.policy.domain.frame import check_market
from watchfloor.policy.domain.translations import check_language

STATUSES = ("unverified", "false", "misleading", "true", "disputed")
SHARE = 0.75  # of the claim's pieces must stand in one stretch
FEWEST = 12  # pieces (some fifteen letters); what is shorter stands in too many texts to mean anything
LONGEST = 20_000  # characters of a text that are looked at
MAX_TEXT, MAX_VARIANTS, MAX_SOURCES, MAX_NOTE = 1_000, 20, 20, 5_000


class Phrase(msgspec.Struct, frozen=True):
    """One wording of a claim, ready to be looked for."""

    claim: str
    text: str
    pieces: frozenset[int]


class Hit(msgspec.Struct, frozen=True):
    """A claim that a text repeats: in which wording, and the share of its pieces that stand there."""

    claim: str
    wording: str
    share: float


def check(
    *, text: str, variants: Iterable[str], status: str, sources: Iterable[dict[str, str]], languages: Iterable[str],
    markets: Iterable[str], note: str,
) -> None:  # fmt: skip
    """Raise ``BadInput`` for the first thing wrong with a claim."""
    variants, sources = list(variants), list(sources)
    for where, words in (("text", text), *((f"variants[{n}]", each) for n, each in enumerate(variants))):
        if not 0 < len(words.strip()) <= MAX_TEXT:
            raise BadInput("bad_text", f"A claim is said in 1 to {MAX_TEXT:,} characters.", where=where)
        if len(pieces(words)) < FEWEST:
            raise BadInput("too_short", f"{words.strip()!r} stands in too many texts to be told from them.", where=where,
                           hint="Say the claim as a whole sentence.")  # fmt: skip
    for where, count, most in (
        ("variants", len(variants), MAX_VARIANTS),
        ("sources", len(sources), MAX_SOURCES),
        ("note", len(note), MAX_NOTE),
    ):
        if count > most:
            raise BadInput("too_much", f"That is {count:,}; at most {most:,} here.", where=where)
    if status not in STATUSES:
        raise BadInput("unknown_status", f"{status[:20]!r} is no status of a claim.", where="status",
                       hint=f"One of: {', '.join(STATUSES)}.")  # fmt: skip
    for index, source in enumerate(sources):
        if set(source) != {"title", "url"} or not source["title"].strip():
            raise BadInput(
                "bad_source", "A source has a title, and an address if there is one.", where=f"sources[{index}]"
            )
        if source["url"] and not source["url"].startswith(("https://", "http://")):
            raise BadInput("bad_source", "A source's address begins with https://.", where=f"sources[{index}].url")
    if status != "unverified" and not sources:
        raise BadInput(
            "no_source", "Name who checked it: a status other than unverified needs a source.", where="sources"
        )
    for market in markets:
        check_market(market, "markets")
    for language in languages:
        check_language(language)


def phrase(claim: str, text: str) -> Phrase:
    """One wording made ready."""
    return Phrase(claim, text, frozenset(pieces(text)))


class Index:
    """Wordings, found by a text without comparing it to each. Immutable once made; safe between threads."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = [each for each in phrases if len(each.pieces) >= FEWEST]
        self._by_piece: dict[int, list[int]] = {}
        for number, each in enumerate(self._phrases):
            for piece in each.pieces:
                self._by_piece.setdefault(piece, []).append(number)

    def __len__(self) -> int:
        return len(self._phrases)

    def find(self, text: str) -> list[Hit]:
        """The claims a text repeats, each once with its best wording, the surest first."""
        if not self._phrases or len(text) < FEWEST:
            return []
        text = text[:LONGEST]
        met = Counter(number for piece in pieces(text) for number in self._by_piece.get(piece, ()))
        best: dict[str, Hit] = {}
        for number, count in met.items():
            each = self._phrases[number]
            if count < SHARE * len(each.pieces):
                continue
            share = _share(each, text, count / len(each.pieces))
            known = best.get(each.claim)
            if share >= SHARE and (known is None or share > known.share):
                best[each.claim] = Hit(each.claim, each.text, round(share, 3))
        return sorted(best.values(), key=lambda hit: (-hit.share, hit.claim))


def _share(each: Phrase, text: str, whole: float) -> float:
    """The share in the best stretch: a long text has everybody's pieces somewhere."""
    length = len(each.text)
    width, step = 2 * length + 20, length // 2 + 10  # any stretch as long as the claim lies wholly in some window
    if len(text) <= width:
        return whole
    size = len(each.pieces)
    return max(
        len(each.pieces & pieces(text[start : start + width])) / size
        for start in range(0, len(text) - width + step, step)
    )
