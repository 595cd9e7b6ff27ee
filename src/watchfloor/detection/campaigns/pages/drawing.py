"""Where the picture of a campaign puts its dots and lines: keys left, texts right of them, in units of the SVG."""

from __future__ import annotations

import math
from uuid import UUID

import msgspec

from watchfloor.detection.campaigns.pages import words
from watchfloor.detection.campaigns.reading import Seen

WIDTH, LEFT, RIGHT = 760, 260, 430
ROW, LEAST = 30, 150
LABEL = 34


class Dot(msgspec.Struct, frozen=True):
    """A dot: ``kind`` is key or texts; ``items``: how many it stands for; ``label`` in words, ``whole`` uncut."""

    id: str
    kind: str
    x: int
    y: int
    radius: int
    items: int
    label: str
    whole: str
    what: str
    wordings: int


class Line(msgspec.Struct, frozen=True):
    """Between two dots; ``kind`` is near or key."""

    left: Dot
    right: Dot
    kind: str
    items: int


class Drawing(msgspec.Struct, frozen=True):
    """All of it, from top to bottom."""

    width: int
    height: int
    dots: list[Dot]
    lines: list[Line]


def drawing(seen: Seen) -> Drawing:
    """Of one campaign as seen."""
    texts = {str(each.item.pk): " ".join(each.text.split()) for each in seen.members}
    values = {(each.kind, each.token): each.value for each in seen.shared}
    keys = [node for node in seen.picture.nodes if node.kind == "key"]
    others = [node for node in seen.picture.nodes if node.kind == "texts"]
    height = max(LEAST, ROW * max(len(keys), len(others), 1))
    dots: dict[str, Dot] = {}
    for node in (*keys, *others):
        if node.kind == "key":
            whole = words.value(node.what, values.get((node.what, node.label), ""), node.label)
        else:
            whole = texts.get(node.label, "") or str(UUID(node.label))
        dots[node.id] = Dot(
            id=node.id, kind=node.kind, x=LEFT if node.kind == "key" else RIGHT, y=round(node.y * height),
            radius=7 if node.kind == "key" else min(13, 5 + round(math.sqrt(node.texts))), items=node.texts,
            label=whole if len(whole) <= LABEL else f"{whole[: LABEL - 1]}…", whole=whole,
            what=words.kinds().get(node.what, node.what), wordings=node.wordings,
        )  # fmt: skip
    lines = [
        Line(dots[line.left], dots[line.right], line.kind, line.texts)
        for line in seen.picture.edges
        if line.left in dots and line.right in dots
    ]
    return Drawing(WIDTH, height, list(dots.values()), lines)
