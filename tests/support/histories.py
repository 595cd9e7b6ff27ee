"""Judges what clients saw: is there one order of their calls, each at a moment between call and answer, that a correct floor could have
answered so? Wing and Gong's search with Lowe's memory, each key by itself (linearizability is local: Herlihy and Wing 1990).

A call that was never answered (its process was killed, its line was cut) may have taken effect at any later moment, or never.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Call:
    """One call about one thing (``key``): what was asked, what was answered, and when each happened."""

    key: str
    who: str
    verb: str
    called: float
    answered: float | None = None  # None: nobody knows whether it happened
    given: dict[str, Any] = field(default_factory=dict)
    got: dict[str, Any] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        return self.answered is not None

    @property
    def end(self) -> float:
        return math.inf if self.answered is None else self.answered

    def __str__(self) -> str:
        answer = json.dumps(self.got) if self.known else "no answer"
        return f"{self.called:.3f}-{self.end:.3f} {self.who}: {self.verb} {json.dumps(self.given)} -> {answer}"


class Model(Protocol):
    """What is right: where a thing begins, and the states a call may lead to (none: such an answer cannot be given now)."""

    start: Hashable

    def step(self, state: Any, call: Call) -> Iterable[Hashable]: ...


@dataclass(frozen=True)
class Fault:
    """A key whose calls fit no order: the longest beginning that does, and the calls none of which can come next."""

    key: str
    right: tuple[Call, ...]
    wrong: tuple[Call, ...]

    def __str__(self) -> str:
        lines = [f"{self.key}: after", *(f"  {call}" for call in self.right), "none of these can be next:"]
        return "\n".join([*lines, *(f"  {call}" for call in self.wrong)])


def check(calls: Iterable[Call], model: Model) -> list[Fault]:
    """The keys whose history is impossible; empty when all is as it must be."""
    by_key: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        by_key[call.key].append(call)
    return [fault for key, found in sorted(by_key.items()) if (fault := _search(key, found, model)) is not None]


def _search(key: str, calls: list[Call], model: Model) -> Fault | None:
    """Depth first over which call is next; a pair (calls placed, state) that failed once is not tried again."""
    calls = sorted(calls, key=lambda call: (call.called, call.end))
    must = sum(1 << index for index, call in enumerate(calls) if call.known)
    seen: set[tuple[int, Hashable]] = set()
    placed = 0
    path: list[int] = []
    best: tuple[list[int], list[int]] = ([], [])
    stack: list[Iterator[tuple[int, Hashable]]] = [_next(calls, 0, model.start, model)]
    if not must:
        return None
    while stack:
        for index, state in stack[-1]:
            mask = placed | 1 << index
            if (mask, state) in seen:
                continue
            seen.add((mask, state))
            placed, path = mask, [*path, index]
            if placed & must == must:
                return None
            if len(path) > len(best[0]):
                best = (path, _candidates(calls, placed))
            stack.append(_next(calls, placed, state, model))
            break
        else:
            stack.pop()
            if path:
                placed &= ~(1 << path[-1])
                path = path[:-1]
    right, wrong = best if best[0] else ([], _candidates(calls, 0))
    return Fault(key, tuple(calls[index] for index in right), tuple(calls[index] for index in wrong))


def _candidates(calls: list[Call], placed: int) -> list[int]:
    """Calls that may be next: no other one that waits was answered before they were made."""
    left = [index for index in range(len(calls)) if not placed >> index & 1]
    first = min((calls[index].end for index in left), default=math.inf)
    return [index for index in left if calls[index].called <= first]


def _next(calls: list[Call], placed: int, state: Any, model: Model) -> Iterator[tuple[int, Hashable]]:
    # Those that were answered first: whatever may also never have happened is tried last.
    for index in sorted(_candidates(calls, placed), key=lambda index: calls[index].end):
        for after in model.step(state, calls[index]):
            yield index, after


def written(folder: Path) -> list[Call]:
    """The calls that processes wrote down as they made them: a line ``call`` before, a line ``answer`` after, whoever died in between."""
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        asked: dict[Any, dict[str, Any]] = {}
        for text in file.read_text().splitlines():
            try:
                line = json.loads(text)
            except json.JSONDecodeError:
                continue  # cut off in the middle by the kill
            if line["what"] == "call":
                asked[line["n"]] = line
            elif (call := asked.pop(line["n"], None)) is not None:
                found.append(_call(call, line))
        found += [_call(call, None) for call in asked.values()]
    return found


def _call(call: dict[str, Any], answer: dict[str, Any] | None) -> Call:
    at, got = (answer["at"], answer["got"]) if answer else (None, {})
    return Call(call["key"], call["who"], call["verb"], call["at"], at, call["given"], got)
