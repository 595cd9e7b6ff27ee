"""What others know of a medium, shown beside it: places in its time worth looking at, and the words that are said in it.

@marks_by
def matches(media: Sequence[UUID], item_version: str) -> Mapping[UUID, Iterable[Mark]]: ...

@words_by
def transcripts(media: Sequence[UUID], item_version: str) -> Mapping[UUID, Iterable[Line]]: ...

Register in an app's ``ready``. Asked once for all media of an item version, each time it is put on a page: answer from an index. One
that fails is left out and logged. No rights are asked here: the page has asked whether the item may be seen.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from watchfloor.items.media.contracts import Line, Mark

log = logging.getLogger(__name__)
T = TypeVar("T")
Marks = Callable[[Sequence[UUID], str], Mapping[UUID, Iterable[Mark]]]
Words = Callable[[Sequence[UUID], str], Mapping[UUID, Iterable[Line]]]
MOST = 200  # of one medium
_marks: list[Marks] = []
_words: list[Words] = []


def marks_by(provider: Marks) -> Marks:
    """Have ``provider`` say where in the time of media something is."""
    if provider not in _marks:
        _marks.append(provider)
    return provider


def words_by(provider: Words) -> Words:
    """Have ``provider`` say what is spoken in media (a transcript made elsewhere)."""
    if provider not in _words:
        _words.append(provider)
    return provider


def marks_of(media: Sequence[UUID], item_version: str) -> dict[UUID, tuple[Mark, ...]]:
    """All marks by medium, in the order of their time."""
    found = _asked(_marks, media, item_version)
    return {pk: tuple(sorted(every, key=lambda mark: mark.at_s)[:MOST]) for pk, every in found.items()}


def words_of(media: Sequence[UUID], item_version: str) -> dict[UUID, tuple[Line, ...]]:
    """All that is said by medium, in the order of their time."""
    found = _asked(_words, media, item_version)
    return {pk: tuple(sorted(every, key=lambda line: line.at_s)[:MOST]) for pk, every in found.items()}


def _asked(
    providers: Sequence[Callable[[Sequence[UUID], str], Mapping[UUID, Iterable[T]]]],
    media: Sequence[UUID],
    item_version: str,
) -> dict[UUID, list[T]]:
    found: dict[UUID, list[T]] = {}
    for provider in list(providers) if media else ():
        try:
            for pk, every in provider(media, item_version).items():
                found.setdefault(pk, []).extend(every)
        except Exception:
            log.exception("what is beside media could not be asked")
    return found
