"""The item types a new floor starts with; a team changes them in the settings."""

from __future__ import annotations

from typing import Any

from watchfloor.items.actions import save_type
from watchfloor.items.models import ItemType
from watchfloor.ledger.writer import Writer

Fields = list[dict[str, Any]]


def field(name: str, kind: str = "string", *, role: str = "", required: bool = False) -> dict[str, Any]:
    """One field of a type as it is stored."""
    return {"name": name, "type": kind, "required": required, "role": role}


_CREATOR = [field("author_id", "user_id", role="creatorId"), field("created_at", "datetime", role="createdAt")]
_MEDIA: Fields = [
    *_CREATOR,
    field("caption", role="text"),
    field("alt_text"),
    field("width", "number"),
    field("height", "number"),
]

TYPES: list[tuple[str, str, ItemType.Kind, str, Fields]] = [
    ("account", "Account", ItemType.Kind.ACCOUNT, "A person or organisation on the platform.", [
        field("display_name", role="displayName"), field("handle"), field("bio", role="text"),
        field("avatar", "image", role="profileIcon"), field("created_at", "datetime", role="createdAt"),
        field("verified", "boolean"), field("followers", "number"), field("country"),
        field("device_id", role="deviceId"), field("signup_ip", role="ip"),
        field("payment_id", role="payment"), field("deleted", "boolean", role="isDeleted"),
    ]),
    ("message", "Message", ItemType.Kind.CONTENT, "A message to one person or a few: chat, direct message, mail.", [
        *_CREATOR, field("text", role="text"), field("subject", role="displayName"), field("thread_id", "id", role="threadId"),
        field("to", "array"), field("links", "array"), field("client_ip", role="ip"),
        field("device_id", role="deviceId"), field("client_app"), field("headers", "map"),
    ]),
    ("post", "Post", ItemType.Kind.CONTENT, "Something published to many.", [
        *_CREATOR, field("text", role="text"), field("title", role="displayName"), field("images", "array"), field("links", "array"),
        field("views", "number"), field("client_app"), field("deleted", "boolean", role="isDeleted"),
    ]),
    ("comment", "Comment", ItemType.Kind.CONTENT, "An answer to a post, a video or another comment.", [
        *_CREATOR, field("text", role="text"), field("parent_id", "id", role="parentId"), field("thread_id", "id", role="threadId"),
        field("links", "array"), field("deleted", "boolean", role="isDeleted"),
    ]),
    ("image", "Image", ItemType.Kind.CONTENT, "A picture.", [*_MEDIA, field("image", "image")]),
    ("video", "Video", ItemType.Kind.CONTENT, "A recorded video.", [
        *_MEDIA, field("video", "video"), field("thumbnail", "image"), field("title", role="displayName"),
        field("seconds", "number"), field("views", "number"), field("transcript"),
    ]),
    ("live_stream", "Live stream", ItemType.Kind.CONTENT, "A broadcast that may still be going on.", [
        *_CREATOR, field("title", role="displayName"), field("description", role="text"), field("stream", "url", role="streamUrl"),
        field("thumbnail", "image"), field("viewers", "number", role="viewers"), field("live", "boolean", role="liveState"),
    ]),
    ("link", "Link", ItemType.Kind.CONTENT, "An address that is shared on the platform.", [
        field("url", "url", required=True), field("title", role="displayName"), field("description", role="text"), *_CREATOR,
        field("images", "array"),
    ]),
    ("mail", "E-mail", ItemType.Kind.CONTENT, "A mail that somebody complains about, or that is a complaint itself.", [
        field("subject", role="displayName"), field("text", role="text"), field("from"), field("to"),
        field("sent_at", "datetime", role="createdAt"),
        field("images", "array"), field("links", "array"), field("headers", "map"), field("attachments", "array"),
    ]),
    ("ip_address", "Internet address", ItemType.Kind.CONTENT, "A host on the internet, by its number.", [
        field("address", role="displayName"), field("images", "array"),
    ]),
    ("domain", "Domain", ItemType.Kind.CONTENT, "A name on the internet.", [
        field("name", role="displayName"), field("images", "array"),
    ]),
    ("app", "App", ItemType.Kind.APP, "A developer's application that uses the platform's API.", [
        field("name", role="displayName"), field("description", role="text"), field("developer_id", "user_id", role="creatorId"),
        field("homepage", "url"), field("scopes", "array"), field("created_at", "datetime", role="createdAt"),
    ]),
]  # fmt: skip


def install(w: Writer) -> None:
    """Make the types that are not there yet; those a team has changed stay as they are."""
    existing = set(ItemType.objects.values_list("key", flat=True))
    for key, name, kind, description, fields in TYPES:
        if key not in existing:
            save_type(w, key=key, name=name, kind=kind, fields=fields, description=description)
