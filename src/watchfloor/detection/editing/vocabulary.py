"""What this floor knows that a rule may name: policies, actions, labels, queues, item types, and the paths met in real items.

Examples of values come only from items the asker may see.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from watchfloor.detection import queries
from watchfloor.detection.models_lists import NamedList
from watchfloor.detection.screening import sml_event
from watchfloor.enforcement import queries as enforcement
from watchfloor.engines.sml.complete import Known, PathSeen, Vocabulary
from watchfloor.engines.sml.paths import PathError, parse_path, step_text
from watchfloor.identity.domain import Actor
from watchfloor.items import queries as item_queries
from watchfloor.items.models import ItemVersion, Label
from watchfloor.kernel.remembered import RememberedBy
from watchfloor.policy import queries as policies
from watchfloor.review import plan

SEEN_ITEMS = 80
MAX_PATHS = 300
EXAMPLES = 3
LONGEST = 40  # characters of an example
KEPT_SECONDS = 20.0
SEVERITIES = ("low", "medium", "high", "severe", "critical")
_PLAIN = re.compile(r"[^\s.\[\]'\"*()?@,:]+")
_WORDS = {str: "str", bool: "bool", int: "int", float: "float"}


def of_floor(actor: Actor) -> Vocabulary:
    """What the asker may name and see; kept for a few seconds."""
    return _remembered(actor)


def _read(actor: Actor) -> Vocabulary:
    labels = Label.objects.filter(removed_at=None).order_by("value").values_list("value", flat=True).distinct()[:200]
    named = tuple(Known(value) for value in labels)
    kept = NamedList.objects.order_by("name").values_list("name", "kind", "description")
    lists = tuple(Known(name, words) for name, kind, words in kept if kind != NamedList.Kind.BANK)
    banks = tuple(Known(name, words) for name, kind, words in kept if kind == NamedList.Kind.BANK)
    values = {
        "list": lists, "bank": banks,
        "policy": tuple(Known(row.key, row.name) for row in policies.all_policies()),
        "action": tuple(Known(row.key, row.name) for row in enforcement.kinds()),
        "severity": tuple(Known(word) for word in SEVERITIES),
        "queue": tuple(Known(row.key) for row in plan.live_queues()),
        "label": named,
        "EntityJson.type": tuple(Known(key, row.name) for key, (row, _) in item_queries.types().items()),
        "verdict": (Known("reject", "Refuse it"), Known("allow", "Let it pass"), Known("hold", "Keep it back until someone looked")),
    }  # fmt: skip
    return Vocabulary(values, tuple(_paths(actor)))


_remembered: RememberedBy[Actor, Vocabulary] = RememberedBy(_read, seconds=KEPT_SECONDS, limit=200)
forget = _remembered.forget


def _paths(actor: Actor) -> list[PathSeen]:
    """Paths of the newest items, the commonest first, and those the item types declare."""
    recent = [item for item, _ in queries.recent_items(actor, SEEN_ITEMS)]
    hashes = [item.current_version for item in recent]
    kept = ItemVersion.objects.filter(hash__in=hashes, erased_at__isnull=True).values_list("hash", "data")
    data = dict(kept)
    seen = [
        sml_event(item, data[item.current_version], "item_seen", None)
        for item in recent
        if item.current_version in data
    ]
    found = {each.path: each for each in paths_of(event.data for event in seen)}
    for _, fields in item_queries.types().values():
        for field in fields:
            path = "$.item.data" + step_text(field.name)
            found.setdefault(path, PathSeen(path, _declared(field.type)))
    ordered = sorted(found.values(), key=lambda each: (-each.share, each.path))
    return [each for each in ordered if _readable(each.path)][:MAX_PATHS]


def paths_of(events: Iterable[dict[str, Any]]) -> list[PathSeen]:
    """Every path of some events' data: its type (``Any`` where values differ), the commonest short values, its share."""
    types: dict[str, set[str]] = defaultdict(set)
    values: dict[str, Counter[str]] = defaultdict(Counter)
    count: Counter[str] = Counter()
    total = 0
    for data in events:
        total += 1
        for path, value in _walk("$", data):
            count[path] += 1
            types[path].add(_type(value))
            for each in value if isinstance(value, list) else [value]:
                text = str(each).lower() if isinstance(each, bool) else str(each)
                values[path][" ".join(text.split())[:LONGEST]] += 1
    return [
        PathSeen(
            path,
            _joined(types[path]),
            tuple(text for text, _ in values[path].most_common(EXAMPLES) if text),
            count[path] / total,
        )
        for path in count
    ]


def _walk(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Leaves with their paths; what is null or an empty list says nothing."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(path + step_text(str(key)), inner)
    elif isinstance(value, list):
        if value and all(isinstance(each, str | int | float | bool) for each in value):
            yield path, value
        elif value:
            yield from _walk(f"{path}[0]", value[0])
    elif value is not None:
        yield path, value


def _type(value: Any) -> str:
    if isinstance(value, list):
        return f"List[{_joined({_WORDS.get(type(each), 'Any') for each in value})}]"
    return _WORDS.get(type(value), "Any")


def _joined(types: set[str]) -> str:
    if types == {"int", "float"}:
        return "float"
    return next(iter(types)) if len(types) == 1 else "Any"


def _declared(kind: str) -> str:
    return {"number": "float", "boolean": "bool"}.get(kind, "str")


def _readable(path: str) -> bool:
    try:
        parse_path(path)
    except PathError:
        return False
    return True
