"""The rule set in force: compiled from the stored files, kept until a file or a rule's state changes.

When a new text does not compile the old set stays in force (``save_rule_file`` refuses such a text anyway).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from watchfloor.detection import counting, formers, functions, known_findings, lists_in_force, revisions
from watchfloor.detection.models import Rule, RuleFile
from watchfloor.engines import sml
from watchfloor.engines.sml.counters import CounterStore
from watchfloor.items.models import Item, Label
from watchfloor.kernel import clock

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0  # seconds between looks for a change


class RuleMode(msgspec.Struct, frozen=True):
    """A rule's state as screening needs it."""

    state: str
    percent: int


class Outgoing(msgspec.Struct, frozen=True):
    """A former set whose counters go on until nothing could still ask for them: who puts the text back finds them whole."""

    rules: sml.RuleSet
    until: datetime


class InForce(msgspec.Struct, frozen=True):
    """A compiled set, the modes of its rules, and what it was made from.

    Attributes:
        rules: the newest text.
        pinned: rules that go on by a former text because they act and the newest waits: the set each is read from.
        outgoing: former sets with counters that no set in force has; they only count.
    """

    rules: sml.RuleSet | None
    modes: dict[str, RuleMode]
    made_from: tuple[object, ...]
    pinned: dict[str, sml.RuleSet] = {}
    outgoing: tuple[Outgoing, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether any text in force has a counter."""
        return any(rules.counters for rules in (self.rules, *self.pinned.values()) if rules is not None)

    def readings(
        self, event: sml.Event, look: CounterStore | None = None
    ) -> list[tuple[sml.Outcome, frozenset[str] | None]]:
        """What the set gives for an event, and for each former text still in force what it gives, with the rules that go by it.

        The first is the newest text, with None: it speaks for every rule that is not pinned. Counters count in the transaction
        at hand: what is rolled back was never counted. With ``look`` they are read from there, and nothing is counted.
        """
        found: list[tuple[sml.Outcome, frozenset[str] | None]] = []
        counters = look if look is not None else counting.store()
        if self.rules is not None:
            found.append((self.rules.evaluate(event, counters), None))
        by_set: dict[int, list[str]] = {}
        for name, rules in self.pinned.items():
            by_set.setdefault(id(rules), []).append(name)
        for names in by_set.values():
            found.append((self.pinned[names[0]].evaluate(event, counters), frozenset(names)))
        for former in self.outgoing if look is None else ():
            if event.timestamp < former.until:
                former.rules.fired(event, counters)
        return found


_lock = threading.Lock()
_current: InForce | None = None
_looked = 0.0


def current() -> InForce:
    """The set in force; looks for a change at most once a second."""
    global _current, _looked
    with _lock:
        if _current is not None and time.monotonic() - _looked < LOOK_EVERY:
            return _current
        _looked = time.monotonic()
        made_from = _fingerprint()
        if _current is None or _current.made_from != made_from:
            _current = _load(made_from, _current)
        return _current


def forget() -> None:
    """Look again at the next use. The set in force is kept: it is what stays when the stored text does not compile."""
    global _looked
    with _lock:
        _looked = 0.0


def sources() -> dict[str, str]:
    """The text of all files in force, by path."""
    return dict(RuleFile.objects.filter(archived_at__isnull=True).values_list("path", "text"))


def compile_sources(texts: dict[str, str]) -> sml.RuleSet:
    """Compile texts with our functions, labels, lists and models to ask; raises ``sml.RuleErrors``."""
    return sml.compile_rules(
        texts,
        functions=functions.known(),
        labels=labels_of,
        lists=lists_in_force.LISTS,
        findings=known_findings.FINDINGS,
    )


def labels_of(entity: sml.Entity) -> dict[str, sml.LabelState]:
    """The live labels of an entity of the rule language: its type is the item type, its id the platform's."""
    now = clock.now()
    item = Item.objects.filter(type_key=entity.type.lower(), external_id=str(entity.id)).only("pk").first()
    if item is None:
        return {}
    return {
        row.value: sml.LabelState(
            status="removed" if row.removed_at else "added",
            manual=row.source.startswith("user:"),
            since=row.added_at,
            expires=row.expires_at,
        )
        for row in Label.objects.filter(item=item).order_by("added_at")
        if row.expires_at is None or row.expires_at > now
    }


def _fingerprint() -> tuple[object, ...]:
    # The time too: a revision that was rolled back comes again with another text.
    live = RuleFile.objects.filter(archived_at__isnull=True).order_by("path")
    files = tuple(live.values_list("path", "revision", "changed_at"))
    states = tuple(Rule.objects.order_by("name").values_list("name", "state", "percent", "pin"))
    return files, states


def _load(made_from: tuple[object, ...], before: InForce | None) -> InForce:
    modes = {row.name: RuleMode(row.state, row.percent) for row in Rule.objects.all()}
    same_files = before is not None and before.made_from[:1] == made_from[:1]
    rules = before.rules if same_files and before is not None else None
    if not same_files:
        texts = sources()
        try:
            rules = compile_sources(texts) if texts else None
        except sml.RuleErrors as error:
            log.exception("the stored rules do not compile; the set before stays in force: %s", error)
            rules = before.rules if before is not None else None
    pinned = _pinned(before)
    return InForce(rules, modes, made_from, pinned, _outgoing(before, [rules, *pinned.values()]))


def _outgoing(before: InForce | None, after: list[sml.RuleSet | None]) -> tuple[Outgoing, ...]:
    """Former sets that have counters which no set in force has, each for as long as those can matter."""
    counted = {spec.id for rules in after if rules is not None for spec in rules.counters}
    found = []
    now = clock.now()
    for rules, ended, until in _formers(before, now):
        gone = [spec for spec in rules.counters if spec.id not in counted]
        if gone:
            longest = timedelta(microseconds=max(spec.horizon for spec in gone))
            if (until or ended + longest) > now:
                found.append(Outgoing(rules, until or ended + longest))
                counted.update(spec.id for spec in gone)
    return tuple(found)


def _formers(before: InForce | None, now: datetime) -> Iterator[tuple[sml.RuleSet, datetime, datetime | None]]:
    """Former sets, newest first: each with when it ended, and until when it counts where that is settled already."""
    if before is None:  # this process saw no change: what the stored revisions tell
        for texts, ended in formers.before_changes(now):
            try:
                yield compile_sources(texts), ended, None
            except sml.RuleErrors as error:
                log.info("a former set of rules does not compile any more, its counters end: %s", error)
        return
    yield from ((rules, now, None) for rules in (before.rules, *before.pinned.values()) if rules is not None)
    yield from ((former.rules, now, former.until) for former in before.outgoing)


def _pinned(before: InForce | None) -> dict[str, sml.RuleSet]:
    """The set of each rule that goes on by a former text; one set for those of the same revisions."""
    found: dict[str, sml.RuleSet] = {}
    sets: dict[str, sml.RuleSet] = {}
    for name, pin in Rule.objects.filter(pin__isnull=False).order_by("name").values_list("name", "pin"):
        key = msgspec.json.encode(pin, order="sorted").decode()
        try:
            if key not in sets:
                sets[key] = compile_sources(revisions.sources_of(pin or {}))
            found[name] = sets[key]
        except sml.RuleErrors as error:
            log.exception("the former text of %s does not compile any more: %s", name, error)
            if before is not None and name in before.pinned:
                found[name] = before.pinned[name]
    return found
