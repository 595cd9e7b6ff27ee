"""Mastodon's entities, filled with what we know. Ids of accounts and statuses are the platform's own; those of reports are receipts.

Pure: what is known comes as arguments. Empty texts and zeros stand where Mastodon has something that we do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

Entity = dict[str, Any]
CATEGORIES = ("spam", "legal", "violation", "other")
VERSION = "4.3.0"  # of the API that these entities are of


def moment(at: datetime | None) -> str | None:
    """A time as the API writes it."""
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def account(name: str, *, made_at: datetime | None, data: Mapping[str, Any] | None = None, suspended: bool = False,
            limited: bool = False, bot: bool = False) -> Entity:  # fmt: skip
    """An account by the platform's id, with the names it had when it was last seen."""
    known = data or {}
    handle = str(known.get("handle") or name)
    shown = str(known.get("display_name") or "")
    picture = str(known.get("avatar") or "") if isinstance(known.get("avatar"), str) else ""
    return {
        "id": name, "username": handle.lstrip("@").partition("@")[0], "acct": handle.lstrip("@"), "display_name": shown,
        "locked": False, "bot": bot, "discoverable": None, "group": False, "created_at": moment(made_at),
        "note": f"<p>{escape(str(known.get('bio') or ''))}</p>" if known.get("bio") else "", "url": "", "uri": "",
        "avatar": picture, "avatar_static": picture, "header": "", "header_static": "",
        "followers_count": _count(known.get("followers")), "following_count": 0, "statuses_count": 0, "last_status_at": None,
        "hide_collections": None, "noindex": True, "emojis": [], "fields": [], "suspended": suspended, "limited": limited,
    }  # fmt: skip


def admin_account(shown: Entity, *, locale: str = "", suspended: bool = False, silenced: bool = False, disabled: bool = False,
                  sensitized: bool = False) -> Entity:  # fmt: skip
    """An account as moderators see it. What Mastodon knows of mail and addresses stays with the platform."""
    handle = shown["acct"]
    return {
        "id": shown["id"], "username": shown["username"], "domain": handle.partition("@")[2] or None,
        "created_at": shown["created_at"], "email": "", "ip": None, "ips": [], "locale": locale or None, "invite_request": None,
        "role": None, "confirmed": True, "approved": True, "disabled": disabled, "silenced": silenced, "suspended": suspended,
        "sensitized": sensitized, "account": shown, "created_by_application_id": None, "invited_by_account_id": None,
    }  # fmt: skip


def status(name: str, *, author: Entity | None, made_at: datetime | None, text: str, language: str) -> Entity:
    """A status; its content is text, so it is escaped."""
    return {
        "id": name, "uri": "", "url": None, "created_at": moment(made_at), "edited_at": None, "account": author, "content":
        f"<p>{escape(text)}</p>" if text else "", "visibility": "public", "sensitive": False, "spoiler_text": "",
        "media_attachments": [], "application": None, "mentions": [], "tags": [], "emojis": [], "reblogs_count": 0,
        "favourites_count": 0, "replies_count": 0, "in_reply_to_id": None, "in_reply_to_account_id": None, "reblog": None,
        "poll": None, "card": None, "language": language or None,
    }  # fmt: skip


def rule(key: str, name: str) -> Entity:
    """A reason to report, as a rule of the server."""
    return {"id": key, "text": name, "hint": ""}


def report(name: str, *, at: datetime, category: str, comment: str, target: Entity, statuses: Sequence[str] = (),
           rules: Sequence[str] = ()) -> Entity:  # fmt: skip
    """What the reporter gets back."""
    return {
        "id": name, "action_taken": False, "action_taken_at": None, "category": category, "comment": comment, "forwarded": False,
        "created_at": moment(at), "status_ids": list(statuses), "rule_ids": list(rules), "target_account": target,
    }  # fmt: skip


def admin_report(name: str, *, at: datetime, changed_at: datetime, closed_at: datetime | None, category: str, comment: str,
                 reporter: Entity, target: Entity, assigned: Entity | None, closed_by: Entity | None, statuses: Sequence[Entity],
                 rules: Sequence[Entity]) -> Entity:  # fmt: skip
    """What moderators see."""
    return {
        "id": name, "action_taken": closed_at is not None, "action_taken_at": moment(closed_at), "category": category,
        "comment": comment, "forwarded": False, "created_at": moment(at), "updated_at": moment(changed_at), "account": reporter,
        "target_account": target, "assigned_account": assigned, "action_taken_by_account": closed_by,
        "statuses": list(statuses), "rules": list(rules), "collections": [],
    }  # fmt: skip


def instance(host: str, *, own: str, languages: Sequence[str], rules: Sequence[Entity]) -> Entity:
    """This server, version 1 of the entity."""
    return {
        "uri": host, "title": "Watchfloor", "short_description": "Reports and moderation only.", "description": "", "email": "",
        "version": f"{VERSION} (compatible; Watchfloor {own})", "urls": {}, "stats": {"user_count": 0, "status_count": 0,
        "domain_count": 0}, "thumbnail": None, "languages": list(languages), "registrations": False, "approval_required": False,
        "invites_enabled": False, "configuration": _CONFIGURATION, "contact_account": None, "rules": list(rules),
    }  # fmt: skip


def instance_two(host: str, *, own: str, languages: Sequence[str], rules: Sequence[Entity]) -> Entity:
    """The same, version 2."""
    return {
        "domain": host, "title": "Watchfloor", "version": f"{VERSION} (compatible; Watchfloor {own})", "source_url": "",
        "description": "Reports and moderation only.", "usage": {"users": {"active_month": 0}}, "thumbnail": {"url": ""}, "icon": [],
        "languages": list(languages), "configuration": _CONFIGURATION, "registrations": {"enabled": False, "approval_required": False,
        "message": None}, "api_versions": {"mastodon": 2}, "contact": {"email": "", "account": None}, "rules": list(rules),
    }  # fmt: skip


_CONFIGURATION: Entity = {
    "urls": {}, "accounts": {}, "statuses": {"max_characters": 0, "max_media_attachments": 0, "characters_reserved_per_url": 23},
    "media_attachments": {"supported_mime_types": []}, "polls": {}, "translation": {"enabled": False},
}  # fmt: skip


def _count(value: Any) -> int:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 2**53 else 0
