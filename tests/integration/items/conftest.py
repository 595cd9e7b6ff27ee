"""What tests of the media store share: item types, and a storage folder of their own. Imports wait until Django is up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from watchfloor.items.media.models import Media

Send = Callable[..., "Media"]
See = Callable[..., str]


@pytest.fixture
def folder(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The shipped item types; files lie here."""
    from watchfloor.identity.domain import system
    from watchfloor.items import defaults, queries
    from watchfloor.items.media import storage, store
    from watchfloor.ledger.writer import writing

    place = storage.Folder(tmp_path / "media")
    monkeypatch.setattr(store, "storage", lambda: place)
    queries.forget_types()
    with writing(system("test")) as w:
        defaults.install(w)
    yield place.root
    queries.forget_types()


@pytest.fixture
def send(folder: Path) -> Send:
    """Take bytes in as an upload does."""
    from watchfloor.identity.domain import system
    from watchfloor.items.media import actions
    from watchfloor.items.media.store import Incoming
    from watchfloor.ledger.writer import writing

    def take(data: bytes) -> Media:
        file = Incoming(10**9)
        file.write(data)
        file.finish()
        with writing(system("test")) as w:
            return actions.received(w, file, how="upload", source="chirp")

    return take


@pytest.fixture
def see(folder: Path) -> See:
    """Show the floor an item; the version's hash."""
    from watchfloor.identity.domain import system
    from watchfloor.items import actions
    from watchfloor.items.contracts import ItemSeen
    from watchfloor.items.media.models import Media
    from watchfloor.kernel import clock
    from watchfloor.kernel.ids import encode
    from watchfloor.ledger.writer import writing

    count = iter(range(10_000))

    def show(type: str = "image", **data: Any) -> str:
        values = {name: encode("med", value.pk) if isinstance(value, Media) else value for name, value in data.items()}
        seen = ItemSeen(type=type, id=f"i{next(count)}", data={"author_id": "a-1", **values}, seen_at=clock.now())
        with writing(system("test")) as w:
            return actions.see(w, seen)[1]

    return show
