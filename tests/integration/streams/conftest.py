"""A floor with banks, a stream that the platform shows, and a worker that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.banks import Banks


@pytest.fixture
def banks(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Banks]:
    """Verbs for banks; media and index lie in the test's own folder."""
    from tests.support.banks import Banks

    from watchfloor.detection.banks import indexes
    from watchfloor.identity.domain import system
    from watchfloor.items import defaults, queries
    from watchfloor.items.media import storage, store
    from watchfloor.ledger.writer import writing

    monkeypatch.setenv("WATCHFLOOR_MEDIA_HOSTS", "127.0.0.1:1,127.0.0.1")
    monkeypatch.setattr(store, "storage", lambda: storage.Folder(tmp_path / "media"))
    made = Banks(tmp_path, monkeypatch)
    queries.forget_types()
    with writing(system("test")) as w:
        defaults.install(w)
    yield made
    indexes.forget()
    queries.forget_types()


@pytest.fixture
def shows(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """``shows(url, live=True)``: the platform says so of a stream; what is new is noticed. The item."""
    from urllib.parse import urlsplit

    from watchfloor.identity.domain import system
    from watchfloor.items import actions as items
    from watchfloor.items import keying
    from watchfloor.items.contracts import ItemSeen
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions

    def show(url: str, *, live: bool = True, name: str = "s1", viewers: int = 900) -> Any:
        monkeypatch.setenv("WATCHFLOOR_MEDIA_HOSTS", urlsplit(url).netloc)
        data = {"title": f"stream {name}", "live": live, "viewers": viewers, "stream": url, "author_id": "caster"}
        seen = ItemSeen(type="live_stream", id=name, data=data, seen_at=clock.now(), market="US", language="en")
        with writing(system("test")) as w:
            item, _version = items.see(w, seen)
            actions.stream_changed(w, item)
        while keying.note_new(1_000):
            pass
        return item

    return show
