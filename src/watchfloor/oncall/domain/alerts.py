"""An alert from outside in the form of the Events API v2: read and checked, with answers its clients understand. Pure.

Format: https://developer.pagerduty.com/docs/events-api-v2/overview/ (routing_key, event_action, dedup_key, payload with summary,
source and severity; 202 for what was taken, 400 with a list of errors for what was not).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

ACTIONS: Final = ("trigger", "acknowledge", "resolve")
SEVERITY: Final = {"critical": 5, "error": 4, "warning": 3, "info": 2}
MOST_BYTES: Final = 512 * 1024
MOST_SUMMARY, MOST_DEDUP = 1024, 255


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. ``severity``: 2 to 5, of the four words."""

    routing_key: str
    action: str
    dedup_key: str
    summary: str = ""
    source: str = ""
    severity: int = 3


def read(body: bytes, new_key: Callable[[], str]) -> Alert | list[str]:
    """The alert, or what is wrong with it in sentences; ``new_key`` makes a dedup key where a trigger brings none."""
    try:
        found: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return ["The body is not JSON"]
    if not isinstance(found, dict):
        return ["The body is not an object"]
    wrong: list[str] = []
    key, action, dedup = found.get("routing_key"), found.get("event_action"), found.get("dedup_key")
    if not isinstance(key, str) or len(key) != 32:
        wrong.append("'routing_key' is 32 letters and digits")
    if action not in ACTIONS:
        wrong.append(f"'event_action' is one of {', '.join(ACTIONS)}")
    if dedup is not None and (not isinstance(dedup, str) or not 1 <= len(dedup) <= MOST_DEDUP):
        wrong.append(f"'dedup_key' has 1 to {MOST_DEDUP} characters")
    elif dedup is None and action in ("acknowledge", "resolve"):
        wrong.append(f"'dedup_key' is needed to {action}")
    payload = _payload(found.get("payload"), wrong) if action == "trigger" else {}
    if wrong:
        return wrong
    return Alert(
        routing_key=str(key), action=str(action), dedup_key=dedup or new_key(), summary=payload.get("summary", ""),
        source=payload.get("source", ""), severity=SEVERITY.get(payload.get("severity", ""), 3),
    )  # fmt: skip


def _payload(payload: Any, wrong: list[str]) -> dict[str, str]:
    if not isinstance(payload, dict):
        wrong.append("'payload' is missing or is no object")
        return {}
    for name in ("summary", "source"):
        if not isinstance(payload.get(name), str) or not payload[name].strip():
            wrong.append(f"'payload.{name}' is missing or blank")
    if isinstance(payload.get("summary"), str) and len(payload["summary"]) > MOST_SUMMARY:
        wrong.append(f"'payload.summary' has at most {MOST_SUMMARY} characters")
    if payload.get("severity") not in SEVERITY:
        wrong.append(f"'payload.severity' is one of {', '.join(SEVERITY)}")
    return payload
