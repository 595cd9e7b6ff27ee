"""What the workbench shows of an item and its author: the snapshot laid out by the type's roles, hits marked, media never loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.utils.dateparse import parse_datetime

from watchfloor.enforcement.contracts import Standing
from watchfloor.items.domain import Field
from watchfloor.review.author_marks import Mark

MEDIA = {"image": "photo", "video": "video", "audio": "microphone"}
SHOWN_ELSEWHERE = {"text", "displayName", "creatorId", "createdAt", "profileIcon", "isDeleted"}
MAX_VALUE = 2_000  # characters of one further field; the case page shows the rest
MAX_HITS = 200
Span = tuple[int, int]


class Part(msgspec.Struct, frozen=True):
    """One further field of the item: its name as words, its value as text."""

    name: str
    value: str


class Medium(msgspec.Struct, frozen=True):
    """A picture, video or sound the item carries. Only said, never loaded."""

    kind: str
    icon: str
    name: str
    address: str
    words: str  # the alternative text that came with it


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """An item version as a reviewer reads it. ``known`` is False when the snapshot is erased or was never sent."""

    known: bool
    title: str = ""
    text: str = ""
    title_spans: tuple[Span, ...] = ()
    text_spans: tuple[Span, ...] = ()
    parts: tuple[Part, ...] = ()
    media: tuple[Medium, ...] = ()
    made_at: datetime | None = None
    deleted: bool = False


class AuthorView(msgspec.Struct, frozen=True, kw_only=True):
    """The account that answers for the item. Times are None, texts empty where the platform did not say."""

    name: str
    handle: str
    external_id: str
    state: str
    since: datetime | None
    seen_first: datetime
    verified: bool | None
    followers: int | None
    standing: Standing
    marks: tuple[Mark, ...] = ()  # what others above review say of it


def item_view(fields: Sequence[Field], data: dict[str, Any] | None, hits: Iterable[dict[str, Any]] = ()) -> ItemView:
    """Lay out a snapshot. ``hits`` are signals' details: ``{"words": [...]}`` and ``{"spans": [[start, end], ...]}`` (of the text)."""
    if data is None:
        return ItemView(known=False)
    by_role = {field.role: data.get(field.name) for field in fields if field.role}
    title, text = _text(by_role.get("displayName")), _text(by_role.get("text"))
    found = list(hits)
    words = [str(word) for details in found for word in _list(details.get("words"))]
    spans = [span for details in found for span in _spans(details.get("spans"))]
    return ItemView(
        known=True,
        title=title,
        text=text,
        title_spans=find_words(title, words),
        text_spans=tuple(spans)[:MAX_HITS] + find_words(text, words),
        parts=tuple(_parts(fields, data)),
        media=tuple(_media(fields, data)),
        made_at=_moment(by_role.get("createdAt")),
        deleted=by_role.get("isDeleted") is True,
    )


def find_words(text: str, words: Iterable[str]) -> tuple[Span, ...]:
    """Where any of these words (or runs of words) stand in a text, whatever their case; at most ``MAX_HITS``."""
    wanted = sorted({word.strip() for word in words if len(word.strip()) > 1}, key=len, reverse=True)[:50]
    if not text or not wanted:
        return ()
    pattern = "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in wanted)
    spans: list[Span] = []
    for match in re.finditer(pattern, text, re.IGNORECASE):
        spans.append(match.span())
        if len(spans) == MAX_HITS:
            break
    return tuple(spans)


def author_view(account: Any, fields: Sequence[Field], data: dict[str, Any] | None, standing: Standing) -> AuthorView:
    """The author's card from the account item, its newest snapshot and its standing."""
    data = data or {}
    by_role = {field.role: data.get(field.name) for field in fields if field.role}
    verified, followers = data.get("verified"), data.get("followers")
    return AuthorView(
        name=_text(by_role.get("displayName")),
        handle=_text(data.get("handle")),
        external_id=account.external_id,
        state=account.state,
        since=_moment(by_role.get("createdAt")),
        seen_first=account.first_seen_at,
        verified=verified if isinstance(verified, bool) else None,
        followers=int(followers) if isinstance(followers, (int, float)) and not isinstance(followers, bool) else None,
        standing=standing,
    )


def words_of(name: str) -> str:
    """A field's or a key's name for people: ``thread_id`` -> ``Thread id``."""
    text = re.sub(r"[_.\-]+", " ", name).strip()
    return text[:1].upper() + text[1:]


def plain(value: Any) -> str:
    """Any JSON value as a line or lines of text, never as JSON."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (str, int, float)):
        return str(value)[:MAX_VALUE]
    if isinstance(value, list):
        return "\n".join(plain(each) for each in value[:50])[:MAX_VALUE]
    if isinstance(value, dict):
        return "\n".join(f"{key}: {plain(each)}" for key, each in list(value.items())[:50])[:MAX_VALUE]
    return ""


def _parts(fields: Sequence[Field], data: dict[str, Any]) -> Iterable[Part]:
    known = {field.name: field for field in fields}
    for name, value in data.items():
        field = known.get(name)
        if field is not None and (field.role in SHOWN_ELSEWHERE or field.type in MEDIA):
            continue
        if name == "images" or value in (None, "", [], {}):
            continue
        yield Part(words_of(name), plain(value))


def _media(fields: Sequence[Field], data: dict[str, Any]) -> Iterable[Medium]:
    words = _text(data.get("alt_text"))
    for field in fields:
        value = data.get(field.name)
        if field.type in MEDIA and isinstance(value, str) and value:
            yield Medium(field.type, MEDIA[field.type], words_of(field.name), value[:MAX_VALUE], words)
    for value in _list(data.get("images"))[:20]:
        address = value if isinstance(value, str) else plain(value)
        alt = _text(value.get("alt")) if isinstance(value, dict) else ""
        yield Medium("image", "photo", "Picture", address[:MAX_VALUE], alt)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _spans(value: Any) -> Iterable[Span]:
    for pair in _list(value)[:MAX_HITS]:
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(end, int) for end in pair):
            yield (pair[0], pair[1])


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = parse_datetime(value)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
