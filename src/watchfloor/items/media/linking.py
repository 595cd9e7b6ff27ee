"""From an item's data to its media: fields of type image, video or audio name an upload by its receipt, or a file by its address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watchfloor.items.domain import Field
from watchfloor.items.media import actions, prints
from watchfloor.items.media.options import options
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.ids import decode
from watchfloor.ledger import rows
from watchfloor.ledger.writer import Writer

TYPES = frozenset({"image", "video", "audio"})
LISTS = frozenset({"images", "videos", "media"})  # fields of type array with these names hold media as well
MOST = 20  # of one item version
LONGEST = 2_000  # characters of an address


def link_media(w: Writer, fields: list[Field], data: dict[str, Any], item_version: str, *, source: str = "") -> int:
    """Tie the media that ``data`` names to the item version; addresses are noted to be fetched. Returns how many.

    A receipt we do not know is let pass: the item says more than its media, and the workbench shows what it named.
    """
    links = []
    for field, place, value, alt in _named(fields, data):
        if value.startswith("med_"):
            media = _receipt(value)
        elif value.startswith(("https://", "http://")) and len(value) <= LONGEST and options().fetch != "off":
            media = actions.named(w, value, field, item_version, source=source)
        else:
            continue
        if media is not None:
            links.append(actions.link(item_version, field, place, media, alt))
    count = rows.insert(links, unless_known=True)
    if count:
        prints.shown_again(w, links)
    return count


def has_media(fields: list[Field], data: dict[str, Any]) -> bool:
    """Whether there is anything to link; cheap, for the hot way in."""
    return next(_named(fields, data), None) is not None


def _named(fields: list[Field], data: dict[str, Any]) -> Iterator[tuple[str, int, str, str]]:
    """(field, place, value, alt) of every medium the data name."""
    alt = data.get("alt_text")
    count = 0
    for field in fields:
        value = data.get(field.name)
        if not value or not (field.type in TYPES or (field.type == "array" and field.name in LISTS)):
            continue
        for place, each in enumerate(value if isinstance(value, list) else [value]):
            words = alt
            if isinstance(each, dict):
                words, each = each.get("alt"), each.get("media") or each.get("url")
            if isinstance(each, str) and each:
                yield field.name, place, each, words if isinstance(words, str) else ""
                count += 1
                if count == MOST:
                    return


def _receipt(text: str) -> Any:
    try:
        return actions.by_id(decode("med", text))
    except BadInput:
        return None
