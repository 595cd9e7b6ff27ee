"""How a classifier is judged: on texts it has not seen, with whole groups held back, or as decisions come in.

A protocol yields each text's score as the model gave it before it could have known the label. Exact duplicates are dropped first: a
text that stands on both sides of a split makes any model look good.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from watchfloor.engines.textmodels.classifier import Look, OnlineClassifier, Options
from watchfloor.engines.textmodels.metrics import Scored
from watchfloor.kernel.errors import BadInput

_MOST_GROUPS = 20  # above this, groups are dealt into this many folds

Step = Callable[[], None]  # called once per text learned or scored, to move a progress bar


class Example(NamedTuple):
    """One labelled text, and what it belongs to (a video, a site, a day), which must not be split."""

    text: str
    label: bool
    group: str = ""


def distinct(examples: Sequence[Example]) -> list[Example]:
    """The first of each exact text."""
    seen: dict[str, Example] = {}
    for example in examples:
        seen.setdefault(example.text, example)
    return list(seen.values())


def folds(
    examples: Sequence[Example], *, count: int = 5, seed: int = 0, most_groups: int = _MOST_GROUPS
) -> list[list[Example]]:
    """Disjoint parts: one per group where there are groups, otherwise ``count`` with the same share of labels each.

    More than ``most_groups`` groups are dealt into so many parts, whole.
    """
    groups = list(dict.fromkeys(example.group for example in examples))
    chance = random.Random(seed)
    if len(groups) > 1:
        if len(groups) > most_groups:
            chance.shuffle(groups)
        place_of = {group: place % most_groups for place, group in enumerate(groups)}
        parts: list[list[Example]] = [[] for _ in range(min(len(groups), most_groups))]
        for example in examples:
            parts[place_of[example.group]].append(example)
        return parts
    parts = [[] for _ in range(count)]
    place = 0
    for label in (True, False):
        side = [example for example in examples if example.label is label]
        chance.shuffle(side)
        for example in side:
            parts[place % count].append(example)
            place += 1
    return parts


def held_out(
    examples: Sequence[Example],
    *,
    count: int = 5,
    seed: int = 0,
    options: Options | None = None,
    look: Look | None = None,
    most_groups: int = _MOST_GROUPS,
    step: Step | None = None,
) -> Iterator[Scored]:
    """Each part scored by a model that learned the other parts, in shuffled order."""
    parts = folds(examples, count=count, seed=seed, most_groups=most_groups)
    for held in parts:
        rest = [example for part in parts if part is not held for example in part]
        random.Random(seed).shuffle(rest)
        if not held or len({example.label for example in rest}) < 2:
            if held:
                raise BadInput(
                    "one_class",
                    "Without one of the groups, all remaining texts have the same label.",
                    hint="Give more texts, or another group column.",
                )
            continue
        model = OnlineClassifier(options, look)
        for example in rest:
            model.learn(example.text, example.label)
            if step is not None:
                step()
        for example in held:
            yield model.score(example.text), example.label
            if step is not None:
                step()


def running(
    examples: Sequence[Example],
    *,
    options: Options | None = None,
    look: Look | None = None,
    step: Step | None = None,
) -> Iterator[Scored]:
    """Predict, then learn, in the order given: what a floor that decides case after case would have seen."""
    model = OnlineClassifier(options, look)
    for example in examples:
        yield model.learn(example.text, example.label), example.label
        if step is not None:
            step()
