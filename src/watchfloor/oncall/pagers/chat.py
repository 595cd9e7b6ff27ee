"""Channels of Slack and Teams: what is said goes in as plain text and stays that, whatever it holds.

Formats: Slack's incoming webhooks with Block Kit (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
https://docs.slack.dev/reference/block-kit), Teams' workflow webhooks with an Adaptive Card 1.4 (https://adaptivecards.io/explorer).
A channel has no state of its own: that a page was answered is a message more, so that nobody runs who need not.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import msgspec
from django.utils.translation import gettext as _

from watchfloor.oncall.pagers import Message, Sent
from watchfloor.oncall.pagers.posting import post
from watchfloor.platform import targets

LONGEST: Final = 150  # of a headline, in Slack
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class _Channel:
    """An address is the https:// address that the channel's webhook was given; whoever has it may write there."""

    key: ClassVar[str]
    name: ClassVar[str]
    follows: ClassVar[bool] = True

    def check(self, address: str) -> None:
        """It may be called at all."""
        targets.check_url(address.strip())

    def new_secret(self) -> str:
        """The address is all there is."""
        return ""

    def send(self, address: str, secret: str, message: Message) -> Sent:
        """One message."""
        return post(address, msgspec.json.encode(self.body(message)), {})

    def body(self, message: Message) -> dict[str, Any]:
        """What is posted."""
        raise NotImplementedError


class Slack(_Channel):
    """Block Kit; plain text nowhere read for mentions, and the notification's line with ``<``, ``>`` and ``&`` as text."""

    key: ClassVar[str] = "slack"
    name: ClassVar[str] = "Slack"

    def body(self, message: Message) -> dict[str, Any]:
        """Headline, severity and time, a button."""
        said = _said(message)
        about = f"{_('Severity')} {message.severity} · {message.raised_at}"
        button = {"type": "button", "text": _plain(_button(message)), "url": message.url, "action_id": "open"}
        return {
            "text": said.translate(_ESCAPES), "parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False,
            "blocks": [
                {"type": "header", "text": _plain(said)}, {"type": "context", "elements": [_plain(about)]},
                {"type": "actions", "elements": [button]},
            ],
        }  # fmt: skip


class Teams(_Channel):
    """An Adaptive Card whose words are runs of rich text, which are never read as Markdown, mentions or functions."""

    key: ClassVar[str] = "teams"
    name: ClassVar[str] = "Microsoft Teams"

    def body(self, message: Message) -> dict[str, Any]:
        """Headline, severity and time, a button."""
        head = {"type": "TextRun", "text": _said(message), "weight": "Bolder", "size": "Medium"}
        about = {
            "type": "TextRun",
            "text": f"{_('Severity')} {message.severity} · {message.raised_at}",
            "isSubtle": True,
        }
        card = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
            "body": [{"type": "RichTextBlock", "inlines": [head]}, {"type": "RichTextBlock", "inlines": [about]}],
            "actions": [{"type": "Action.OpenUrl", "title": _button(message), "url": message.url}],
        }  # fmt: skip
        kind = "application/vnd.microsoft.card.adaptive"
        return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}


def _said(message: Message) -> str:
    before = {"acknowledge": _("Acknowledged."), "resolve": _("Resolved.")}.get(message.what, "")
    text = " ".join(f"{before} {message.summary}".split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _button(message: Message) -> str:
    return _("Acknowledge") if message.what == "trigger" else _("Open")


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
