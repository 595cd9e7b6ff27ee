"""What channels are sent: nothing in it can call a channel, make a link or run a function of a card."""

from __future__ import annotations

import json

import pytest

from watchfloor.oncall.pagers import Message
from watchfloor.oncall.pagers.chat import LONGEST, Slack, Teams

EVIL = (
    "<!channel> <@U123> <https://evil.example|click> & [x](https://evil.example) <at>all</at> {{DATE(2026)}} *b* "
    + "x" * 200
)


def message(what: str = "trigger", summary: str = EVIL) -> Message:
    return Message(
        key="k",
        page="page_1",
        what=what,
        summary=summary,
        url="https://floor.example/p/1",
        severity=5,
        raised_at="2026-11-02T09:00:00Z",
    )


def test_slack_reads_plain_text_only() -> None:
    body = Slack().body(message())
    assert (
        "<" not in body["text"]
        and body["text"].startswith("&lt;!channel&gt;")
        and body["parse"] == "none"
        and not body["link_names"]
    )
    assert "mrkdwn" not in json.dumps(body)
    header, about, actions = body["blocks"]
    assert header["text"]["type"] == "plain_text" and len(header["text"]["text"]) == LONGEST
    assert about["elements"][0]["text"] == "Severity 5 · 2026-11-02T09:00:00Z"
    assert actions["elements"][0]["url"] == "https://floor.example/p/1"


def test_teams_reads_runs_only() -> None:
    card = Teams().body(message())["attachments"][0]["content"]
    assert {each["type"] for each in card["body"]} == {"RichTextBlock"} and "TextBlock" not in {
        each["type"] for each in card["body"]
    }
    assert "msteams" not in card and card["actions"][0]["type"] == "Action.OpenUrl"


@pytest.mark.parametrize(
    ("what", "says", "button"), [("resolve", "Resolved. Page.", "Open"), ("trigger", "Page.", "Acknowledge")]
)
def test_a_channel_hears_of_the_end(what: str, says: str, button: str) -> None:
    body = Slack().body(message(what, "Page."))
    assert (body["text"], body["blocks"][2]["elements"][0]["text"]["text"]) == (says, button)
