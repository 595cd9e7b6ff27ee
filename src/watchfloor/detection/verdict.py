"""A verdict before anything is published: the rules in force over one event, and what they would do. Nothing is written
and nothing is counted: a rule with counters is told what they would be with this event.

The set in force is looked at by a thread of its own, so that neither a look nor a new compilation delays a question: until the
new set stands the old one answers.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from datetime import datetime
from typing import Any

import msgspec
from django.db import close_old_connections, connection

from watchfloor.detection import beside, counting, ruleset, screening
from watchfloor.detection.asked import Asked
from watchfloor.detection.contracts import FiredOut, Judgement, Question
from watchfloor.detection.hold import holding
from watchfloor.engines import sml
from watchfloor.engines.sml.counters import Peek
from watchfloor.items import domain as item_domain
from watchfloor.items import queries as item_queries
from watchfloor.items.models import Item, ItemType
from watchfloor.kernel import clock

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0  # seconds between two looks for changed rules


class Ready(msgspec.Struct, frozen=True):
    """The set in force, the name by which an answer calls it, and until when automatic actions are held (None: they are not)."""

    in_force: ruleset.InForce
    version: str
    held_until: datetime | None = None


class Judge:
    """Answers questions with the rules in force. Any number of threads may ask at once."""

    def __init__(self) -> None:
        self._ready: Ready | None = None
        self._first = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def ask(self, question: Question, deadline: float | None = None) -> Judgement:
        """What the rules say.

        Args:
            deadline: the moment (``time.perf_counter()``) after which nobody waits any more; counters are not read beyond it.

        Raises:
            BadInput: the item's type is unknown.
            TimeoutError: counters could not be read in time.
        """
        started = time.perf_counter()
        ready = self._ready or self._begin()
        in_force = ready.in_force
        held_until = ready.held_until if ready.held_until is not None and ready.held_until > clock.now() else None
        item = item_of(question)
        name = f"{item.type_key}/{item.external_id}"
        restricted = tuple(
            beside.before(
                beside.Happening(
                    item=item, name=question.name, data=question.data, event=question.event, at=clock.now()
                )
            )
        )
        held_by = tuple(dict.fromkeys(each.verdict for each in restricted if each.verdict))
        if in_force.rules is None:
            return Judgement(
                rule_set=ready.version, held_until=held_until, verdicts=held_by, restrictions=restricted, milliseconds=_since(started)
            )  # fmt: skip
        event = screening.sml_event(item, question.data, question.name, question.event)
        if in_force.counts:
            with counting.looking(deadline) as look:
                readings = in_force.readings(event, look)
        else:
            readings = in_force.readings(
                event, Peek(counting.store())
            )  # never asked; former sets must not count either
        fired = screening.fired_of(in_force, readings, name)
        asked = Asked(item, fired.described)
        would: list[sml.Effect] = []
        for effect, rules in screening.effects_of(in_force, readings, fired.acting):
            asked.take(effect, rules)
            if not isinstance(effect, sml.LabelEffect) or effect.applies:
                would.append(msgspec.structs.replace(effect, rules=tuple(rules)))
        return Judgement(
            rule_set=ready.version,
            verdicts=tuple(dict.fromkeys((*asked.verdicts, *held_by))),
            fired=tuple(
                FiredOut(rule=rule, reason=fired.described.get(rule, "")) for rule in sorted(fired.acting)
            ),
            shadow=fired.shadow,
            effects=tuple(would),
            errors=(
                *dict.fromkeys(error.message for outcome, _ in readings for error in outcome.errors),
                *(text for _, text in asked.problems),
            ),
            held_until=held_until,
            restrictions=restricted,
            milliseconds=_since(started),
        )  # fmt: skip

    def warm(self) -> None:
        """Load the set before anybody asks; where the database is not there yet the first question does it."""
        try:
            self._begin()
        except Exception as problem:
            log.info("the rules are loaded with the first question: %s", problem)
        finally:
            connection.close()

    def close(self) -> None:
        """End the looking thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        self._ready, self._thread = None, None
        self._stop = threading.Event()

    def look(self) -> Ready:
        """Look for changed rules, and whether automatic actions are held, now."""
        beside.look()
        in_force, hold = ruleset.current(), holding()
        held_until = hold.until if hold is not None else None
        ready = self._ready
        if ready is None or ready.in_force is not in_force or ready.held_until != held_until:
            ready = self._ready = Ready(in_force, version_of(in_force), held_until)
        return ready

    def _begin(self) -> Ready:
        """The first question loads the set and starts the thread that keeps it fresh."""
        with self._first:
            if self._ready is not None:
                return self._ready
            ready = self.look()
            self._thread = threading.Thread(
                target=self._keep_looking, args=(self._stop,), name="rules-watch", daemon=True
            )
            self._thread.start()
            return ready

    def _keep_looking(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_EVERY):
            try:
                close_old_connections()
                self.look()
            except Exception as problem:  # the set in force stays
                log.warning("the rules could not be looked at: %s", problem)
            finally:
                connection.close()


def version_of(in_force: ruleset.InForce) -> str:
    """A short name of the rule texts and their states: equal sets have equal names, in every process."""
    return "rs_" + hashlib.sha256(repr(in_force.made_from).encode()).hexdigest()[:16]


def item_of(question: Question) -> Item:
    """The item as it will be, unsaved: rules read the same of it as they will in screening."""
    kind, fields = item_queries.item_type(question.item_type)
    author = None
    author_id = question.author_id
    if not author_id and (field := item_domain.role(fields, "creatorId")):
        author_id = str(question.data.get(field) or "")
    if author_id and kind.kind != ItemType.Kind.ACCOUNT:
        author = Item(
            type_key=question.author_type or _account_type(), external_id=author_id, kind=ItemType.Kind.ACCOUNT
        )  # fmt: skip
    return Item(
        type_key=question.item_type, external_id=question.item_id, kind=kind.kind, author=author,
        market=question.market, language=question.language,
    )  # fmt: skip


def _account_type() -> str:
    return next((key for key, (row, _) in item_queries.types().items() if row.kind == ItemType.Kind.ACCOUNT), "account")


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)


def as_json(judgement: Judgement) -> dict[str, Any]:
    """The answer's part that comes from the rules; effects carry their ``kind``."""
    found: dict[str, Any] = msgspec.to_builtins(judgement)
    found["labels"] = [effect for effect in found["effects"] if effect.get("kind") == "label"]
    found["effects"] = [effect for effect in found["effects"] if effect.get("kind") not in {"label", "verdict"}]
    return found
