"""An app's day in figures, counted event by event: nothing is kept of the events but counts and digests while the day is counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec

from watchfloor.engines.textmodels.normalise import normalise

# An action whose name ends so only reads; every other one writes.
READS = ("_read", "_viewed", "_listed", "_fetched", "_searched", "_seen")
BLOCKS = ("blocked", "muted")
NEW_DAYS = 7
REPORTED = "item_reported"


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One app's whole day (UTC). Shares lie between 0 and 1; None: nothing in the events says it.

    ``rhythm``: how evenly the calls lie over the day's minutes (entropy over its most for so many calls); people sleep, programs do not.
    ``near_duplicates``: share of texts whose normal form, digits left out, another text of the day has too.
    """

    day: str
    calls: int = 0
    actors: int = 0
    write_share: float | None = None
    errors: float | None = None
    reports_per_1000: float | None = None
    spam_share: float | None = None
    block_rate: float | None = None
    new_share: float | None = None
    near_duplicates: float | None = None
    rhythm: float | None = None
    mix: dict[str, int] = {}


def is_write(name: str) -> bool:
    """Whether an action of this name changes something."""
    return not name.endswith(READS)


def app_of(data: dict[str, Any]) -> str:
    """The app an event came through: ``app`` or ``client_app`` of the event, else of its item; "" when it names none."""
    for place in (data.get("event"), (data.get("item") or {}).get("data")):
        if isinstance(place, dict):
            found = place.get("app") or place.get("client_app")
            if isinstance(found, str):
                return found
    return ""


class Tally:
    """Counts one app's day; ``add`` each event in any order, then ``day``."""

    def __init__(self) -> None:
        self.calls = self.reports = self.blocks = self.failed = self.with_status = 0
        self.mix: Counter[str] = Counter()
        self.minutes: Counter[int] = Counter()
        self.actors: dict[str, bool | None] = {}
        self.texts: Counter[bytes] = Counter()
        self.items: set[tuple[str, str]] = set()

    def add(self, name: str, at: datetime, data: dict[str, Any]) -> None:
        """One event: its action, its time (UTC) and what rules read of it."""
        if name == REPORTED:
            self.reports += 1
            return
        self.calls += 1
        self.mix[name] += 1
        self.minutes[at.hour * 60 + at.minute] += 1
        self.blocks += name.endswith(BLOCKS)
        event, item = data.get("event") or {}, data.get("item") or {}
        if isinstance(status := event.get("status"), int):
            self.with_status += 1
            self.failed += status >= 400
        author = str((data.get("author") or {}).get("id") or "")
        if author:
            age = event.get("account_age_days")
            is_new = age < NEW_DAYS if isinstance(age, (int, float)) else None
            self.actors[author] = is_new if is_new is not None else self.actors.get(author)
        if is_write(name):
            if item.get("id"):
                self.items.add((str(item.get("type")), str(item["id"])))
            if isinstance(text := (item.get("data") or {}).get("text"), str) and text.strip():
                self.texts[_digest(text)] += 1

    def day(self, day: str, spam: Iterable[tuple[str, str]] = ()) -> Day:
        """The figures; ``spam`` names the items that were found violating."""
        known = [is_new for is_new in self.actors.values() if is_new is not None]
        writes = sum(count for name, count in self.mix.items() if is_write(name))
        texts = self.texts.total()
        return Day(
            day=day, calls=self.calls, actors=len(self.actors), mix=dict(self.mix), write_share=_share(writes, self.calls),
            errors=_share(self.failed, self.with_status), reports_per_1000=_rate(self.reports, self.calls),
            block_rate=_rate(self.blocks, self.calls), spam_share=_share(len(self.items & set(spam)), len(self.items)),
            new_share=_share(sum(known), len(known)), rhythm=_evenness(self.minutes),
            near_duplicates=_share(sum(count for count in self.texts.values() if count > 1), texts),
        )  # fmt: skip


def _digest(text: str) -> bytes:
    bare = "".join(char for char in normalise(text).text if not char.isdigit())
    return blake2b(bare.encode("utf-8", "replace"), digest_size=12).digest()


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _rate(part: int, whole: int) -> float | None:
    return 1000 * part / whole if whole else None


def _evenness(minutes: Counter[int]) -> float | None:
    total = minutes.total()
    if total < 2:
        return None
    entropy = -sum(count / total * math.log(count / total) for count in minutes.values())
    return entropy / math.log(min(1440, total))
