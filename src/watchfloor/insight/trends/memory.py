"""The worker's memory of two streams, report text and reported text. It holds features, not texts, and is made again from the tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from watchfloor.engines.topics import Text, Topics
from watchfloor.insight.trends import texts
from watchfloor.insight.trends.models import ITEM, NOTE, TopicText

KEEP = timedelta(days=28)
MOST = 120_000  # texts of both streams that are remembered
AT_ONCE = 2_000
PREFIX = {NOTE: "n", ITEM: "i"}


class Memory:
    """Both streams, up to ``read_to``, as people have joined and split them by ``generation``."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.read_to: datetime | None = None
        self.streams = {source: Topics(keep=KEEP, most=MOST // 2, prefix=prefix) for source, prefix in PREFIX.items()}

    def take(self, row: TopicText, text: str, who: str) -> str:
        """Put one text into its stream; the topic it belongs to, empty for none."""
        topic = self.streams[row.source].add(
            Text(
                id=f"{row.report_id}", text=text, at=row.at, who=who,
                by=_by(row.market, row.language, row.policy_key),
            ),
            row.topic or None,
        )  # fmt: skip
        self.read_to = max(self.read_to or row.at, row.at)
        return topic.id if topic is not None else ""


@lru_cache(4096)
def _by(market: str, language: str, policy: str) -> dict[str, str]:
    """One dictionary for all texts with the same."""
    return {"market": market, "language": language, "policy": policy}


def voice(row: TopicText, reporter: str) -> str:
    """Who counts once a day: the reporter of a note, the item that was reported."""
    return str(row.item_id) if row.source == ITEM else reporter


def remembered(generation: int, until: datetime) -> Memory:
    """The memory as the tables have it: the texts of four weeks, in order."""
    made = Memory(generation)
    rows = TopicText.objects.filter(at__gt=until - KEEP).exclude(topic="").select_related("item", "report")
    newest = list(rows.order_by("-at", "-pk")[:MOST])
    for start in range(len(newest), 0, -AT_ONCE):
        _take_all(made, reversed(newest[max(0, start - AT_ONCE) : start]))
    highest: dict[str, int] = {}
    for key in TopicText.objects.order_by().values_list("topic", flat=True).distinct():
        if key:
            highest[key[0]] = max(highest.get(key[0], 0), int(key[1:]))
    for stream in made.streams.values():
        if len(newest) == MOST:
            stream.whole_since = newest[-1].at
        stream.begin_at(highest.get(stream.prefix, 0) + 1)
    return made


def _take_all(made: Memory, rows: Iterable[TopicText]) -> None:
    part = list(rows)
    found = texts.of_rows(part)
    for row in part:
        if row.pk in found:
            made.take(row, found[row.pk], voice(row, row.report.reporter))
