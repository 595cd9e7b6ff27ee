"""A small lake for tests: events as the platform would send them, written the way intake writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from watchfloor.detection import lakes
from watchfloor.detection.investigate import running
from watchfloor.engines import sml
from watchfloor.intake import lake

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def event(
    number: int, data: dict[str, Any], *, minutes: float = 0, market: str = "US", author: str = "ann", item: str = "",
    name: str = "message_posted", item_type: str = "message", more: dict[str, Any] | None = None,
) -> lake.Row:  # fmt: skip
    """One event about one item, ``minutes`` after ``NOON``."""
    at = NOON + timedelta(minutes=minutes)
    item = item or f"m{number}"
    whole: dict[str, Any] = {
        "item": {"type": item_type, "id": item, "market": market, "language": "en", "data": data},
        "author": {"type": "account", "id": author}, "event": more or {},
    }  # fmt: skip
    return lake.Row(
        event=sml.Event(number, name, at, whole), id=f"evt_{number:026}", source="test", item_type=item_type,
        item_id=item, item_version="v", market=market, language="en", received_at=at,
    )  # fmt: skip


def fresh(monkeypatch: Any, home: Path) -> None:
    """An empty lake in ``home``, and no answer kept."""
    monkeypatch.setattr("watchfloor.platform.config.home", lambda: home)
    lakes.forget()
    running.forget()
